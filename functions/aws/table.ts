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
import { type DynamoDBDocumentClient, GetCommand, paginateQuery, type QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import type { Announcement } from "../../domain/events.ts";
import type { AccountId, ContentTokenId, LocationId } from "../../domain/ids.ts";

/** The Records table, and the CustodyLog whose entries are written in the same transactions. */
export type Table = { readonly client: DynamoDBDocumentClient; readonly name: string; readonly custodyLog: string };

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
  const known = Object.entries(changed).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(known.map(([key, inner]) => [key, mapValues(inner, change, key)]));
};

/** A record as attributes; what is undefined has none. */
export const toItem = (record: object): Record<string, unknown> =>
  mapValues(record, (_, value) => (value instanceof Date ? value.toISOString() : value)) as Record<string, unknown>;

/** Parses what was read. Throws when the item is not what the schema says: a record that can't be trusted decides nothing. */
export const fromItem = <Schema extends z.ZodType>(schema: Schema, item: Record<string, unknown>): z.infer<Schema> =>
  schema.parse(mapValues(item, (name, value) => (isTimeName(name) && typeof value === "string" ? new Date(value) : value)));

/** The item under a key as it is now, strongly consistent. */
export const readItem = async ({ client, name: TableName }: Table, Key: Record<string, string>) =>
  (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;

/** Every item of a query, page after page. */
export async function* itemsOf(
  { client, name }: Table,
  query: Omit<QueryCommandInput, "TableName">,
): AsyncGenerator<Record<string, unknown>> {
  for await (const { Items = [] } of paginateQuery({ client }, { TableName: name, ...query })) yield* Items;
}
