// Accounts in the Records table. Facts about an account only ever move one way (a later password, a first end), by the writes' own conditions.
import { BatchGetCommand, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { Account } from "../../domain/account.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { Accounts } from "../ports.ts";
import { conditionally, fromItem, keys, type Table, toItem } from "./table.ts";

/** DynamoDB's own limit for one batch. */
const BATCH = 100;

export const accountsIn = ({ client, name: TableName }: Table): Accounts => {
  const readBatch = async (batchKeys: Record<string, unknown>[]): Promise<Account[]> => {
    const found: Account[] = [];
    let pending = batchKeys;
    while (pending.length > 0) {
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

    register(account) {
      const Item = { ...keys.account(account.id), ...toItem(account) };
      return conditionally(client.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(pk)" })));
    },

    async recordPasswordChange(id, occurredAt) {
      const moved = await conditionally(
        client.send(
          new UpdateCommand({
            TableName,
            Key: keys.account(id),
            UpdateExpression: "SET passwordChangedAt = :at",
            ConditionExpression: "attribute_exists(pk) AND (attribute_not_exists(passwordChangedAt) OR passwordChangedAt < :at)",
            ExpressionAttributeValues: { ":at": occurredAt.toISOString() },
          }),
        ),
      );
      return moved || (await get(id)) !== undefined;
    },

    recordDisabled(id, disabledAt) {
      return conditionally(
        client.send(
          new UpdateCommand({
            TableName,
            Key: keys.account(id),
            UpdateExpression: "SET disabledAt = if_not_exists(disabledAt, :at)",
            ConditionExpression: "attribute_exists(pk)",
            ExpressionAttributeValues: { ":at": disabledAt.toISOString() },
          }),
        ),
      );
    },
  };
};
