// Runs the outbox function every minute: it sweeps, puts lost jobs back, and every five minutes it measures. The runs are concurrent, since the gauges must not
// fall silent while a sweep fails or takes long.
import { RESUMED_AFTER_SECONDS } from "../../domain/device-api/job.ts";
import { type MeasuringPorts, measure } from "./measure.ts";
import { type ResumePorts, resumeJobs } from "./resume-jobs.ts";
import { type SweepPorts, sweepOutbox } from "./sweep-outbox.ts";

/** The period of the alarms on gauges: more often would read all links for nothing. A minute that is skipped costs one value, which alarms bear. */
const MEASURED_EVERY_MINUTES = 5;

type MinutePorts = SweepPorts & ResumePorts & MeasuringPorts;

export const runByTheMinute = async (
  ports: MinutePorts,
  isTimeUp: () => boolean,
  resumedAfterSeconds = RESUMED_AFTER_SECONDS,
): Promise<void> => {
  const isMeasured = ports.now().getUTCMinutes() % MEASURED_EVERY_MINUTES === 0;
  const resuming = resumeJobs(ports, isTimeUp, { afterSeconds: resumedAfterSeconds });
  const runs = [sweepOutbox(ports, isTimeUp), resuming, ...(isMeasured ? [measure(ports, isTimeUp)] : [])];
  for (const run of await Promise.allSettled(runs)) if (run.status === "rejected") throw run.reason;
};
