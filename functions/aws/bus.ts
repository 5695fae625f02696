// The service's own event bus, and whatever sends the rest: notices, orders for work, what MDM servers are told. What one entry of a batch says is checked
// for each: a batch may be taken in part.
import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  type CheckRequest,
  type DomainEvent,
  EVENT_SOURCE,
  type MdmNotification,
  type Notice,
  type OutboxMessage,
  type WorkOrder,
} from "../../domain/shared/events.ts";
import type { Bus } from "../ports/bus.ts";
import type { Log } from "../ports/log.ts";
import type { Send } from "./queues.ts";

/** Rejects when it was not sent. */
export type SendNotice = (notice: Pick<Notice, "subject" | "message">) => Promise<void>;

/** Functions that send none of a kind are given none, and hold no client for it: what they record of it the outbox function sends. */
export type Senders = {
  readonly sendNotice?: SendNotice | undefined;
  readonly sendWork?: Send<WorkOrder> | undefined;
  readonly sendMdmNotification?: Send<MdmNotification> | undefined;
  readonly sendCheck?: Send<CheckRequest> | undefined;
};

type Targets = Senders & { readonly events: EventBridgeClient; readonly busName: string };

/** EventBridge's own limit for one call. */
const BATCH = 10;

const entryOf = (event: DomainEvent, EventBusName: string) => ({
  EventBusName,
  Source: EVENT_SOURCE,
  DetailType: event.type,
  Time: event.recordedAt,
  Detail: JSON.stringify({ id: event.id, ...event.detail }),
});

export const busTo = ({ events, busName, sendNotice, sendWork, sendMdmNotification, sendCheck }: Targets, log: Log): Bus => {
  const putBatch = async (batch: readonly DomainEvent[]): Promise<OutboxMessage[]> => {
    try {
      const { Entries = [] } = await events.send(new PutEventsCommand({ Entries: batch.map((event) => entryOf(event, busName)) }));
      const taken = batch.filter((_, index) => Entries[index]?.EventId !== undefined);
      if (taken.length < batch.length) log.error("events were not taken", undefined, { refused: batch.length - taken.length });
      return taken;
    } catch (error) {
      log.error("events could not be put", error);
      return [];
    }
  };

  const sent = async <What extends Exclude<OutboxMessage, DomainEvent>>(what: What, send: Send<What> | undefined): Promise<boolean> => {
    if (send === undefined) return false;
    try {
      await send(what);
      return true;
    } catch (error) {
      log.error("an outbox message could not be sent", error, { id: what.id, kind: what.kind });
      return false;
    }
  };

  const isSent = (one: Exclude<OutboxMessage, DomainEvent>): Promise<boolean> => {
    if (one.kind === "notice") return sent(one, sendNotice);
    if (one.kind === "check") return sent(one, sendCheck);
    return one.kind === "work" ? sent(one, sendWork) : sent(one, sendMdmNotification);
  };

  return {
    async publish(messages) {
      const told: OutboxMessage[] = [];
      const toPut = messages.filter((one) => one.kind === "event");
      for (let start = 0; start < toPut.length; start += BATCH) told.push(...(await putBatch(toPut.slice(start, start + BATCH))));
      for (const one of messages) if (one.kind !== "event" && (await isSent(one))) told.push(one);
      return told;
    },
  };
};
