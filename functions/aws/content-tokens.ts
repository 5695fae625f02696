// Content tokens in the Records table. Every act is one transaction whose conditions are its rule: what was checked is what is written.
import * as z from "zod";
import { AccountId, ContentTokenId } from "../../domain/shared/ids.ts";
import { isAnswered } from "../../domain/tokens/apple-check.ts";
import { ContentToken, type Holding } from "../../domain/tokens/content-token.ts";
import type { ContentTokens } from "../ports/content-tokens.ts";
import { plannedErasure } from "./erasures.ts";
import { listIn, readPage } from "./lists.ts";
import { arrival, replacedLocation } from "./locations.ts";
import { usedKey } from "./requests.ts";
import { fromItem, itemsOf, keys, listed, readById, readItem, type Table, toItem } from "./table.ts";
import { putNew, transact } from "./transact.ts";
import type { Write } from "./write.ts";

const StoredToken = ContentToken.extend({ downloadedBy: z.record(AccountId, z.iso.datetime()) });
const Given = z.object({ sk: z.templateLiteral(["CT#", z.string()]), givenAt: z.date() });
const AtLocation = z.object({ sk: z.templateLiteral(["CT#", z.string()]) });
const Secret = z.object({ tokenId: ContentTokenId });
/** The one partition of the index byDue. */
export const DUE = "DUE";
const INVALIDATE_ATTEMPTS = 5;

const toStored = (token: ContentToken) => ({
  ...keys.contentToken(token.id),
  ...listed("CT", token.id, token.issuedAt),
  ...(token.dueAt === undefined ? {} : { due: DUE }),
  ...toItem({ ...token, downloadedBy: Object.fromEntries(token.downloadedBy.map(({ accountId, givenAt }) => [accountId, givenAt])) }),
});

/** In the order they were given it: a map in DynamoDB has none of its own. */
const holdingsOf = (downloadedBy: Record<AccountId, string>): Holding[] =>
  Object.entries(downloadedBy)
    .map(([accountId, givenAt]) => ({ accountId: AccountId.parse(accountId), givenAt: new Date(givenAt) }))
    .toSorted((one, other) => one.givenAt.getTime() - other.givenAt.getTime());

export const fromStored = (item: Record<string, unknown>): ContentToken => {
  const stored = fromItem(StoredToken, item);
  return { ...stored, downloadedBy: holdingsOf(stored.downloadedBy) };
};

/** A file whose token ended is nobody's: no longer found by a password change, and to be erased. */
export const letGo = (table: Table, token: ContentToken, at: Date): Write[] => [
  plannedErasure(table, token.file.key, at),
  ...token.downloadedBy.map(({ accountId }) => ({ Delete: { TableName: table.name, Key: keys.given(accountId, token.id) } })),
];

const isLiveRecord = "attribute_exists(pk) AND attribute_not_exists(invalidation)";

/** The look-up by secret leads to the newest record of it: an earlier one that ended gives way to the one that is imported again. */
const secretOf = (table: Table, { id, secretSha256 }: ContentToken, earlier: ContentToken | undefined): Write => {
  const item = { ...keys.secret(secretSha256), tokenId: id };
  if (earlier === undefined) return putNew(table, item);
  return {
    Put: {
      TableName: table.name,
      Item: item,
      ConditionExpression: "tokenId = :earlier",
      ExpressionAttributeValues: { ":earlier": earlier.id },
    },
  };
};

export const contentTokensIn = (table: Table): ContentTokens => {
  const { name: TableName } = table;

  const get = async (id: ContentTokenId): Promise<ContentToken | undefined> => {
    const item = await readItem(table, keys.contentToken(id));
    return item === undefined ? undefined : fromStored(item);
  };

  return {
    get,

    async findBySecret(secretSha256) {
      const item = await readItem(table, keys.secret(secretSha256));
      return item === undefined ? undefined : fromItem(Secret, item).tokenId;
    },

    list(location, page) {
      return readPage(table, location === "all" ? listIn(table, "byKind", "CT") : listIn(table, "byLocation", location), page, fromStored);
    },

    async *ofLocation(location) {
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :tokens)",
        ExpressionAttributeValues: { ":pk": keys.location(location).pk, ":tokens": "CT#" },
      };
      const rows = await Array.fromAsync(itemsOf(table, query));
      const ids = rows.map((row) => ContentTokenId.parse(fromItem(AtLocation, row).sk.slice("CT#".length)));
      yield* (await readById(table, ids, keys.contentToken, fromStored)).values();
    },

    getAll: (ids) => readById(table, ids, keys.contentToken, fromStored),

    add(token, effects, { idempotency, location, earlier, preconditions } = {}) {
      const writes = [
        putNew(table, toStored(token)),
        secretOf(table, token, earlier),
        ...token.downloadedBy.map(({ accountId, givenAt }) =>
          putNew(table, { ...keys.given(accountId, token.id), ...toItem({ givenAt }) }),
        ),
        { Delete: { TableName, Key: keys.erasure(token.file.key), ConditionExpression: "attribute_exists(pk)" } },
        arrival(table, token.locationId),
        putNew(table, keys.tokenAt(token.locationId, token.id)),
        ...(location === undefined ? [] : [replacedLocation(table, location)]),
        ...usedKey(table, idempotency, token.id, token.issuedAt),
      ];
      return transact(table, writes, effects, preconditions);
    },

    handOver({ token, to, holders, at }, effects, preconditions) {
      const accounts = new Map([...holders, [to.id, to]]).values();
      const given = at.toISOString();
      const writes: Write[] = [
        {
          Update: {
            TableName,
            Key: keys.contentToken(token.id),
            UpdateExpression: "SET downloadedBy.#to = if_not_exists(downloadedBy.#to, :at)",
            // The map only grows: of equal size, it is the version that was read, and no holder is missing.
            ConditionExpression: "attribute_not_exists(invalidation) AND expiresAt > :at AND size(downloadedBy) = :holders",
            ExpressionAttributeNames: { "#to": to.id },
            ExpressionAttributeValues: { ":at": given, ":holders": token.downloadedBy.length },
          },
        },
        {
          Update: {
            TableName,
            Key: keys.given(to.id, token.id),
            UpdateExpression: "SET givenAt = if_not_exists(givenAt, :at)",
            ExpressionAttributeValues: { ":at": given },
          },
        },
      ];
      return transact(table, writes, effects, { ...preconditions, accounts });
    },

    async invalidate(id, invalidation, effects, preconditions) {
      for (let attempt = 0; attempt < INVALIDATE_ATTEMPTS; attempt++) {
        const token = await get(id);
        if (token === undefined || token.invalidation !== undefined) return false;
        const ended: Write = {
          Update: {
            TableName,
            Key: keys.contentToken(id),
            UpdateExpression: "SET invalidation = :invalidation REMOVE due, dueAt",
            // A holder who came meanwhile has a row of their own to let go: read again.
            ConditionExpression: "attribute_not_exists(invalidation) AND size(downloadedBy) = :holders",
            ExpressionAttributeValues: { ":invalidation": toItem(invalidation), ":holders": token.downloadedBy.length },
          },
        };
        if (await transact(table, [ended, ...letGo(table, token, invalidation.at)], effects, preconditions)) return true;
      }
      throw new Error(`${id} could not be ended: it changed ${INVALIDATE_ATTEMPTS} times meanwhile`);
    },

    recordCheck({ id, locationId }, check, effects, { expiresAt, location } = {}) {
      const answered = isAnswered(check) ? ", answeredAt = :at" : "";
      const expired = expiresAt === undefined ? "" : ", expiresAt = :expiresAt, dueAt = :expiresAt";
      const recorded: Write = {
        Update: {
          TableName,
          Key: keys.contentToken(id),
          UpdateExpression: `SET lastCheck = :check${answered}${expired}`,
          ConditionExpression: `${isLiveRecord} AND (attribute_not_exists(lastCheck) OR lastCheck.#at < :at)`,
          ExpressionAttributeNames: { "#at": "at" },
          ExpressionAttributeValues: {
            ":check": toItem(check),
            ":at": check.at.toISOString(),
            ...(expiresAt === undefined ? {} : { ":expiresAt": expiresAt.toISOString() }),
          },
        },
      };
      const locationWrites = location === undefined ? [] : [replacedLocation(table, { ...location, id: locationId })];
      return transact(table, [recorded, ...locationWrites], effects);
    },

    recordDoubt({ id }, doubt, effects) {
      const isNew = "attribute_not_exists(doubt) OR doubt.#at < :at";
      const isNotice = doubt.noticedAt === undefined ? "" : " OR (doubt.#at = :at AND attribute_not_exists(doubt.noticedAt))";
      const recorded: Write = {
        Update: {
          TableName,
          Key: keys.contentToken(id),
          UpdateExpression: "SET doubt = :doubt",
          ConditionExpression: `${isLiveRecord} AND (${isNew}${isNotice})`,
          ExpressionAttributeNames: { "#at": "at" },
          ExpressionAttributeValues: { ":doubt": toItem(doubt), ":at": doubt.at.toISOString() },
        },
      };
      return transact(table, [recorded], effects);
    },

    async *givenTo(accountId) {
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": `GIVEN#${accountId}` },
      };
      for await (const item of itemsOf(table, query)) {
        const { sk, givenAt } = fromItem(Given, item);
        yield { tokenId: ContentTokenId.parse(sk.slice("CT#".length)), holding: { accountId, givenAt } };
      }
    },
  };
};
