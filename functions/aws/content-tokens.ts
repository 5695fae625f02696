// Content tokens in the Records table. Every act is one transaction whose conditions are its rule: what was judged is what is written.
import * as z from "zod";
import type { Account } from "../../domain/account.ts";
import { ContentToken, type Holding } from "../../domain/content-token.ts";
import { AccountId, ContentTokenId } from "../../domain/ids.ts";
import type { ContentTokens } from "../ports.ts";
import { plannedErasure } from "./erasures.ts";
import { listIn, readPage } from "./lists.ts";
import { fromItem, itemsOf, keys, listed, readItem, type Table, toItem } from "./table.ts";
import { putNew, transact, type Write } from "./transact.ts";

const StoredToken = ContentToken.extend({ downloadedBy: z.record(AccountId, z.iso.datetime()) });
const Given = z.object({ sk: z.templateLiteral(["CT#", z.string()]), givenAt: z.date() });
const Secret = z.object({ tokenId: ContentTokenId });
const Used = z.object({ tokenId: ContentTokenId, requestSha256: z.string() });
const Reminder = z.object({ sk: z.templateLiteral(["REMINDER#", z.string()]) });

const DAY_SECONDS = 86_400;
const DUE = "DUE";
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

const fromStored = (item: Record<string, unknown>): ContentToken => {
  const stored = fromItem(StoredToken, item);
  return { ...stored, downloadedBy: holdingsOf(stored.downloadedBy) };
};

const readable = (item: Record<string, unknown>): ContentToken | undefined => {
  try {
    return fromStored(item);
  } catch {
    return undefined;
  }
};

export const contentTokensIn = (table: Table): ContentTokens => {
  const { name: TableName } = table;

  /** The account must be enabled and have the very password it was judged with. */
  const stillGood = (account: Account): Write => ({
    ConditionCheck: {
      TableName,
      Key: keys.account(account.id),
      ...(account.passwordChangedAt === undefined
        ? { ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(disabledAt) AND attribute_not_exists(passwordChangedAt)" }
        : {
            ConditionExpression: "attribute_not_exists(disabledAt) AND passwordChangedAt = :seen",
            ExpressionAttributeValues: { ":seen": account.passwordChangedAt.toISOString() },
          }),
    },
  });

  const get = async (id: ContentTokenId): Promise<ContentToken | undefined> => {
    const item = await readItem(table, keys.contentToken(id));
    return item === undefined ? undefined : fromStored(item);
  };

  /** A file whose token ended is nobody's: no longer found by a password change, and to be erased. */
  const letGo = (token: ContentToken, at: Date): Write[] => [
    plannedErasure(table, token.file.key, at),
    ...token.downloadedBy.map(({ accountId }) => ({ Delete: { TableName, Key: keys.given(accountId, token.id) } })),
  ];

  return {
    get,

    async findBySecret(secretSha256) {
      const item = await readItem(table, keys.secret(secretSha256));
      return item === undefined ? undefined : fromItem(Secret, item).tokenId;
    },

    async findByIdempotencyKey({ accountId, key }) {
      const item = await readItem(table, keys.idempotency(accountId, key));
      return item === undefined ? undefined : fromItem(Used, item);
    },

    list(location, page) {
      return readPage(table, location === "all" ? listIn(table, "byKind", "CT") : listIn(table, "byLocation", location), page, fromStored);
    },

    add(token, traces, idempotency) {
      const writes = [
        putNew(table, toStored(token)),
        putNew(table, { ...keys.secret(token.secretSha256), tokenId: token.id }),
        ...token.downloadedBy.map(({ accountId, givenAt }) =>
          putNew(table, { ...keys.given(accountId, token.id), ...toItem({ givenAt }) }),
        ),
        { Delete: { TableName, Key: keys.erasure(token.file.key), ConditionExpression: "attribute_exists(pk)" } },
        ...(idempotency === undefined
          ? []
          : [
              putNew(table, {
                ...keys.idempotency(idempotency.accountId, idempotency.key),
                tokenId: token.id,
                requestSha256: idempotency.requestSha256,
                ttl: Math.floor(token.issuedAt.getTime() / 1000) + DAY_SECONDS,
              }),
            ]),
      ];
      return transact(table, writes, traces);
    },

    handOver({ token, to, holders, at }, traces) {
      const involved = new Map([...holders, [to.id, to]]);
      const given = at.toISOString();
      const writes: Write[] = [
        {
          Update: {
            TableName,
            Key: keys.contentToken(token.id),
            UpdateExpression: "SET downloadedBy.#to = if_not_exists(downloadedBy.#to, :at)",
            // The map only grows: of equal size, it is the one that was judged, and no holder was overlooked.
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
        ...[...involved.values()].map(stillGood),
      ];
      return transact(table, writes, traces);
    },

    async invalidate(id, invalidation, traces) {
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
        if (await transact(table, [ended, ...letGo(token, invalidation.at)], traces)) return true;
      }
      throw new Error(`${id} could not be ended: it changed ${INVALIDATE_ATTEMPTS} times meanwhile`);
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

    async *due(until) {
      const query = {
        IndexName: "byDue",
        KeyConditionExpression: "due = :due AND dueAt <= :until",
        ExpressionAttributeValues: { ":due": DUE, ":until": until.toISOString() },
      };
      const unreadable: unknown[] = [];
      for await (const item of itemsOf(table, query)) {
        const token = readable(item);
        if (token === undefined) unreadable.push(item.pk);
        else yield token;
      }
      if (unreadable.length > 0) throw new Error(`due records are not what their schema says: ${unreadable.join(", ")}`);
    },

    async sentSteps(id) {
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :reminder)",
        ExpressionAttributeValues: { ":pk": keys.contentToken(id).pk, ":reminder": "REMINDER#" },
      };
      const items = await Array.fromAsync(itemsOf(table, query));
      return new Set(items.map((item) => Number(fromItem(Reminder, item).sk.slice("REMINDER#".length))));
    },

    remind(token, step, nextDueAt, traces) {
      const moved: Write = {
        Update: {
          TableName,
          Key: keys.contentToken(token.id),
          UpdateExpression: "SET dueAt = :next",
          ConditionExpression: "attribute_not_exists(invalidation) AND dueAt = :seen",
          ExpressionAttributeValues: { ":next": nextDueAt.toISOString(), ":seen": token.dueAt?.toISOString() },
        },
      };
      const ledger = step === undefined ? [] : [putNew(table, keys.reminder(token.id, step))];
      return transact(table, [moved, ...ledger], traces);
    },

    expire(token, traces) {
      const ended: Write = {
        Update: {
          TableName,
          Key: keys.contentToken(token.id),
          UpdateExpression: "REMOVE due, dueAt",
          ConditionExpression: "attribute_not_exists(invalidation) AND dueAt = :seen AND size(downloadedBy) = :holders",
          ExpressionAttributeValues: { ":seen": token.dueAt?.toISOString(), ":holders": token.downloadedBy.length },
        },
      };
      return transact(table, [ended, ...letGo(token, token.expiresAt)], traces);
    },
  };
};
