// The CustodyLog table: entries are put and read. Every put is on condition that no entry is there, at the end of its chain; the functions' roles hold no right to
// update or delete, but their right to put would overwrite without that condition.
//
//   subject   seq (number)   the entry; `log` and `timeKey` = at#subject#seq place it in the index byTime
import { paginateQuery, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type AuditRecord, CustodyEntry, entryAfter, type Head, type SubjectId } from "../../domain/custody/custody.ts";
import type { Found } from "../../domain/custody/custody-verification.ts";
import { sha256 } from "../lib/hash.ts";
import type { CustodyLog } from "../ports/custody.ts";
import { readPage } from "./lists.ts";
import { type Table, toItem } from "./table.ts";
import type { Write } from "./write.ts";

const LOG = "LOG";

const timeKey = ({ at, subject, seq }: CustodyEntry): string => `${at.toISOString()}#${subject}#${seq}`;

/** Not by `fromItem`: what `details` holds are texts, whatever they are called. */
const entryOf = ({ at, ...item }: Record<string, unknown>): CustodyEntry => CustodyEntry.parse({ ...item, at: new Date(String(at)) });

type Attributes = Readonly<Record<string, unknown>>;

const Place = z.object({ subject: z.string().min(1), seq: z.int() });

const inOrder = (attributes: unknown): unknown =>
  attributes !== null && typeof attributes === "object"
    ? Object.entries(attributes).toSorted(([one], [other]) => (one < other ? -1 : 1))
    : attributes;

/** One text for an item, in whatever order its attributes come. */
const textOf = ({ details, ...rest }: Attributes): string => JSON.stringify([inOrder(rest), inOrder(details)]);

/**
 * What stands at an item's place, for whoever verifies it: an entry only where the item is, attribute by attribute, as it is `written`. Throws when
 * the item has no place in a chain.
 */
const foundAs =
  (written: (entry: CustodyEntry) => Attributes) =>
  (item: Attributes): Found => {
    const { subject, seq } = Place.parse(item);
    const { data: entry } = CustodyEntry.safeParse({ ...item, at: new Date(String(item.at)) });
    return { subject, seq, entry: entry !== undefined && textOf(written(entry)) === textOf(item) ? entry : undefined };
  };

const storedItem = (entry: CustodyEntry): Record<string, unknown> => ({ ...toItem(entry), log: LOG, timeKey: timeKey(entry) });

/** An item of the table. */
export const foundItem = foundAs(storedItem);

/** An entry as the API shows it: without the attributes that place it in the index. */
export const foundShown = foundAs(toItem);

/** All that reading the log takes. */
export type CustodyTable = Pick<Table, "client" | "custodyLog">;

const headOf = async ({ client, custodyLog: TableName }: CustodyTable, subject: SubjectId): Promise<Head | undefined> => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: "subject = :subject",
      ExpressionAttributeValues: { ":subject": subject },
      ScanIndexForward: false,
      Limit: 1,
    }),
  );
  return Items[0] === undefined ? undefined : entryOf(Items[0]);
};

/** The entries of `records` as writes, each tied to the end of its chain as it is now. */
export const nextEntries = async (table: Table, records: readonly AuditRecord[]): Promise<Write[]> => {
  const heads = new Map<SubjectId, Head | undefined>();
  const writes: Write[] = [];
  for (const record of records) {
    const { subject } = record;
    const head = heads.has(subject) ? heads.get(subject) : await headOf(table, subject);
    const entry = entryAfter(record, head, sha256);
    heads.set(subject, entry);
    writes.push({
      Put: {
        TableName: table.custodyLog,
        Item: storedItem(entry),
        ConditionExpression: "attribute_not_exists(subject)",
      },
    });
  }
  return writes;
};

const InChain = z.object({ subject: z.string().min(1).max(64), seq: z.int().min(1) });
const InTime = InChain.extend({ timeKey: z.string().min(1).max(256) });

export const custodyIn = (table: CustodyTable): CustodyLog => ({
  history: (subject, page) => readPage(table, { table: table.custodyLog, key: "subject", value: subject, place: InChain }, page, entryOf),
  list: ({ from, to }, page) =>
    readPage(
      table,
      {
        table: table.custodyLog,
        index: "byTime",
        key: "log",
        value: LOG,
        place: InTime,
        // `~` sorts after every character of a time: the whole last millisecond counts.
        between: { key: "timeKey", from: from?.toISOString() ?? "0", to: `${to?.toISOString() ?? ""}~` },
      },
      page,
      entryOf,
    ),
  async *changedSince(since) {
    const query = {
      TableName: table.custodyLog,
      IndexName: "byTime",
      KeyConditionExpression: "#log = :log AND timeKey >= :since",
      ProjectionExpression: "subject",
      ExpressionAttributeNames: { "#log": "log" },
      ExpressionAttributeValues: { ":log": LOG, ":since": since?.toISOString() ?? "0" },
    };
    for await (const { Items = [] } of paginateQuery({ client: table.client }, query))
      for (const { subject } of Items) yield String(subject);
  },
  async *chain(subject, from) {
    const query = {
      TableName: table.custodyLog,
      ConsistentRead: true,
      KeyConditionExpression: "subject = :subject AND seq >= :from",
      ExpressionAttributeValues: { ":subject": subject, ":from": from },
    };
    for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) yield* Items.map(foundItem);
  },
});
