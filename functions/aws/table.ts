// The Records table: its keys, and how a record becomes an item and back. Times are stored as ISO 8601 UTC with milliseconds,
// so that they compare as text in conditions; by convention every time's name is `at` or ends in `At`.
//
//   pk                     sk          what
//   ACC#<account>          ACC         Account
//   CT#<token>             CT          ContentToken; `downloadedBy` is a map account → first time, which only grows
//   SECRET#<sha256>        SECRET      tokenId: one per secret ever held, never removed
//   GIVEN#<account>        CT#<token>  givenAt: one per (account, token), so that a password change finds them with one query
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import type { AccountId, ContentTokenId } from "../../domain/ids.ts";

export type Table = { readonly client: DynamoDBDocumentClient; readonly name: string };

export const keys = {
  account: (id: AccountId) => ({ pk: `ACC#${id}`, sk: "ACC" }),
  contentToken: (id: ContentTokenId) => ({ pk: `CT#${id}`, sk: "CT" }),
  secret: (sha256: string) => ({ pk: `SECRET#${sha256}`, sk: "SECRET" }),
  given: (account: AccountId, token: ContentTokenId) => ({ pk: `GIVEN#${account}`, sk: `CT#${token}` }),
};

const isTimeName = (name: string): boolean => name === "at" || name.endsWith("At");

const mapValues = (value: unknown, change: (name: string, value: unknown) => unknown, name = ""): unknown => {
  const changed = change(name, value);
  if (Array.isArray(changed)) return changed.map((element) => mapValues(element, change));
  if (changed === null || typeof changed !== "object" || changed instanceof Date) return changed;
  return Object.fromEntries(Object.entries(changed).map(([key, inner]) => [key, mapValues(inner, change, key)]));
};

/** A record as attributes. */
export const toItem = (record: object): Record<string, unknown> =>
  mapValues(record, (_, value) => (value instanceof Date ? value.toISOString() : value)) as Record<string, unknown>;

/** Parses what was read. Throws when the item is not what the schema says: a record that can't be trusted decides nothing. */
export const fromItem = <Schema extends z.ZodType>(schema: Schema, item: Record<string, unknown>): z.infer<Schema> =>
  schema.parse(mapValues(item, (name, value) => (isTimeName(name) && typeof value === "string" ? new Date(value) : value)));

/** Runs a write that carries its rule as a condition: false when the condition did not hold, an exception for everything else. */
export const conditionally = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") return false;
    if (error instanceof TransactionCanceledException && error.CancellationReasons?.some(({ Code }) => Code === "ConditionalCheckFailed"))
      return false;
    throw error;
  }
};
