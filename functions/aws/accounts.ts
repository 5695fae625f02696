// Accounts in the Records table. Facts about an account only ever move one way (a later password, a first end), by the writes' own conditions.
import { Account } from "../../domain/accounts/account.ts";
import type { AccountId } from "../../domain/shared/ids.ts";
import { latestInstant } from "../../domain/shared/time.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { Effect } from "../ports/shared.ts";
import { listIn, readPage } from "./lists.ts";
import { fromItem, keys, listed, readById, readItem, type Table, toItem } from "./table.ts";
import { putEdition, putNew, transact } from "./transact.ts";
import type { Write } from "./write.ts";

export const accountItem = (account: Account) => ({
  ...keys.account(account.id),
  // In no index, it is in no list.
  ...(account.removedAt === undefined ? listed("ACC", account.id, account.createdAt) : {}),
  ...toItem(account),
});

export const accountsIn = (table: Table): Accounts => {
  const { name: TableName } = table;

  const get = async (id: AccountId): Promise<Account | undefined> => {
    const item = await readItem(table, keys.account(id));
    return item === undefined ? undefined : fromItem(Account, item);
  };

  /**
   * A fact that moves an account one way. Told again, it moves nothing and is no second act: but what was to be announced still is, so that a
   * repeated report resumes an interrupted fan-out.
   */
  const recordFact = async (id: AccountId, moved: Write, effects: readonly Effect[]): Promise<boolean> => {
    if (await transact(table, [moved], effects)) return true;
    const exists = { ConditionCheck: { TableName, Key: keys.account(id), ConditionExpression: "attribute_exists(pk)" } };
    return transact(
      table,
      [exists],
      effects.filter(({ kind }) => kind !== "custody"),
    );
  };

  return {
    get,

    getAll: (ids) => readById(table, ids, keys.account, (item) => fromItem(Account, item)),

    list: (page) => readPage(table, listIn(table, "byKind", "ACC"), page, (item) => fromItem(Account, item)),

    register: (account, effects, preconditions) => transact(table, [putNew(table, accountItem(account))], effects, preconditions),

    replace(account, effects, preconditions) {
      return transact(table, [putEdition(table, accountItem(account), account.version)], effects, preconditions);
    },

    recordPasswordChange(id, occurredAt, effects = []) {
      const later: Write = {
        Update: {
          TableName,
          Key: keys.account(id),
          UpdateExpression: "SET passwordChangedAt = :at ADD version :one",
          ConditionExpression: "attribute_exists(pk) AND (attribute_not_exists(passwordChangedAt) OR passwordChangedAt < :at)",
          ExpressionAttributeValues: { ":at": occurredAt.toISOString(), ":one": 1 },
        },
      };
      return recordFact(id, later, effects);
    },

    recordDisabled(id, disabledAt, effects = []) {
      const first: Write = {
        Update: {
          TableName,
          Key: keys.account(id),
          UpdateExpression: "SET disabledAt = :at ADD version :one",
          ConditionExpression:
            "attribute_exists(pk) AND attribute_not_exists(disabledAt) AND (attribute_not_exists(enabledAt) OR enabledAt <= :latest)",
          ExpressionAttributeValues: {
            ":at": disabledAt.toISOString(),
            ":latest": latestInstant(disabledAt).toISOString(),
            ":one": 1,
          },
        },
      };
      return recordFact(id, first, effects);
    },
  };
};
