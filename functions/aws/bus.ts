// The service's own event bus, and notices through whatever sends them. What one entry of a batch says is checked for each: a batch may be taken in part.
import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { type Announcement, type DomainEvent, EVENT_SOURCE, type Notice } from "../../domain/events.ts";
import type { Bus, Log } from "../ports/telling.ts";

/** Rejects when it was not sent. */
export type SendNotice = (notice: Pick<Notice, "subject" | "message">) => Promise<void>;

type Targets = {
  readonly events: EventBridgeClient;
  readonly busName: string;
  /** Functions that send none are given none, and hold no client for it. */
  readonly sendNotice?: SendNotice | undefined;
};

/** EventBridge's own limit for one call. */
const BATCH = 10;

const entryOf = (event: DomainEvent, EventBusName: string) => ({
  EventBusName,
  Source: EVENT_SOURCE,
  DetailType: event.type,
  Time: event.recordedAt,
  Detail: JSON.stringify({ id: event.id, ...event.detail }),
});

export const busTo = ({ events, busName, sendNotice }: Targets, log: Log): Bus => {
  const putBatch = async (batch: readonly DomainEvent[]): Promise<Announcement[]> => {
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

  const send = async (notice: Notice): Promise<boolean> => {
    if (sendNotice === undefined) return false;
    try {
      await sendNotice(notice);
      return true;
    } catch (error) {
      log.error("a notice could not be sent", error, { id: notice.id });
      return false;
    }
  };

  return {
    async publish(announcements) {
      const told: Announcement[] = [];
      const toPut = announcements.filter((one) => one.kind === "event");
      for (let start = 0; start < toPut.length; start += BATCH) told.push(...(await putBatch(toPut.slice(start, start + BATCH))));
      for (const one of announcements) if (one.kind === "notice" && (await send(one))) told.push(one);
      return told;
    },
  };
};
