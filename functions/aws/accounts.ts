// Accounts in the Records table. Facts about an account only ever move one way (a later password, a first end), by the writes' own conditions.
import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { Account } from "../../domain/account.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { Accounts, Trace } from "../ports.ts";
import { listIn, readPage } from "./lists.ts";
import { fromItem, keys, listed, readItem, type Table, toItem } from "./table.ts";
import { putNew, transact, type Write } from "./transact.ts";

/** DynamoDB's own limit for one batch. */
const BATCH = 100;
const BATCH_ATTEMPTS = 8;

export const accountItem = (account: Account) => ({
  ...keys.account(account.id),
  ...listed("ACC", account.id, account.createdAt),
  ...toItem(account),
});

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
    const item = await readItem(table, keys.account(id));
    return item === undefined ? undefined : fromItem(Account, item);
  };

  /**
   * A fact that moves an account one way. Told again, it moves nothing and is no second act: but what was to be announced still is, so that a
   * repeated report resumes an interrupted fan-out.
   */
  const recordFact = async (id: AccountId, moved: Write, traces: readonly Trace[]): Promise<boolean> => {
    if (await transact(table, [moved], traces)) return true;
    const exists = { ConditionCheck: { TableName, Key: keys.account(id), ConditionExpression: "attribute_exists(pk)" } };
    return transact(
      table,
      [exists],
      traces.filter(({ kind }) => kind !== "custody"),
    );
  };

  return {
    get,

    async getAll(ids) {
      const wanted = [...new Set(ids)].map(keys.account);
      const found: Account[] = [];
      for (let start = 0; start < wanted.length; start += BATCH) found.push(...(await readBatch(wanted.slice(start, start + BATCH))));
      return new Map(found.map((account) => [account.id, account]));
    },

    list: (page) => readPage(table, listIn(table, "byKind", "ACC"), page, (item) => fromItem(Account, item)),

    register: (account, traces) => transact(table, [putNew(table, accountItem(account))], traces),

    replace({ id, grants, dedicated, version }, traces) {
      const overBefore: Write = {
        Update: {
          TableName,
          Key: keys.account(id),
          UpdateExpression: "SET grants = :grants, dedicated = :dedicated, version = :version",
          ConditionExpression: "version = :before",
          ExpressionAttributeValues: { ":grants": grants, ":dedicated": dedicated, ":version": version, ":before": version - 1 },
        },
      };
      return transact(table, [overBefore], traces);
    },

    recordPasswordChange(id, occurredAt, traces = []) {
      const later: Write = {
        Update: {
          TableName,
          Key: keys.account(id),
          UpdateExpression: "SET passwordChangedAt = :at ADD version :one",
          ConditionExpression: "attribute_exists(pk) AND (attribute_not_exists(passwordChangedAt) OR passwordChangedAt < :at)",
          ExpressionAttributeValues: { ":at": occurredAt.toISOString(), ":one": 1 },
        },
      };
      return recordFact(id, later, traces);
    },

    recordDisabled(id, disabledAt, traces = []) {
      const first: Write = {
        Update: {
          TableName,
          Key: keys.account(id),
          UpdateExpression: "SET disabledAt = :at ADD version :one",
          ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(disabledAt)",
          ExpressionAttributeValues: { ":at": disabledAt.toISOString(), ":one": 1 },
        },
      };
      return recordFact(id, first, traces);
    },
  };
};
