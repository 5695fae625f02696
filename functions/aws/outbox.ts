// Outbox messages that were recorded with their act and are not published yet.
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { Told } from "../../domain/device-api/notification.ts";
import { WorkId } from "../../domain/device-api/work.ts";
import { type DomainEvent, EVENT_DETAILS, EVENT_TYPES, type OutboxMessage } from "../../domain/shared/events.ts";
import { ContentTokenId, LocationId } from "../../domain/shared/ids.ts";
import type { Outbox } from "../ports/outbox.ts";
import { fromItem, keys, recordsOf, type Table } from "./table.ts";

const Row = { id: z.string(), recordedAt: z.date() };
const Recorded = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), ...Row, type: z.enum(EVENT_TYPES), detail: z.unknown() }),
  z.object({ kind: z.literal("notice"), ...Row, subject: z.string(), message: z.string() }),
  z.object({ kind: z.literal("work"), ...Row, workId: WorkId, locationId: LocationId }),
  z.object({
    kind: z.literal("check"),
    ...Row,
    tokenId: ContentTokenId,
    attempt: z.int().min(1),
    delaySeconds: z.int().min(0),
  }),
  z.object({ kind: z.literal("mdm-notification"), ...Row, ...Told }),
]);

/** The detail is parsed by the schema that its type names: together they are an event, which the compiler can't see. */
const outboxMessageOf = (item: Record<string, unknown>): OutboxMessage => {
  const row = fromItem(Recorded, item);
  return row.kind !== "event" ? row : ({ ...row, detail: EVENT_DETAILS[row.type].parse(row.detail) } as DomainEvent);
};

export const outboxIn = (table: Table): Outbox => ({
  async *pending(before) {
    const query = {
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk AND sk < :before",
      ExpressionAttributeValues: { ":pk": "OUTBOX", ":before": before.toISOString() },
    };
    yield* recordsOf(table, query, outboxMessageOf);
  },
  async done(messages) {
    for (const message of messages) await table.client.send(new DeleteCommand({ TableName: table.name, Key: keys.outbox(message) }));
  },
});
