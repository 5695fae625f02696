// What tokens are due for, in the Records table: an index that holds the living ones by the time at which the scan has to look at them, and a ledger
// of the reminders that were sent.
import * as z from "zod";
import type { Reminders } from "../ports/reminders.ts";
import { DUE, fromStored, letGo } from "./content-tokens.ts";
import { fromItem, itemsOf, keys, recordsOf, type Table } from "./table.ts";
import { putNew, transact } from "./transact.ts";
import type { Write } from "./write.ts";

const Reminder = z.object({ sk: z.templateLiteral(["REMINDER#", z.string()]) });

export const remindersIn = (table: Table): Reminders => {
  const { name: TableName } = table;
  return {
    async *due(until) {
      const query = {
        IndexName: "byDue",
        KeyConditionExpression: "due = :due AND dueAt <= :until",
        ExpressionAttributeValues: { ":due": DUE, ":until": until.toISOString() },
      };
      yield* recordsOf(table, query, fromStored);
    },

    async sentSteps(id) {
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :reminder)",
        ExpressionAttributeValues: { ":pk": keys.contentToken(id).pk, ":reminder": "REMINDER#" },
      };
      const items = await Array.fromAsync(itemsOf(table, query));
      return new Set(items.map((item) => Number(fromItem(Reminder, item).sk.slice("REMINDER#".length))));
    },

    remind(token, { step, nextDueAt, isOverlapDone }, effects) {
      const moved: Write = {
        Update: {
          TableName,
          Key: keys.contentToken(token.id),
          UpdateExpression: isOverlapDone ? "SET dueAt = :next REMOVE supersedesAt" : "SET dueAt = :next",
          ConditionExpression: "attribute_not_exists(invalidation) AND dueAt = :seen",
          ExpressionAttributeValues: { ":next": nextDueAt.toISOString(), ":seen": token.dueAt?.toISOString() },
        },
      };
      const ledger = step === undefined ? [] : [putNew(table, keys.reminder(token.id, step))];
      return transact(table, [moved, ...ledger], effects);
    },

    expire(token, effects) {
      const ended: Write = {
        Update: {
          TableName,
          Key: keys.contentToken(token.id),
          UpdateExpression: "REMOVE due, dueAt",
          ConditionExpression: "attribute_not_exists(invalidation) AND dueAt = :seen AND size(downloadedBy) = :holders",
          ExpressionAttributeValues: { ":seen": token.dueAt?.toISOString(), ":holders": token.downloadedBy.length },
        },
      };
      return transact(table, [ended, ...letGo(table, token, token.expiresAt)], effects);
    },
  };
};
