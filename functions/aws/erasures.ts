// Files that are to be erased: the plan stands before a file is stored and ends when a token is recorded with it.
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Erasures } from "../ports/erasures.ts";
import { fromItem, keys, recordsOf, type Table, toItem } from "./table.ts";
import type { Write } from "./write.ts";

const Planned = z.object({ fileKey: z.string(), plannedAt: z.date() });

const itemOf = (fileKey: string, plannedAt: Date) => ({ ...keys.erasure(fileKey), ...toItem({ fileKey, plannedAt }) });

/** The plan as a part of an act. Planning again is harmless. */
export const plannedErasure = ({ name: TableName }: Table, fileKey: string, at: Date): Write => ({
  Put: { TableName, Item: itemOf(fileKey, at) },
});

const rowsIn = (table: Table) => {
  const query = { ConsistentRead: true, KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": "ERASE" } };
  return recordsOf(table, query, (item) => fromItem(Planned, item));
};

export const erasuresIn = (table: Table): Erasures => ({
  async plan(fileKey, at) {
    await table.client.send(new PutCommand({ TableName: table.name, Item: itemOf(fileKey, at) }));
  },
  async *planned(before) {
    for await (const { fileKey, plannedAt } of rowsIn(table)) if (plannedAt < before) yield fileKey;
  },
  async *plannedTimes() {
    for await (const { plannedAt } of rowsIn(table)) yield plannedAt;
  },
  async done(fileKey) {
    await table.client.send(new DeleteCommand({ TableName: table.name, Key: keys.erasure(fileKey) }));
  },
});
