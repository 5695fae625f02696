// What follows an act that was recorded: telling it and erasing the file. Neither may fail the act, since both are recorded and finished later.
import type { Announcement } from "../domain/events.ts";
import { IDENTIFIER_BYTES, identifierText } from "../domain/ids.ts";
import type { Ports } from "./ports.ts";

/** An announcement's identifier: what consumers tell repetitions by. */
export const announcementId = (random: Ports["random"]): string => `evt_${identifierText(random(IDENTIFIER_BYTES))}`;

export const announce = async (announcements: readonly Announcement[], { bus, outbox, log }: Pick<Ports, "bus" | "outbox" | "log">) => {
  const told = await bus.publish(announcements);
  try {
    await outbox.done(told);
  } catch (error) {
    log.error("told announcements stay recorded and will be told again", error);
  }
};

export const eraseFile = async (fileKey: string, { files, erasures, log }: Pick<Ports, "files" | "erasures" | "log">): Promise<void> => {
  try {
    await files.erase(fileKey);
    await erasures.done(fileKey);
  } catch (error) {
    log.error("a file could not be erased yet; the outbox function finishes it", error);
  }
};
