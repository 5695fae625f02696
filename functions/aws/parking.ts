// Facts about accounts that wait for their account or their time. One that was damaged keeps none of the others.
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { AccountFact } from "../../domain/account-fact.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { Parking } from "../ports.ts";
import { fromItem, itemsOf, keys, type Table, toItem } from "./table.ts";

const readable = (item: Record<string, unknown>): AccountFact | undefined => {
  try {
    return fromItem(AccountFact, item);
  } catch {
    return undefined;
  }
};

export const parkingIn = (table: Table): Parking => {
  /** Throws, after all others, when some can't be read. */
  async function* parked(accountId: AccountId | undefined): AsyncGenerator<AccountFact> {
    const query = {
      ConsistentRead: true,
      KeyConditionExpression: accountId === undefined ? "pk = :pk" : "pk = :pk AND begins_with(sk, :account)",
      ExpressionAttributeValues: { ":pk": "PARKED", ...(accountId === undefined ? {} : { ":account": `${accountId}#` }) },
    };
    const unreadable: unknown[] = [];
    for await (const item of itemsOf(table, query)) {
      const fact = readable(item);
      if (fact === undefined) unreadable.push(item.sk);
      else yield fact;
    }
    if (unreadable.length > 0) throw new Error(`parked facts are not what their schema says: ${unreadable.join(", ")}`);
  }
  return {
    async park(fact) {
      const Item = { ...keys.parked(fact.accountId, fact.eventId), ...toItem(fact) };
      await table.client.send(new PutCommand({ TableName: table.name, Item }));
    },
    of: (accountId) => Array.fromAsync(parked(accountId)),
    all: () => parked(undefined),
    async done({ accountId, eventId }) {
      await table.client.send(new DeleteCommand({ TableName: table.name, Key: keys.parked(accountId, eventId) }));
    },
  };
};
