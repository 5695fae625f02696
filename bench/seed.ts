// Fills a table with tokens, fast. The items are those that the port's own `add` would write: it runs against a client that keeps its puts and
// sends nothing, and the puts are sent in batches. Each token is due on the day that the scan of the day before would have left it at.
import assert from "node:assert/strict";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { AccountId, ContentTokenId, IDENTIFIER_BYTES, identifierText, LocationId } from "../domain/shared/ids.ts";
import { addDays, addYears, startOfDay } from "../domain/shared/time.ts";
import type { ContentToken } from "../domain/tokens/content-token.ts";
import { DEFAULT_LADDER, nextDueAt } from "../domain/tokens/reminder.ts";
import { contentTokensIn } from "../functions/aws/content-tokens.ts";
import { recordsIn } from "../functions/aws/records.ts";
import type { Table } from "../functions/aws/table.ts";
import { aContentToken, aLocation, anAccount, anOrganization } from "../test/support/builders/make.ts";

/** How many tokens there are, and how many of them are due in each of the scans, one a day; `firstAt` is when the first one runs. */
export type Plan = { readonly tokens: number; readonly due: readonly number[]; readonly firstAt: Date };

const TOKENS_PER_LOCATION = 500;
const TOKENS_AT_ONCE = 1000;
/** DynamoDB's own limit for one batch. */
const BATCH = 25;
const WRITERS = 4;

const textOf = (seed: number): string => {
  const bytes = new Uint8Array(IDENTIFIER_BYTES);
  new DataView(bytes.buffer).setUint32(IDENTIFIER_BYTES - 4, seed);
  return identifierText(bytes);
};
const locationOf = (place: number): LocationId => LocationId.parse(`loc_${textOf(place)}`);
const accountOf = (place: number): AccountId => AccountId.parse(`acc_${textOf(place)}`);
/** Their password changed, and the fan-out has not come to their tokens. */
const LEAVER = AccountId.parse(`acc_${textOf(0xffffffff)}`);

/** Of five due tokens three are to be reminded of, one has ended and one was killed by a password, so that the scan takes every way it has. */
const dueToken = (index: number, day: Date): Pick<ContentToken, "expiresAt"> & { readonly holder?: AccountId } => {
  if (index % 5 === 3) return { expiresAt: new Date(day.getTime() + 1000) };
  if (index % 5 === 4) return { expiresAt: addDays(day, 30), holder: LEAVER };
  return { expiresAt: addDays(day, 60) };
};

export const tokenAt = (index: number, { tokens, due, firstAt }: Plan): ContentToken => {
  const firstDay = startOfDay(firstAt);
  const place = index % Math.ceil(tokens / TOKENS_PER_LOCATION);
  let begin = 0;
  const scan = due.findIndex((count) => {
    begin += count;
    return index < begin;
  });
  const isDue = scan !== -1;
  const day = addDays(firstDay, isDue ? scan : 0);
  const { expiresAt, holder = accountOf(place) } = isDue
    ? dueToken(index, day)
    : { expiresAt: addDays(firstDay, 60 + due.length + (index % 300)) };
  const issuedAt = addYears(expiresAt, -1);
  return aContentToken({
    id: ContentTokenId.parse(`ct_${textOf(index)}`),
    locationId: locationOf(place),
    downloadedBy: [{ accountId: holder, givenAt: issuedAt }],
    issuedAt,
    expiresAt,
    dueAt: nextDueAt(expiresAt, DEFAULT_LADDER, addDays(day, -1)),
    secretSha256: index.toString(16).padStart(64, "0"),
    file: { key: `tokens/${index}`, version: "1", sha256: "b".repeat(64) },
  });
};

type Item = Record<string, unknown>;
const Transaction = z.object({
  TransactItems: z.array(z.object({ Put: z.object({ Item: z.record(z.string(), z.unknown()) }).optional() })),
});

const itemsAddedFor = async (tokens: readonly ContentToken[], table: Table): Promise<Item[]> => {
  const items: Item[] = [];
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "us-east-1" }));
  client.middlewareStack.add(
    () => async (args) => {
      items.push(...Transaction.parse(args.input).TransactItems.flatMap(({ Put }) => (Put === undefined ? [] : [Put.Item])));
      return { output: { $metadata: {} }, response: undefined };
    },
    { step: "initialize", name: "keepPuts" },
  );
  for (const token of tokens) assert.ok(await contentTokensIn({ ...table, client }).add(token));
  client.destroy();
  return items;
};

const put = async ({ client, name }: Table, items: readonly Item[]): Promise<void> => {
  const RequestItems = { [name]: items.map((Item) => ({ PutRequest: { Item } })) };
  const { UnprocessedItems = {} } = await client.send(new BatchWriteCommand({ RequestItems }));
  assert.deepEqual(UnprocessedItems, {}, "every item of a batch was to be written");
};

const foundPlaces = async (table: Table, { tokens, firstAt }: Plan): Promise<void> => {
  const { organizations, locations, accounts } = recordsIn(table);
  const [firstPlace, ...others] = Array.from({ length: Math.ceil(tokens / TOKENS_PER_LOCATION) }, (_, place) => ({
    location: aLocation({ id: locationOf(place), uId: String(10 ** 15 + place), primary: place === 0 }),
    account: anAccount({ id: accountOf(place), subject: `person-${place}` }),
  }));
  assert.ok(firstPlace);
  assert.ok(await organizations.found(anOrganization(), firstPlace.location, firstPlace.account));
  for (const { location, account } of others) assert.ok((await locations.add(location)) && (await accounts.register(account)));
  assert.ok(await accounts.register(anAccount({ id: LEAVER, subject: "leaver" })));
  assert.ok(await accounts.recordPasswordChange(LEAVER, addDays(firstAt, -1)));
};

/** Fills an empty table, then reads some tokens back through the port: they must be those that were meant. Throws once `isTimeUp`. */
export const seed = async (table: Table, plan: Plan, isTimeUp: () => boolean): Promise<void> => {
  await foundPlaces(table, plan);
  for (let start = 0; start < plan.tokens; start += TOKENS_AT_ONCE) {
    if (isTimeUp()) throw new Error(`only ${start} of ${plan.tokens} tokens were written before the time was up`);
    const length = Math.min(TOKENS_AT_ONCE, plan.tokens - start);
    const made = Array.from({ length }, (_, offset) => tokenAt(start + offset, plan));
    const items = await itemsAddedFor(made, table);
    const writer = async (): Promise<void> => {
      for (let batch = items.splice(0, BATCH); batch.length > 0; batch = items.splice(0, BATCH)) await put(table, batch);
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
  }
  const { tokens } = recordsIn(table);
  for (let index = 0; index < plan.tokens; index += Math.ceil(plan.tokens / 20) + 1) {
    const meant = tokenAt(index, plan);
    assert.deepEqual(await tokens.get(meant.id), meant);
    assert.equal(await tokens.findBySecret(meant.secretSha256), meant.id);
  }
};
