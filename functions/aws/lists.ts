// Pages of a list. The cursor is the last item's place in the list, so that it stays good when that item goes; a foreign one is refused.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { Refusal } from "../../domain/refusal.ts";
import type { Page, PageRequest } from "../ports.ts";
import type { Table } from "./table.ts";

type List = { readonly index: "byKind" | "byLocation"; readonly key: "kind" | "locationId"; readonly value: string };

const Place = z.object({ pk: z.string(), sk: z.string(), sortKey: z.string() });

const encode = (item: Record<string, unknown>): string => Buffer.from(JSON.stringify(Place.parse(item))).toString("base64url");

const decode = (cursor: string): z.infer<typeof Place> => {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw new Refusal("invalid_input", "`after` must be the `next` of an earlier page of this list.");
  }
};

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
      ...(after === undefined ? {} : { ExclusiveStartKey: { ...decode(after), [key]: value } }),
    }),
  );
  const found = answer.Items ?? [];
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(parse), ...(found.length > limit && last !== undefined ? { next: encode(last) } : {}) };
};
