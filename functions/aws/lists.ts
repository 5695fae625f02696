// Pages of a list. The cursor is the last item's place in the list, so that it stays good when that item goes; a foreign one is refused.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { cursorOf, foreignCursor } from "../lib/cursor.ts";
import type { Page, PageRequest } from "../ports/shared.ts";
import type { Table } from "./table.ts";

export type List = {
  readonly table: string;
  readonly index?: string;
  readonly key: string;
  readonly value: string;
  /** The attributes that tell an item's place in the list. */
  readonly place: z.ZodObject;
  /** Both ends belong to it. */
  readonly between?: { readonly key: string; readonly from: string; readonly to: string };
  /** In the order of its keys; else the other way round, which is newest first where keys begin with a time. */
  readonly isAscending?: true;
  /** Strongly consistent, as an index can't be. */
  readonly isConsistent?: true;
};

/** A key as DynamoDB takes one: neither empty nor longer than a sort key may be. DynamoDB counts bytes; what only it refuses is handled by `readPage`. */
const key = z.string().min(1).max(1024);
const Place = z.object({ pk: key, sk: key, sortKey: key });

/** A list of the Records table. */
export const listIn = ({ name }: Table, index: "byKind" | "byLocation", value: string): List => ({
  table: name,
  index,
  key: index === "byKind" ? "kind" : "locationId",
  value,
  place: Place,
});

export const readPage = async <Item>(
  { client }: Pick<Table, "client">,
  { table: TableName, index: IndexName, key, value, place, between, isAscending, isConsistent }: List,
  { limit, after }: PageRequest,
  parse: (item: Record<string, unknown>) => Item,
): Promise<Page<Item>> => {
  const cursor = cursorOf(place);
  const query = new QueryCommand({
    TableName,
    IndexName,
    KeyConditionExpression: between === undefined ? "#key = :value" : "#key = :value AND #sort BETWEEN :from AND :to",
    ExpressionAttributeNames: { "#key": key, ...(between === undefined ? {} : { "#sort": between.key }) },
    ExpressionAttributeValues: { ":value": value, ...(between === undefined ? {} : { ":from": between.from, ":to": between.to }) },
    ScanIndexForward: isAscending ?? false,
    ConsistentRead: isConsistent ?? false,
    // One more than asked for tells whether there is a next page.
    Limit: limit + 1,
    ...(after === undefined ? {} : { ExclusiveStartKey: { ...cursor.read(after), [key]: value } }),
  });
  const answer = await client.send(query).catch((error: unknown) => {
    // A place that is whole, but of a list with other bounds.
    if (after !== undefined && error instanceof Error && error.name === "ValidationException") throw foreignCursor();
    throw error;
  });
  const found = answer.Items ?? [];
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(parse), ...(found.length > limit && last !== undefined ? { next: cursor.write(place.parse(last)) } : {}) };
};
