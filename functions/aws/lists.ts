// Pages of a list. The cursor is the last item's place in the list, so that it stays good when that item goes; a foreign one is refused.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { cursorOf } from "../cursor.ts";
import type { Page, PageRequest } from "../ports.ts";
import type { Table } from "./table.ts";

type List = { readonly index: "byKind" | "byLocation"; readonly key: "kind" | "locationId"; readonly value: string };

/** A key as DynamoDB takes one: neither empty nor long. */
const key = z.string().min(1).max(256);
const Place = z.object({ pk: key, sk: key, sortKey: key });
const cursor = cursorOf(Place);

/** One page, newest first. */
export const readPage = async <Item>(
  { client, name: TableName }: Table,
  { index, key, value }: List,
  { limit, after }: PageRequest,
  parse: (item: Record<string, unknown>) => Item,
): Promise<Page<Item>> => {
  const answer = await client.send(
    new QueryCommand({
      TableName,
      IndexName: index,
      KeyConditionExpression: "#key = :value",
      ExpressionAttributeNames: { "#key": key },
      ExpressionAttributeValues: { ":value": value },
      ScanIndexForward: false,
      // One more than asked for tells whether there is a next page.
      Limit: limit + 1,
      ...(after === undefined ? {} : { ExclusiveStartKey: { ...cursor.read(after), [key]: value } }),
    }),
  );
  const found = answer.Items ?? [];
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(parse), ...(found.length > limit && last !== undefined ? { next: cursor.write(Place.parse(last)) } : {}) };
};
