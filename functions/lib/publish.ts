// Builds the effects of an act, publishes its outbox messages and erases token files. Neither step may fail the act: both are recorded with it, and
// the outbox function finishes them.
import type { AuditRecord } from "../../domain/custody/custody.ts";
import type { Notification } from "../../domain/device-api/notification.ts";
import type { Work } from "../../domain/device-api/work.ts";
import type { CheckRequest, EventOf, EventType, MdmNotification, Notice, OutboxMessage, WorkOrder } from "../../domain/shared/events.ts";
import { type ContentTokenId, IDENTIFIER_BYTES, identifierText, type LocationId } from "../../domain/shared/ids.ts";
import { ACTS } from "../contract/metrics.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect } from "../ports/shared.ts";

type When = Pick<Ports, "random"> & { readonly at: Date };

/** The identifier of an outbox message. Consumers deduplicate by it. */
const outboxMessageId = ({ random }: When): string => `evt_${identifierText(random(IDENTIFIER_BYTES))}`;

export const createEvent = <Type extends EventType>(type: Type, detail: EventOf<Type>["detail"], when: When): EventOf<Type> => ({
  kind: "event",
  id: outboxMessageId(when),
  type,
  recordedAt: when.at,
  detail,
});

export const createNotice = (words: Pick<Notice, "subject" | "message">, when: When): Notice => ({
  kind: "notice",
  id: outboxMessageId(when),
  recordedAt: when.at,
  ...words,
});

/** A request to continue a job from its current step. */
export const workOrderOf = ({ id: workId, locationId }: Work, when: When): WorkOrder => ({
  kind: "work",
  id: outboxMessageId(when),
  recordedAt: when.at,
  workId,
  locationId,
});

/** A request to check an imported token with Apple. */
export const createCheckRequest = (tokenId: ContentTokenId, when: When, { attempt = 1, delaySeconds = 0 } = {}): CheckRequest => ({
  kind: "check",
  id: outboxMessageId(when),
  recordedAt: when.at,
  tokenId,
  attempt,
  delaySeconds,
});

/** A notification for the MDM server of a location. */
export const createMdmNotification = ({ type, notification }: Notification, locationId: LocationId, when: When): MdmNotification => ({
  kind: "mdm-notification",
  id: outboxMessageId(when),
  recordedAt: when.at,
  locationId,
  type,
  notification,
});

/** An audit record for the custody log. `details` contain no secret, link or e-mail address. */
export const createAuditRecord = (
  act: AuditRecord["act"],
  record: Omit<AuditRecord, "kind" | "act" | "details"> & Partial<Pick<AuditRecord, "details">>,
): AuditRecord => ({ kind: "custody", act, details: {}, ...record });

type PublishPorts = Pick<Ports, "bus" | "outbox" | "log">;
type Erasing = Pick<Ports, "files" | "erasures" | "log">;

/** Counts the acts that the dashboard shows per day. */
const countActs = (told: readonly OutboxMessage[], log: Ports["log"]): void => {
  for (const act of ACTS) {
    const times = told.filter((one) => one.kind === "event" && one.type === act).length;
    if (times > 0) log.count(act, times);
  }
};

/** Publishes the outbox messages of a recorded act. Returns how many could not be published: they stay in the outbox. */
export const publishEffects = async (effects: readonly Effect[], { bus, outbox, log }: PublishPorts): Promise<number> => {
  const messages = effects.filter((effect) => effect.kind !== "custody");
  const told = await bus.publish(messages);
  countActs(told, log);
  try {
    await outbox.done(told);
  } catch (error) {
    log.error("published messages stay in the outbox and will be published again", error);
  }
  return messages.length - told.length;
};

/** Erases a file. Returns false if it failed: the erasure stays planned. */
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
