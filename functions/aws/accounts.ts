// Accounts in the Records table. Facts about an account only ever move one way (a later password, a first end), by the writes' own conditions.
import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetCommand, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { Account } from "../../domain/account.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { Accounts } from "../ports.ts";
import { readPage } from "./lists.ts";
import { conditionally, fromItem, keys, listed, recorded, type Table, toItem, transact } from "./table.ts";

/** DynamoDB's own limit for one batch. */
const BATCH = 100;
const BATCH_ATTEMPTS = 8;

export const accountsIn = (table: Table): Accounts => {
  const { client, name: TableName } = table;

  const readBatch = async (batchKeys: Record<string, unknown>[]): Promise<Account[]> => {
    const found: Account[] = [];
    let pending = batchKeys;
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt === BATCH_ATTEMPTS) throw new Error(`${pending.length} accounts could not be read: the table is throttled`);
      if (attempt > 0) await sleep(25 * 2 ** attempt);
      const answer = await client.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: pending, ConsistentRead: true } } }));
      found.push(...(answer.Responses?.[TableName] ?? []).map((item) => fromItem(Account, item)));
      pending = answer.UnprocessedKeys?.[TableName]?.Keys ?? [];
    }
    return found;
  };

  const get = async (id: AccountId): Promise<Account | undefined> => {
    const { Item } = await client.send(new GetCommand({ TableName, Key: keys.account(id), ConsistentRead: true }));
    return Item === undefined ? undefined : fromItem(Account, Item);
  };

  return {
    get,

    async getAll(ids) {
      const wanted = [...new Set(ids)].map(keys.account);
      const found: Account[] = [];
      for (let start = 0; start < wanted.length; start += BATCH) found.push(...(await readBatch(wanted.slice(start, start + BATCH))));
      return new Map(found.map((account) => [account.id, account]));
    },

    list: (page) => readPage(table, { index: "byKind", key: "kind", value: "ACC" }, page, (item) => fromItem(Account, item)),

    register(account) {
      const Item = { ...keys.account(account.id), ...listed("ACC", account.id, account.createdAt), ...toItem(account) };
      return conditionally(() => client.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(pk)" })));
    },

    replaceGrants({ id, grants, version }) {
      return conditionally(() =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: keys.account(id),
            UpdateExpression: "SET grants = :grants, version = :version",
            ConditionExpression: "version = :before",
            ExpressionAttributeValues: { ":grants": grants, ":version": version, ":before": version - 1 },
          }),
        ),
      );
    },

    async recordPasswordChange(id, occurredAt, announcements = []) {
      const later = {
        Update: {
          TableName,
          Key: keys.account(id),
          UpdateExpression: "SET passwordChangedAt = :at ADD version :one",
          ConditionExpression: "attribute_exists(pk) AND (attribute_not_exists(passwordChangedAt) OR passwordChangedAt < :at)",
          ExpressionAttributeValues: { ":at": occurredAt.toISOString(), ":one": 1 },
        },
      };
      if (await transact(table, [later, ...recorded(table, announcements)])) return true;
      // Not later, or not there. What was asked to be announced still is, so that a repeated report resumes an interrupted fan-out.
      const exists = { ConditionCheck: { TableName, Key: keys.account(id), ConditionExpression: "attribute_exists(pk)" } };
      return transact(table, [exists, ...recorded(table, announcements)]);
    },

    async recordDisabled(id, disabledAt, announcements = []) {
      const first = {
        Update: {
          TableName,
          Key: keys.account(id),
          UpdateExpression: "SET disabledAt = if_not_exists(disabledAt, :at) ADD version :one",
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: { ":at": disabledAt.toISOString(), ":one": 1 },
        },
      };
      return transact(table, [first, ...recorded(table, announcements)]);
    },
  };
};
