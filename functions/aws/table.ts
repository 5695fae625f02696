// The Records table: its keys, and how a record becomes an item and back. Times are stored as ISO 8601 UTC with milliseconds,
// so that they compare as text in conditions; by convention every time's name is `at` or ends in `At`.
//
//   pk                     sk                 what
//   ORG                    ORG                Organization, and `primaryId`
//   ORG                    LADDER             the reminder ladder that tokens' due times were set by
//   LOC#<location>         LOC                Location                                        in byKind as LOC
//   UID#<uId>              UID                one per library identifier ever given
//   ACC#<account>          ACC                Account                                         in byKind as ACC
//   CT#<token>             CT                 ContentToken; `downloadedBy` is a map account → first time, which only grows
//                                                                                             in byKind as CT, byLocation, byDue while it has a `dueAt`
//   CT#<token>             REMINDER#<step>    the ledger: a reminder of that step was sent
//   SECRET#<sha256>        SECRET             tokenId: one per secret ever held, never removed
//   GIVEN#<account>        CT#<token>         givenAt: one per (account, living token), so that a password change finds them with one query
//   IDEMPOTENCY#<account>  KEY#<key>          what a request made; `ttl` in seconds
//   OUTBOX                 <recordedAt>#<id>  an announcement that was not told yet
//   ERASE                  FILE#<key>         a file that no living token has
//   PARKED                 <account>#<event>  a fact about an account that can't be applied yet
//
// Indexes (key, sort key): byKind (kind, sortKey), byLocation (locationId, sortKey), byDue (due, dueAt). `sortKey` = createdAt#id.
import { setTimeout as sleep } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  paginateQuery,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import type { Announcement } from "../../domain/events.ts";
import type { AccountId, ContentTokenId, LocationId } from "../../domain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";

export type Table = { readonly client: DynamoDBDocumentClient; readonly name: string };
export type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

export const keys = {
  organization: () => ({ pk: "ORG", sk: "ORG" }),
  scannedLadder: () => ({ pk: "ORG", sk: "LADDER" }),
  location: (id: LocationId) => ({ pk: `LOC#${id}`, sk: "LOC" }),
  uId: (uId: string) => ({ pk: `UID#${uId}`, sk: "UID" }),
  account: (id: AccountId) => ({ pk: `ACC#${id}`, sk: "ACC" }),
  contentToken: (id: ContentTokenId) => ({ pk: `CT#${id}`, sk: "CT" }),
  reminder: (id: ContentTokenId, step: number) => ({ pk: `CT#${id}`, sk: `REMINDER#${step}` }),
  secret: (sha256: string) => ({ pk: `SECRET#${sha256}`, sk: "SECRET" }),
  given: (account: AccountId, token: ContentTokenId) => ({ pk: `GIVEN#${account}`, sk: `CT#${token}` }),
  idempotency: (account: AccountId, key: string) => ({ pk: `IDEMPOTENCY#${account}`, sk: `KEY#${key}` }),
  outbox: ({ recordedAt, id }: Announcement) => ({ pk: "OUTBOX", sk: `${recordedAt.toISOString()}#${id}` }),
  erasure: (fileKey: string) => ({ pk: "ERASE", sk: `FILE#${fileKey}` }),
  parked: (account: AccountId, eventId: string) => ({ pk: "PARKED", sk: `${account}#${eventId}` }),
};

/** Where a record stands in the lists: newest first means descending. */
export const listed = (kind: "LOC" | "ACC" | "CT", id: string, createdAt: Date) => ({ kind, sortKey: `${createdAt.toISOString()}#${id}` });

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

const isConditionFailed = (error: unknown): boolean =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed")
    : error instanceof Error && error.name === "ConditionalCheckFailedException";

/** Another transaction held one of the items, or the table was asked too much: the same write may succeed a moment later. */
const PASSING = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

const isPassing = (error: unknown): boolean =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).some(({ Code }) => PASSING.has(Code ?? ""))
    : error instanceof Error && error.name === "TransactionConflictException";

/** The table was asked too much, and the SDK has tried as often as it does: more attempts would only add to it. */
const THROTTLED = new Set(["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]);

const isThrottled = (error: unknown): boolean => error instanceof Error && THROTTLED.has(error.name);

const ATTEMPTS = 6;
const FIRST_PAUSE_MILLISECONDS = 20;

/**
 * Runs a write that carries its rule as a condition: false when the condition did not hold. What passes is tried again, since the SDK does not retry
 * a canceled transaction, and refused as `busy` in the end. Anything else is an exception.
 */
export const conditionally = async (write: () => Promise<unknown>): Promise<boolean> => {
  for (let attempt = 0; ; attempt++) {
    try {
      await write();
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      if (!isPassing(error) && !isThrottled(error)) throw error;
      if (attempt === ATTEMPTS - 1 || isThrottled(error))
        throw new Refusal("busy", "Too much is written to these records at this moment. Try again.");
      await sleep(Math.random() * FIRST_PAUSE_MILLISECONDS * 2 ** attempt);
    }
  }
};

/** All of `writes` or none: false when a condition did not hold. */
export const transact = ({ client }: Table, writes: Write[]): Promise<boolean> =>
  conditionally(() => client.send(new TransactWriteCommand({ TransactItems: writes })));

export const putNew = ({ name: TableName }: Table, item: Record<string, unknown>): Write => ({
  Put: { TableName, Item: item, ConditionExpression: "attribute_not_exists(pk)" },
});

/** The announcements of an act, to be written with it. */
export const recorded = (table: Table, announcements: readonly Announcement[]): Write[] =>
  announcements.map((announcement) => putNew(table, { ...keys.outbox(announcement), ...toItem(announcement) }));

/** Every item of a query, page after page. */
export async function* itemsOf(
  { client, name }: Table,
  query: Omit<QueryCommandInput, "TableName">,
): AsyncGenerator<Record<string, unknown>> {
  for await (const { Items = [] } of paginateQuery({ client }, { TableName: name, ...query })) yield* Items;
}
