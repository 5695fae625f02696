// What the outbox function does in its minute: it sweeps, and every five minutes it measures. Beside each other: a sweep that fails or takes long is
// the very time at which the gauges must not fall silent.
import { type MeasuringPorts, measure } from "./measure.ts";
import { type SweepPorts, sweepOutbox } from "./sweep-outbox.ts";

/** The period of the alarms on gauges: more often would read all links for nothing. A minute that is skipped costs one value, which alarms bear. */
const MEASURED_EVERY_MINUTES = 5;

export const runByTheMinute = async (ports: SweepPorts & MeasuringPorts, isTimeUp: () => boolean): Promise<void> => {
  const isMeasured = ports.now().getUTCMinutes() % MEASURED_EVERY_MINUTES === 0;
  const runs = [sweepOutbox(ports, isTimeUp), ...(isMeasured ? [measure(ports, isTimeUp)] : [])];
  for (const run of await Promise.allSettled(runs)) if (run.status === "rejected") throw run.reason;
};
