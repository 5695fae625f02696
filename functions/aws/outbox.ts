// Announcements that were recorded with their act and not told yet, and facts that wait for their account or their time.
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Announcement, type DomainEvent, EVENT_DETAILS, type EventType } from "../../domain/events.ts";
import { AccountId } from "../../domain/ids.ts";
import type { Outbox, ParkedFact, Parking } from "../ports.ts";
import { fromItem, itemsOf, keys, recordsOf, type Table, toItem } from "./table.ts";

const Row = { id: z.string(), recordedAt: z.date() };
const types = Object.keys(EVENT_DETAILS) as [EventType, ...EventType[]];
const Recorded = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), ...Row, type: z.enum(types), detail: z.unknown() }),
  z.object({ kind: z.literal("notice"), ...Row, subject: z.string(), message: z.string() }),
]);

/** The detail is parsed by the schema that its type names: together they are an event, which the compiler can't see. */
const announcementOf = (item: Record<string, unknown>): Announcement => {
  const row = fromItem(Recorded, item);
  return row.kind === "notice" ? row : ({ ...row, detail: EVENT_DETAILS[row.type].parse(row.detail) } as DomainEvent);
};

export const outboxIn = (table: Table): Outbox => ({
  async *pending(before) {
    const query = {
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk AND sk < :before",
      ExpressionAttributeValues: { ":pk": "OUTBOX", ":before": before.toISOString() },
    };
    yield* recordsOf(table, query, announcementOf);
  },
  async done(announcements) {
    for (const announcement of announcements)
      await table.client.send(new DeleteCommand({ TableName: table.name, Key: keys.outbox(announcement) }));
  },
});

const Parked = z.object({ accountId: AccountId, eventId: z.string(), meaning: z.enum(["changed", "gone"]), occurredAt: z.date() });

export const parkingIn = (table: Table): Parking => {
  async function* parked(accountId: AccountId | undefined): AsyncGenerator<ParkedFact> {
    const query = {
      ConsistentRead: true,
      KeyConditionExpression: accountId === undefined ? "pk = :pk" : "pk = :pk AND begins_with(sk, :account)",
      ExpressionAttributeValues: { ":pk": "PARKED", ...(accountId === undefined ? {} : { ":account": `${accountId}#` }) },
    };
    for await (const item of itemsOf(table, query)) yield fromItem(Parked, item);
  }
  return {
    async park(fact) {
      const Item = { ...keys.parked(fact.accountId, fact.eventId), ...toItem(fact) };
      await table.client.send(new PutCommand({ TableName: table.name, Item }));
    },
    of: (accountId) => Array.fromAsync(parked(accountId)),
    all: () => parked(undefined),
    async done({ accountId, eventId }) {
      await table.client.send(new DeleteCommand({ TableName: table.name, Key: keys.parked(accountId, eventId) }));
    },
  };
};
