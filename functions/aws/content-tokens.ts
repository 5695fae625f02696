// Content tokens in the Records table. Every act is one transaction whose conditions are its rule: what was judged is what is written.
import { GetCommand, paginateQuery, TransactWriteCommand, type TransactWriteCommandInput, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Account } from "../../domain/account.ts";
import { ContentToken, type Holding } from "../../domain/content-token.ts";
import { AccountId, ContentTokenId } from "../../domain/ids.ts";
import type { ContentTokens } from "../ports.ts";
import { conditionally, fromItem, keys, type Table, toItem } from "./table.ts";

type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

const StoredToken = ContentToken.extend({ downloadedBy: z.record(AccountId, z.iso.datetime()) });
const Given = z.object({ sk: z.templateLiteral(["CT#", z.string()]), givenAt: z.date() });
const Secret = z.object({ tokenId: ContentTokenId });

const toStored = (token: ContentToken) =>
  toItem({ ...token, downloadedBy: Object.fromEntries(token.downloadedBy.map(({ accountId, givenAt }) => [accountId, givenAt])) });

/** In the order they were given it: a map in DynamoDB has none of its own. */
const holdingsOf = (downloadedBy: Record<AccountId, string>): Holding[] =>
  Object.entries(downloadedBy)
    .map(([accountId, givenAt]) => ({ accountId: AccountId.parse(accountId), givenAt: new Date(givenAt) }))
    .toSorted((one, other) => one.givenAt.getTime() - other.givenAt.getTime());

export const contentTokensIn = ({ client, name: TableName }: Table): ContentTokens => {
  const put = (item: Record<string, unknown>): Write => ({
    Put: { TableName, Item: item, ConditionExpression: "attribute_not_exists(pk)" },
  });

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

  return {
    async get(id) {
      const { Item } = await client.send(new GetCommand({ TableName, Key: keys.contentToken(id), ConsistentRead: true }));
      if (Item === undefined) return undefined;
      const stored = fromItem(StoredToken, Item);
      return { ...stored, downloadedBy: holdingsOf(stored.downloadedBy) };
    },

    async findBySecret(secretSha256) {
      const { Item } = await client.send(new GetCommand({ TableName, Key: keys.secret(secretSha256), ConsistentRead: true }));
      return Item === undefined ? undefined : fromItem(Secret, Item).tokenId;
    },

    add(token) {
      const TransactItems = [
        put({ ...keys.contentToken(token.id), ...toStored(token) }),
        put({ ...keys.secret(token.secretSha256), tokenId: token.id }),
        ...token.downloadedBy.map(({ accountId, givenAt }) => put({ ...keys.given(accountId, token.id), ...toItem({ givenAt }) })),
      ];
      return conditionally(client.send(new TransactWriteCommand({ TransactItems })));
    },

    handOver({ token, to, holders, at }) {
      const involved = new Map([...holders, [to.id, to]]);
      const given = at.toISOString();
      const TransactItems: Write[] = [
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
      return conditionally(client.send(new TransactWriteCommand({ TransactItems })));
    },

    invalidate(id, at, cause) {
      return conditionally(
        client.send(
          new UpdateCommand({
            TableName,
            Key: keys.contentToken(id),
            UpdateExpression: "SET invalidation = :invalidation",
            ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(invalidation)",
            ExpressionAttributeValues: { ":invalidation": toItem({ at, cause }) },
          }),
        ),
      );
    },

    async *givenTo(accountId) {
      const query = {
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": `GIVEN#${accountId}` },
      };
      for await (const { Items = [] } of paginateQuery({ client }, query)) {
        for (const item of Items) {
          const { sk, givenAt } = fromItem(Given, item);
          yield { tokenId: ContentTokenId.parse(sk.slice("CT#".length)), holding: { accountId, givenAt } };
        }
      }
    },
  };
};
