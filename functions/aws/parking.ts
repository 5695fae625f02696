// Facts about accounts that wait for their account or their time. One that was damaged keeps none of the others.
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { AccountFact } from "../../domain/accounts/account-fact.ts";
import type { AccountId } from "../../domain/shared/ids.ts";
import type { Parking } from "../ports/parking.ts";
import { fromItem, keys, recordsOf, type Table, toItem } from "./table.ts";

export const parkingIn = (table: Table): Parking => {
  const parked = (accountId: AccountId | undefined): AsyncGenerator<AccountFact> => {
    const query = {
      ConsistentRead: true,
      KeyConditionExpression: accountId === undefined ? "pk = :pk" : "pk = :pk AND begins_with(sk, :account)",
      ExpressionAttributeValues: { ":pk": "PARKED", ...(accountId === undefined ? {} : { ":account": `${accountId}#` }) },
    };
    return recordsOf(table, query, (item) => fromItem(AccountFact, item));
  };
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
