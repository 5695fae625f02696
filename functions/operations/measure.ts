// Gauges for the alarms: waiting work, tokens that MDM servers hold, the age of the last scan. A failure of one gauge does not affect the others.
// One that can't be is not written, and counted: to an alarm a missing value is no good one.

import { heldTokens } from "../../domain/mdm-servers/holders.ts";
import { type LocationLinks, openHoldings } from "../../domain/mdm-servers/links.ts";
import { isReserved } from "../../domain/organization/subscription.ts";
import { END_OF_TIME, secondsSince } from "../../domain/shared/time.ts";
import { isCheckedWithApple, secondsWithoutAnswer } from "../../domain/tokens/checked-token.ts";
import { type ContentToken, daysLeft, tokenState } from "../../domain/tokens/content-token.ts";
import type { Gauge } from "../contract/metrics.ts";
import { inBatches } from "../lib/in-batches.ts";
import type { Ports } from "../ports/ports.ts";
import { loadTokenContext } from "../tokens/token-context.ts";

export type MeasuringPorts = Pick<
  Ports,
  | "organizations"
  | "locations"
  | "accounts"
  | "tokens"
  | "reminders"
  | "links"
  | "erasures"
  | "outbox"
  | "pendingJobs"
  | "parking"
  | "log"
  | "now"
> & { readonly apple: Pick<Ports["apple"], "isSwitchedOff"> };

type Measured = Partial<Record<Gauge, number>>;
type Measurement = (ports: MeasuringPorts, isTimeUp: () => boolean) => Promise<Measured>;

/** Rows that are looked at at most. Where more wait, what is said of them is too little, and far beyond any alarm already. */
const MOST_ROWS = 10_000;
/** Locations whose tokens are read at once. */
const LOCATIONS = 100;
/** Calendar days: a step of the default ladder that leaves time to renew. */
const ENDING_DAYS = 15;

/** The number of times, and the seconds since the earliest. 0 if there is none, so that the gauge always has a value. */
const waiting = async (times: AsyncIterable<Date>, now: Date): Promise<{ readonly count: number; readonly oldestSeconds: number }> => {
  let count = 0;
  let oldestSeconds = 0;
  for await (const time of times) {
    count += 1;
    oldestSeconds = Math.max(oldestSeconds, secondsSince(time, now));
    if (count === MOST_ROWS) break;
  }
  return { count, oldestSeconds };
};

/** Before the first scan it counts from the founding: until then there was nothing to look at. */
const scanAge: Measurement = async ({ organizations, locations, now }) => {
  const since = (await organizations.scannedAt()) ?? (await locations.primary()).createdAt;
  return { ScanAgeSeconds: secondsSince(since, now()) };
};

const oldestUntold: Measurement = async ({ outbox, now }) => {
  const at = now();
  for await (const { recordedAt } of outbox.pending(at)) return { OutboxOldestSeconds: secondsSince(recordedAt, at) };
  return { OutboxOldestSeconds: 0 };
};

const oldestErasure: Measurement = async ({ erasures, now }) => {
  const { oldestSeconds } = await waiting(erasures.plannedTimes(), now());
  return { ErasuresOldestSeconds: oldestSeconds };
};

const oldestJob: Measurement = async ({ pendingJobs, now }) => {
  const at = now();
  for await (const { requestedAt } of pendingJobs.requestedUntil(at)) return { JobsOldestSeconds: secondsSince(requestedAt, at) };
  return { JobsOldestSeconds: 0 };
};

async function* factTimes({ parking }: MeasuringPorts): AsyncGenerator<Date> {
  for await (const { occurredAt } of parking.all()) yield occurredAt;
}

const parked: Measurement = async (ports) => {
  const { count, oldestSeconds } = await waiting(factTimes(ports), ports.now());
  return { ParkedFacts: count, ParkedOldestSeconds: oldestSeconds };
};

/** The tokens that MDM servers hold at the locations of `batch`. A token without a record counts as ended. */
const heldAt = async (batch: readonly LocationLinks[], ports: MeasuringPorts) => {
  const now = ports.now();
  const locations = await ports.locations.getAll(batch.map(({ location }) => location));
  const { reserved = [], theirs = [] } = Object.groupBy(batch, ({ location }) =>
    isReserved(locations.get(location) ?? {}) ? "reserved" : "theirs",
  );
  const ids = theirs.flatMap(heldTokens);
  const tokens = await ports.tokens.getAll(ids);
  const context = await loadTokenContext([...tokens.values()], ports);
  const stateOf = (token: ContentToken) => tokenState(token, context, now).state;
  const alive = [...tokens.values()].filter((token) => stateOf(token) === "active");
  // A withdrawn token still opens Apple's service, so it does not count as dead.
  const withdrawn = [...tokens.values()].filter((token) => stateOf(token) === "withdrawn");
  return {
    dead: ids.length - alive.length - withdrawn.length,
    // Dead or not, they have to be removed.
    reserved: reserved.flatMap(openHoldings).length,
    ending: alive.filter((token) => daysLeft(token, now) <= ENDING_DAYS).length,
    conflicts: batch.filter(({ conflict }) => conflict !== undefined).length,
  };
};

/** All or nothing: of half the locations it would say that the other half is well. */
const held: Measurement = async (ports, isTimeUp) => {
  let [dead, ending, conflicts, reserved] = [0, 0, 0, 0];
  for await (const batch of inBatches(ports.links.all(), LOCATIONS)) {
    if (isTimeUp()) throw new Error("the time was up before all that MDM servers hold was looked at");
    const there = await heldAt(batch, ports);
    [dead, ending] = [dead + there.dead, ending + there.ending];
    [conflicts, reserved] = [conflicts + there.conflicts, reserved + there.reserved];
  }
  return { HeldDeadTokens: dead, HeldEndingTokens: ending, OpenConflicts: conflicts, HeldReservedTokens: reserved };
};

/** 0 without imported tokens, or while checks are switched off. Reads the index of due tokens, which holds every live token and no other. */
const oldestCheck: Measurement = async ({ apple, reminders, now }, isTimeUp) => {
  const at = now();
  let oldest = 0;
  if (apple.isSwitchedOff()) return { AppleCheckOldestSeconds: oldest };
  for await (const token of reminders.due(END_OF_TIME)) {
    if (isTimeUp()) throw new Error("the time was up before every imported token was measured");
    if (isCheckedWithApple(token, at)) oldest = Math.max(oldest, secondsWithoutAnswer(token, at));
  }
  return { AppleCheckOldestSeconds: oldest };
};

const MEASUREMENTS: Readonly<Record<string, Measurement>> = { scanAge, oldestUntold, oldestErasure, oldestJob, parked, held, oldestCheck };

/** Never throws for what can't be measured: `MeasurementsFailed` says so, and is written each time. */
export const measure = async (ports: MeasuringPorts, isTimeUp: () => boolean): Promise<void> => {
  const { log } = ports;
  let failed = 0;
  for (const [measurement, take] of Object.entries(MEASUREMENTS)) {
    try {
      for (const [gauge, value] of Object.entries(await take(ports, isTimeUp))) log.gauge(gauge as Gauge, value);
    } catch (error) {
      failed += 1;
      log.error("something could not be measured", error, { measurement });
    }
  }
  log.gauge("MeasurementsFailed", failed);
};
