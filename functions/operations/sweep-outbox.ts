// Finishes what a crash left: tells what was recorded and not told, erases files that no token has. Run by the minute. What it can't finish either
// makes it fail, after all else was tried: somebody has to look.

import { inBatches } from "../lib/in-batches.ts";
import { eraseFile, publishEffects } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";

/** Younger ones are still in the hands of the act that recorded them. */
const TOLD_AFTER_SECONDS = 60;
/** A request lives 30 s at most; after this long, nobody comes back to the file it stored. */
const ERASED_AFTER_SECONDS = 300;
const BATCH = 50;

export type SweepPorts = Pick<Ports, "outbox" | "bus" | "erasures" | "files" | "log" | "now">;

/** Publishes pending outbox messages. Returns the number of failures. */
const publishPending = async (before: Date, ports: SweepPorts, isTimeUp: () => boolean): Promise<number> => {
  let left = 0;
  for await (const batch of inBatches(ports.outbox.pending(before), BATCH)) {
    left += await publishEffects(batch, ports);
    if (isTimeUp()) return left;
  }
  return left;
};

/** Erases files whose erasure is planned. Returns the number of failures. */
const erasePending = async (before: Date, ports: SweepPorts, isTimeUp: () => boolean): Promise<number> => {
  let left = 0;
  for await (const fileKey of ports.erasures.planned(before)) {
    if (isTimeUp()) return left;
    if (!(await eraseFile(fileKey, ports))) left += 1;
  }
  return left;
};

export const sweepOutbox = async (ports: SweepPorts, isTimeUp: () => boolean): Promise<void> => {
  const before = (seconds: number): Date => new Date(ports.now().getTime() - seconds * 1000);
  // Each is done whatever becomes of the other.
  const [unpublished, unerased] = await Promise.allSettled([
    publishPending(before(TOLD_AFTER_SECONDS), ports, isTimeUp),
    erasePending(before(ERASED_AFTER_SECONDS), ports, isTimeUp),
  ]);
  if (unpublished.status === "rejected") throw unpublished.reason;
  if (unerased.status === "rejected") throw unerased.reason;
  if (unpublished.value + unerased.value > 0)
    throw new Error(`${unpublished.value} outbox messages could not be published and ${unerased.value} files could not be erased`);
};
