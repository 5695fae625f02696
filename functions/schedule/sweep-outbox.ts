// Finishes what a crash left: tells what was recorded and not told, erases files that no token has. Run by the minute.
import type { Announcement } from "../../domain/events.ts";
import { announce, eraseFile } from "../announce.ts";
import type { Ports } from "../ports.ts";

/** Younger ones are still in the hands of the act that recorded them. */
const TOLD_AFTER_SECONDS = 60;
/** A request lives 30 s at most; after this long, nobody comes back to the file it stored. */
const ERASED_AFTER_SECONDS = 300;
const BATCH = 50;

export const sweepOutbox = async (
  ports: Pick<Ports, "outbox" | "bus" | "erasures" | "files" | "log" | "now">,
  isTimeUp: () => boolean,
): Promise<void> => {
  const before = (seconds: number): Date => new Date(ports.now().getTime() - seconds * 1000);
  let batch: Announcement[] = [];
  for await (const announcement of ports.outbox.pending(before(TOLD_AFTER_SECONDS))) {
    batch.push(announcement);
    if (batch.length < BATCH) continue;
    await announce(batch, ports);
    batch = [];
    if (isTimeUp()) return;
  }
  await announce(batch, ports);
  for await (const fileKey of ports.erasures.planned(before(ERASED_AFTER_SECONDS))) {
    if (isTimeUp()) return;
    await eraseFile(fileKey, ports);
  }
};
