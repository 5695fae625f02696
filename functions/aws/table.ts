// The Records table: its keys, and how a record becomes an item and back. Times are stored as ISO 8601 UTC with milliseconds,
// so that they compare as text in conditions; by convention every time's name is `at` or ends in `At`.
//
//   pk                     sk                 what
//   ORG                    ORG                Organization, and `primaryId`
//   ORG                    LADDER             the reminder ladder that tokens' due times were set by; gone from an edit until a scan applied it
//   ORG                    SCAN               scannedAt: when a scan last looked at all that was due
//   ORG                    SUBSCRIPTION       Subscription
//   LOC#<location>         LOC                Location                                        in byKind as LOC until it is closed
//   LOC#<location>         LINKS              LocationLinks: links and sightings              in byKind as LINKS
//   LOC#<location>         ARRIVALS           how many times licenses or a token came to it; `closedAt` once nothing may any more
//   LOC#<location>         CT#<token>         one per token that the location ever had
//   LOC#<location>         CLIENTCONFIG       ClientConfig: what its MDM server said last
//   LOC#<location>         ASSET#<asset>      AssetTraits; <asset> = <adamId>#<pricingParam>
//   ASSET#<location>#<asset>  COUNTS          LicenseCounts: in a partition of their own, so that assets of one location don't share what it can bear;
//                                             `version` = how many postings touched it, `changedAt` = when the last one was made;
//                                             `assignmentsVersion`, `assignmentsChangedAt` = the same of those that made or ended an assignment
//   ASSET#<location>#<asset>  SN#<serial number>, USER#<client user>
//                                             an assignment; those of earlier days are in byKind as well, where nobody looks for them any more
//   TRANSFER#<transfer>    TRANSFER           Transfer                                        in byKind as TRANSFER
//   CONFLICT#<conflict>    CONFLICT           Conflict                                        in byKind as CONFLICT
//   MDM#<server>           MDM                MdmServer                                       in byKind as MDM
//   MDM#<server>           LOC#<location>     one per location that the MDM server was ever linked at or seen at
//   CREDENTIAL#<sha256>    CREDENTIAL         serverId: one per credential ever made, never removed
//   MDMINFO#<sha256>       MDMINFO            serverId: whose mdmInfo.id has this SHA-256; gone once that MDM server is removed
//   UID#<uId>              UID                one per library identifier ever given
//   ACC#<account>          ACC                Account                                         in byKind as ACC until it is removed
//   CT#<token>             CT                 ContentToken; `downloadedBy` is a map account → first time, which only grows
//                                                                                             in byKind as CT, byLocation, byDue while it has a `dueAt`
//   CT#<token>             REMINDER#<step>    the ledger: a reminder of that step was sent
//   SECRET#<sha256>        SECRET             tokenId: one per secret ever held, never removed
//   USE#<token>            <server>, UNKNOWN  what that MDM server was last seen to use the token for
//   RATE#<location>        requests#<second>, tests#<minute>
//   RATE#<token>           identifications#<day>
//                                             asked: how many there were in that span of Unix time; `ttl`
//   USERS#<location>       USER#<client user>                a ClientUser who is not retired
//   USERS#<location>       RETIRED#<client user>#<number>    one who is; the number is the version that retired them, of 12 digits: with the longest
//                                                            client user id that there is just room for it
//   USERS#<location>       IDHASH#<idHash>    clientUserId: who of those who are not retired has this Apple Account
//   USERS#<location>       VERSION            UsersVersion: written with every change of any of them, and when work gives some a license
//   WORK#<work>            WORK               Work: what an MDM server asked for, and how far it has come; `ttl` once it ended
//   WORK#<work>            PART#<number>      Part; `ttl`, as what follows
//   WORK#<work>            FAILED#<step>#<number>
//                                             Failure
//   JOBS                   <requestedAt>#<work>
//                                             PendingJob: one per Work that has not ended
//   JOBS#<location>        COUNT              PendingCount: of the location's Works that have not ended
//   GIVEN#<account>        CT#<token>         givenAt: one per (account, living token), so that a password change finds them with one query
//   IDEMPOTENCY#<account>  KEY#<key>          what a request made; `ttl` in seconds
//   OUTBOX                 <recordedAt>#<id>  an outbox message that is not published yet
//   ERASE                  FILE#<key>         a file that no living token has
//   PARKED                 <account>#<event>  a fact about an account that can't be applied yet
//
// Indexes (key, sort key): byKind (kind, sortKey), byLocation (locationId, sortKey), byDue (due, dueAt). `sortKey` = createdAt#id.
import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand, paginateQuery, type QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import type { PendingJob } from "../../domain/device-api/job.ts";
import type { WorkId } from "../../domain/device-api/work.ts";
import { type AssetKey, assetText, type Target, targetText } from "../../domain/licenses/licenses.ts";
import type { OutboxMessage } from "../../domain/shared/events.ts";
import type { AccountId, ConflictId, ContentTokenId, LocationId, MdmServerId, TransferId } from "../../domain/shared/ids.ts";

/** The Records table, and the CustodyLog whose entries are written in the same transactions. */
export type Table = { readonly client: DynamoDBDocumentClient; readonly name: string; readonly custodyLog: string };

/** So that numbers sort as they count. */
const padded = (count: number, digits = 4): string => String(count).padStart(digits, "0");

export const keys = {
  organization: () => ({ pk: "ORG", sk: "ORG" }),
  scannedLadder: () => ({ pk: "ORG", sk: "LADDER" }),
  scan: () => ({ pk: "ORG", sk: "SCAN" }),
  subscription: () => ({ pk: "ORG", sk: "SUBSCRIPTION" }),
  location: (id: LocationId) => ({ pk: `LOC#${id}`, sk: "LOC" }),
  arrivals: (id: LocationId) => ({ pk: `LOC#${id}`, sk: "ARRIVALS" }),
  tokenAt: (id: LocationId, token: ContentTokenId) => ({ pk: `LOC#${id}`, sk: `CT#${token}` }),
  traits: (asset: AssetKey) => ({ pk: `LOC#${asset.locationId}`, sk: `ASSET#${assetText(asset)}` }),
  counts: (asset: AssetKey) => ({ pk: `ASSET#${asset.locationId}#${assetText(asset)}`, sk: "COUNTS" }),
  assignment: (asset: AssetKey, target: Target) => ({ pk: `ASSET#${asset.locationId}#${assetText(asset)}`, sk: targetText(target) }),
  transfer: (id: TransferId) => ({ pk: `TRANSFER#${id}`, sk: "TRANSFER" }),
  links: (id: LocationId) => ({ pk: `LOC#${id}`, sk: "LINKS" }),
  conflict: (id: ConflictId) => ({ pk: `CONFLICT#${id}`, sk: "CONFLICT" }),
  server: (id: MdmServerId) => ({ pk: `MDM#${id}`, sk: "MDM" }),
  linkedLocation: (server: MdmServerId, id: LocationId) => ({ pk: `MDM#${server}`, sk: `LOC#${id}` }),
  credential: (sha256: string) => ({ pk: `CREDENTIAL#${sha256}`, sk: "CREDENTIAL" }),
  mdmInfo: (sha256: string) => ({ pk: `MDMINFO#${sha256}`, sk: "MDMINFO" }),
  uId: (uId: string) => ({ pk: `UID#${uId}`, sk: "UID" }),
  account: (id: AccountId) => ({ pk: `ACC#${id}`, sk: "ACC" }),
  contentToken: (id: ContentTokenId) => ({ pk: `CT#${id}`, sk: "CT" }),
  reminder: (id: ContentTokenId, step: number) => ({ pk: `CT#${id}`, sk: `REMINDER#${step}` }),
  secret: (sha256: string) => ({ pk: `SECRET#${sha256}`, sk: "SECRET" }),
  given: (account: AccountId, token: ContentTokenId) => ({ pk: `GIVEN#${account}`, sk: `CT#${token}` }),
  clientConfig: (id: LocationId) => ({ pk: `LOC#${id}`, sk: "CLIENTCONFIG" }),
  tokenUse: (id: ContentTokenId, server: string) => ({ pk: `USE#${id}`, sk: server }),
  rate: (id: LocationId | ContentTokenId, what: string, span: number) => ({ pk: `RATE#${id}`, sk: `${what}#${span}` }),
  user: (id: LocationId, clientUserId: string) => ({ pk: `USERS#${id}`, sk: `USER#${clientUserId}` }),
  retiredUser: (id: LocationId, clientUserId: string, version: number) => ({
    pk: `USERS#${id}`,
    sk: `RETIRED#${clientUserId}#${padded(version, 12)}`,
  }),
  idHash: (id: LocationId, idHash: string) => ({ pk: `USERS#${id}`, sk: `IDHASH#${idHash}` }),
  usersVersion: (id: LocationId) => ({ pk: `USERS#${id}`, sk: "VERSION" }),
  work: (id: WorkId) => ({ pk: `WORK#${id}`, sk: "WORK" }),
  workPart: (id: WorkId, part: number) => ({ pk: `WORK#${id}`, sk: `PART#${padded(part)}` }),
  failure: (id: WorkId, step: number, index: number) => ({ pk: `WORK#${id}`, sk: `FAILED#${padded(step)}#${index}` }),
  pendingJob: ({ id, requestedAt }: Pick<PendingJob, "id" | "requestedAt">) => ({ pk: "JOBS", sk: `${requestedAt.toISOString()}#${id}` }),
  pendingCount: (id: LocationId) => ({ pk: `JOBS#${id}`, sk: "COUNT" }),
  idempotency: (account: AccountId, key: string) => ({ pk: `IDEMPOTENCY#${account}`, sk: `KEY#${key}` }),
  outbox: ({ recordedAt, id }: OutboxMessage) => ({ pk: "OUTBOX", sk: `${recordedAt.toISOString()}#${id}` }),
  erasure: (fileKey: string) => ({ pk: "ERASE", sk: `FILE#${fileKey}` }),
  parked: (account: AccountId, eventId: string) => ({ pk: "PARKED", sk: `${account}#${eventId}` }),
};

/** Sort key of a record in the lists. Newest first is descending order. */
export const listed = (kind: "LOC" | "ACC" | "CT" | "MDM" | "LINKS" | "CONFLICT" | "TRANSFER", id: string, createdAt: Date) => ({
  kind,
  sortKey: `${createdAt.toISOString()}#${id}`,
});

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

/** A sort key without whom it is about: what an MDM server calls a user may be an address. */
const unnamed = (sk: unknown): string => String(sk).replace(/^(USER|SN|RETIRED)#.*/s, "$1#…");

/**
 * Parses what was read. Throws when the item does not match its schema: a record that can't be trusted decides nothing. The error names the item and
 * the fields, and quotes none: a notice's text may hold an address.
 */
export const fromItem = <Schema extends z.ZodType>(schema: Schema, item: Record<string, unknown>): z.infer<Schema> => {
  const record = mapValues(item, (name, value) => (isTimeName(name) && typeof value === "string" ? new Date(value) : value));
  const parsed = schema.safeParse(record);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join("."));
  throw new Error(`the record ${item.pk} ${unnamed(item.sk)} does not match its schema: ${fields.join(", ")}`);
};

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

/**
 * The records of a query, page after page. One that can't be read keeps back none of the others: it is named in an error at the end.
 */
export async function* recordsOf<Value>(
  table: Table,
  query: Omit<QueryCommandInput, "TableName">,
  parse: (item: Record<string, unknown>) => Value,
): AsyncGenerator<Value> {
  const unreadable: string[] = [];
  for await (const item of itemsOf(table, query)) {
    let value: Value;
    try {
      value = parse(item);
    } catch (error) {
      unreadable.push(error instanceof Error ? error.message : String(error));
      continue;
    }
    yield value;
  }
  if (unreadable.length > 0) throw new Error(unreadable.join("; "));
}

/** DynamoDB's own limit for one batch. */
const BATCH = 100;
const BATCH_ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 25;

/** The items under `wanted` that exist, strongly consistent, in no order. */
export const readItems = async ({ client, name }: Table, wanted: readonly Record<string, string>[]): Promise<Record<string, unknown>[]> => {
  const found: Record<string, unknown>[] = [];
  for (let start = 0; start < wanted.length; start += BATCH) {
    let pending: Record<string, unknown>[] = wanted.slice(start, start + BATCH);
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt === BATCH_ATTEMPTS) throw new Error(`${pending.length} records could not be read: the table is throttled`);
      if (attempt > 0) await sleep(FIRST_PAUSE_MILLISECONDS * 2 ** attempt);
      const answer = await client.send(new BatchGetCommand({ RequestItems: { [name]: { Keys: pending, ConsistentRead: true } } }));
      found.push(...(answer.Responses?.[name] ?? []));
      pending = answer.UnprocessedKeys?.[name]?.Keys ?? [];
    }
  }
  return found;
};

/** Records by their identifier, from a batch. */
export const readById = async <Id extends string, Value extends { readonly id: Id }>(
  table: Table,
  ids: readonly Id[],
  keyOf: (id: Id) => Record<string, string>,
  parse: (item: Record<string, unknown>) => Value,
): Promise<ReadonlyMap<Id, Value>> => {
  const items = await readItems(table, [...new Set(ids)].map(keyOf));
  return new Map(items.map(parse).map((value) => [value.id, value]));
};
