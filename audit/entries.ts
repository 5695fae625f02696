// The entries of a custody log, from wherever it is: the table itself, or an export of it. Each source gives every entry, in any order.
import { createReadStream } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Found } from "../domain/custody/custody-verification.ts";
import { foundItem, foundShown } from "../functions/aws/custody.ts";
import { CannotVerify } from "./cannot-verify.ts";
import { itemOf } from "./dynamodb-json.ts";

const foundIn = (where: string, find: () => Found): Found => {
  try {
    return find();
  } catch {
    throw new CannotVerify(`${where} is no entry of a custody log: it has no subject and seq`);
  }
};

/**
 * Every entry of the table, by a scan: whoever verifies has rights that no function has. What is written meanwhile may or may not be there, but a
 * chain is read in its order, so that none seems to have a gap.
 */
export async function* tableEntries(client: DynamoDBDocumentClient, TableName: string): AsyncGenerator<Found> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
    for (const item of Items) yield foundIn(`an item of ${TableName}`, () => foundItem(item));
}

const Item = z.record(z.string(), z.unknown());
const Line = z.union([
  z.object({ Item }).transform(({ Item }) => [itemOf(Item)]),
  z.object({ items: z.array(Item), next: z.string().optional() }),
  Item,
]);

/** The presence of `log` or `timeKey` shows that an item came from the table. */
const isItem = (item: z.infer<typeof Item>): boolean => "log" in item || "timeKey" in item;

type LineItems = {
  readonly items: readonly z.infer<typeof Item>[];
  readonly isStored: boolean;
  /** Set for a page of GET /v1/custody-log: true if no page follows it. */
  readonly isLastPage?: boolean;
};

const itemsOfLine = (text: string): LineItems => {
  const line = Line.parse(JSON.parse(text));
  if (Array.isArray(line)) return { items: line, isStored: true };
  if (!Array.isArray(line.items)) return { items: [line], isStored: false };
  return { items: line.items, isStored: false, isLastPage: line.next === undefined };
};

const isGzip = async (file: string): Promise<boolean> => {
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  await handle.close();
  return buffer.equals(Buffer.from([0x1f, 0x8b]));
};

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    const bytes = createReadStream(file);
    // Errors of any stream are thrown to the reader of the last one.
    const text = (await isGzip(file)) ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
    let rest = "";
    for await (const part of text.setEncoding("utf8")) {
      const lines = `${rest}${part}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    yield rest;
  } catch (error) {
    throw new CannotVerify(`${file} can't be read: ${error instanceof Error ? error.message : error}`);
  }
}

type PageCounts = { read: number; last: number };

async function* fileEntries(file: string, pages: PageCounts): AsyncGenerator<Found> {
  let number = 0;
  for await (const text of linesOf(file)) {
    number += 1;
    if (text.trim() === "") continue;
    const where = `line ${number} of ${file}`;
    let line: LineItems;
    try {
      line = itemsOfLine(text);
    } catch {
      throw new CannotVerify(`${where} is no JSON object`);
    }
    if (line.isLastPage !== undefined) pages.read += 1;
    if (line.isLastPage === true) pages.last += 1;
    for (const item of line.items) yield foundIn(where, () => (line.isStored || isItem(item) ? foundItem(item) : foundShown(item)));
  }
}

/** The manifest of a finished export. Source: DynamoDB developer guide, "DynamoDB table export output format". */
const Summary = z.object({ exportTime: z.iso.datetime().transform((text) => new Date(text)), itemCount: z.int() });
const SUMMARY = "manifest-summary.json";

const isData = (name: string): boolean => !/^(manifest-.*|_started|\..*|.*\.checksum)$/.test(name);

export type Export = {
  readonly entries: AsyncIterable<Found>;
  /** When the table was as the export has it, where it tells. */
  readonly takenAt: Date | undefined;
};

async function* wholeExport(files: readonly string[], itemCount: number | undefined): AsyncGenerator<Found> {
  let count = 0;
  const pages: PageCounts = { read: 0, last: 0 };
  for (const file of files)
    for await (const found of fileEntries(file, pages)) {
      count += 1;
      yield found;
    }
  // Without its oldest entries every longer chain would seem to be broken.
  if (pages.read > 0 && pages.last === 0)
    throw new CannotVerify(
      `the last page of the log is missing: all pages that were read (${pages.read}) have a next. Add the pages that follow (?after=<next>)`,
    );
  if (itemCount !== undefined && itemCount !== count)
    throw new CannotVerify(
      `the export says that it has ${itemCount} items, and ${count} were found: files of it are missing, or not its own`,
    );
}

/** A file, or a folder with everything below it. */
export const openExport = async (path: string): Promise<Export> => {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new CannotVerify(`there is no file or folder ${path}`);
  if (!info.isDirectory()) return { entries: wholeExport([path], undefined), takenAt: undefined };
  const all = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const summaries = all.filter((file) => basename(file) === SUMMARY);
  if (summaries.length > 1) throw new CannotVerify(`${path} holds ${summaries.length} exports: name the folder of one`);
  const files = all.filter((file) => isData(basename(file)));
  if (summaries[0] === undefined) return { entries: wholeExport(files, undefined), takenAt: undefined };
  const { success, data } = Summary.safeParse(JSON.parse(await readFile(summaries[0], "utf8")));
  if (!success) throw new CannotVerify(`${summaries[0]} is not what DynamoDB says of an export`);
  return { entries: wholeExport(files, data.itemCount), takenAt: data.exportTime };
};
