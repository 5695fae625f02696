// The CustodyLog table: entries are put and read, never changed; the functions' roles hold no right to. An entry is put only where its chain ends.
//
//   subject   seq (number)   the entry; `log` and `timeKey` = at#subject#seq place it in the index byTime
import { createHash } from "node:crypto";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { CustodyEntry, type CustodyRecord, entryAfter, type Head, type SubjectId } from "../../domain/custody.ts";
import type { CustodyLog } from "../ports.ts";
import { readPage } from "./lists.ts";
import { type Table, toItem } from "./table.ts";
import type { Write } from "./transact.ts";

const LOG = "LOG";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const timeKey = ({ at, subject, seq }: CustodyEntry): string => `${at.toISOString()}#${subject}#${seq}`;

/** Not by `fromItem`: what `details` holds are texts, whatever they are called. */
const entryOf = ({ at, ...item }: Record<string, unknown>): CustodyEntry => CustodyEntry.parse({ ...item, at: new Date(String(at)) });

const headOf = async ({ client, custodyLog: TableName }: Table, subject: SubjectId): Promise<Head | undefined> => {
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
export const nextEntries = async (table: Table, records: readonly CustodyRecord[]): Promise<Write[]> => {
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
        Item: { ...toItem(entry), log: LOG, timeKey: timeKey(entry) },
        ConditionExpression: "attribute_not_exists(subject)",
      },
    });
  }
  return writes;
};

const InChain = z.object({ subject: z.string().min(1).max(64), seq: z.int().min(1) });
const InTime = InChain.extend({ timeKey: z.string().min(1).max(256) });

export const custodyIn = (table: Table): CustodyLog => ({
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
});
