// What an act leaves behind, and what follows when it was recorded: telling it and erasing the file. Neither may fail the act, since both are
// recorded and finished later.
import type { CustodyRecord } from "../../domain/custody/custody.ts";
import type { Notification } from "../../domain/device-api/notification.ts";
import type { Work } from "../../domain/device-api/work.ts";
import type { Announcement, CheckRequest, EventOf, EventType, Notice, Telling, WorkOrder } from "../../domain/shared/events.ts";
import { type ContentTokenId, IDENTIFIER_BYTES, identifierText, type LocationId } from "../../domain/shared/ids.ts";
import { ACTS } from "../contract/metrics.ts";
import type { Ports } from "../ports/ports.ts";
import type { Trace } from "../ports/shared.ts";

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

/** The order to go on with work from where it is. */
export const workOrderOf = ({ id: workId, locationId }: Work, when: When): WorkOrder => ({
  kind: "work",
  id: announcementId(when),
  recordedAt: when.at,
  workId,
  locationId,
});

/** A request to check an imported token with Apple. */
export const createCheckRequest = (tokenId: ContentTokenId, when: When, { attempt = 1, delaySeconds = 0 } = {}): CheckRequest => ({
  kind: "check",
  id: announcementId(when),
  recordedAt: when.at,
  tokenId,
  attempt,
  delaySeconds,
});

/** What the location's MDM server is to be told. */
export const tellingOf = ({ type, notification }: Notification, locationId: LocationId, when: When): Telling => ({
  kind: "telling",
  id: announcementId(when),
  recordedAt: when.at,
  locationId,
  type,
  notification,
});

/** What the custody log keeps of an act. `details` hold no secret, link or e-mail address. */
export const custodyOf = (
  act: CustodyRecord["act"],
  record: Omit<CustodyRecord, "kind" | "act" | "details"> & Partial<Pick<CustodyRecord, "details">>,
): CustodyRecord => ({ kind: "custody", act, details: {}, ...record });

type TellingPorts = Pick<Ports, "bus" | "outbox" | "log">;
type Erasing = Pick<Ports, "files" | "erasures" | "log">;

/** For the dashboard's day. */
const countActs = (told: readonly Announcement[], log: Ports["log"]): void => {
  for (const act of ACTS) {
    const times = told.filter((one) => one.kind === "event" && one.type === act).length;
    if (times > 0) log.count(act, times);
  }
};

/** Tells what is to be told of an act that was recorded. Answers how many could not be told: they stay recorded. */
export const announce = async (traces: readonly Trace[], { bus, outbox, log }: TellingPorts): Promise<number> => {
  const announcements = traces.filter((trace) => trace.kind !== "custody");
  const told = await bus.publish(announcements);
  countActs(told, log);
  try {
    await outbox.done(told);
  } catch (error) {
    log.error("told announcements stay recorded and will be told again", error);
  }
  return announcements.length - told.length;
};

/** Whether the file is gone; if not, its erasure stays planned. */
export const eraseFile = async (fileKey: string, { files, erasures, log }: Erasing): Promise<boolean> => {
  try {
    await files.erase(fileKey);
    await erasures.done(fileKey);
    return true;
  } catch (error) {
    log.error("a file could not be erased yet; the outbox function finishes it", error);
    return false;
  }
};
