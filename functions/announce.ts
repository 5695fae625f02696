// What follows an act that was recorded: telling it and erasing the file. Neither may fail the act, since both are recorded and finished later.
import type { Announcement, EventOf, EventType, Notice } from "../domain/events.ts";
import { IDENTIFIER_BYTES, identifierText } from "../domain/ids.ts";
import type { Ports } from "./ports.ts";

type When = Pick<Ports, "random"> & { readonly at: Date };

/** An announcement's identifier: what consumers tell repetitions by. */
const announcementId = ({ random }: When): string => `evt_${identifierText(random(IDENTIFIER_BYTES))}`;

export const eventOf = <Type extends EventType>(type: Type, detail: EventOf<Type>["detail"], when: When): EventOf<Type> => ({
  kind: "event",
  id: announcementId(when),
  type,
  recordedAt: when.at,
  detail,
});

export const noticeOf = (words: Pick<Notice, "subject" | "message">, when: When): Notice => ({
  kind: "notice",
  id: announcementId(when),
  recordedAt: when.at,
  ...words,
});

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
