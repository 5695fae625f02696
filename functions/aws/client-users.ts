// Client users in the Records table. A location's users share a partition with the version that every change of them writes: so changes of one location's
// users come one after the other, and a number of their version stands for exactly one state.
import { QueryCommand, type QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { ClientUser, noUsers, UsersVersion } from "../../domain/licenses/client-user.ts";
import type { UserChange } from "../../domain/licenses/user-changes.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { FIRST_VERSION } from "../../domain/shared/version.ts";
import type { ClientUsers, WhichUsers } from "../ports/client-users.ts";
import { fromItem, itemsOf, keys, readItem, readItems, type Table, toItem } from "./table.ts";
import { putNew, transact } from "./transact.ts";
import { progressed } from "./works.ts";
import type { Write } from "./write.ts";

const Holder = z.object({ sk: z.string().startsWith("IDHASH#"), clientUserId: ClientUser.shape.clientUserId });

/** From the first of such sort keys to whatever sorts after the last. Nothing else lies between the retired and the others. */
const RANGES: Readonly<Record<WhichUsers, readonly [from: string, to: string]>> = {
  retired: ["RETIRED#", "RETIRED$"],
  active: ["USER#", "USER$"],
  all: ["RETIRED#", "USER$"],
};

const inRange = (location: LocationId, which: WhichUsers) =>
  ({
    ConsistentRead: true,
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: { ":pk": keys.usersVersion(location).pk, ":from": RANGES[which][0], ":to": RANGES[which][1] },
  }) satisfies Omit<QueryCommandInput, "TableName">;

/** Over the version before it, unless somebody was given a license since that was read. */
const nextVersion = (table: Table, users: UsersVersion): Write => {
  const Item = { ...keys.usersVersion(users.locationId), ...toItem(users) };
  if (users.version === FIRST_VERSION) return putNew(table, Item);
  return {
    Put: {
      TableName: table.name,
      Item,
      ConditionExpression: `version = :before AND (given = :given${users.given === 0 ? " OR attribute_not_exists(given)" : ""})`,
      ExpressionAttributeValues: { ":before": users.version - 1, ":given": users.given },
    },
  };
};

/** Some of the users of this version are given a license. */
export const givenLicenses = ({ name: TableName }: Table, { locationId, version }: UsersVersion): Write => ({
  Update: {
    TableName,
    Key: keys.usersVersion(locationId),
    UpdateExpression: "ADD given :one",
    ConditionExpression: "version = :version",
    ExpressionAttributeValues: { ":one": 1, ":version": version },
  },
});

/** The entry is as it was read. */
const asRead = ({ changedIn }: ClientUser) => ({
  ConditionExpression: "changedIn = :before",
  ExpressionAttributeValues: { ":before": changedIn },
});

const entryWrites = (table: Table, { before, after }: UserChange): Write[] => {
  const { locationId, clientUserId, changedIn, retiredAt } = after;
  const Key = keys.user(locationId, clientUserId);
  if (retiredAt !== undefined) {
    const retired = putNew(table, { ...keys.retiredUser(locationId, clientUserId, changedIn), ...toItem(after) });
    return before === undefined ? [retired] : [{ Delete: { TableName: table.name, Key, ...asRead(before) } }, retired];
  }
  const Item = { ...Key, ...toItem(after) };
  return [before === undefined ? putNew(table, Item) : { Put: { TableName: table.name, Item, ...asRead(before) } }];
};

/** The users that are not retired, by the hash of their Apple Account. */
const accountsOf = (users: readonly (ClientUser | undefined)[]): ReadonlyMap<string, string> =>
  new Map(
    users.flatMap((user) =>
      user?.idHash === undefined || user.retiredAt !== undefined ? [] : [[user.idHash, user.clientUserId] as const],
    ),
  );

/** One write for each Apple Account that changes hands, goes to somebody or is given up: of all the changes together. */
const accountWrites = (table: Table, location: LocationId, changes: readonly UserChange[]): Write[] => {
  const before = accountsOf(changes.map((change) => change.before));
  const after = accountsOf(changes.map((change) => change.after));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((idHash): Write[] => {
    const [had, has] = [before.get(idHash), after.get(idHash)];
    if (had === has) return [];
    const Key = keys.idHash(location, idHash);
    const item = { ...Key, clientUserId: has };
    if (had === undefined) return [putNew(table, item)];
    const stillTheirs = { ConditionExpression: "clientUserId = :had", ExpressionAttributeValues: { ":had": had } };
    return has === undefined
      ? [{ Delete: { TableName: table.name, Key, ...stillTheirs } }]
      : [{ Put: { TableName: table.name, Item: item, ...stillTheirs } }];
  });
};

export const clientUsersIn = (table: Table): ClientUsers => {
  const userOf = (item: Record<string, unknown>): ClientUser => fromItem(ClientUser, item);

  /** The key behind which the rest begins; `undefined` when there are no more than `skip`. */
  const behind = async (query: ReturnType<typeof inRange>, skip: number): Promise<Record<string, unknown> | undefined> => {
    let left = skip;
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    while (left > 0) {
      const counted = await table.client.send(
        new QueryCommand({ TableName: table.name, ...query, Select: "COUNT", Limit: left, ExclusiveStartKey }),
      );
      left -= counted.Count ?? 0;
      ExclusiveStartKey = counted.LastEvaluatedKey;
      if (ExclusiveStartKey === undefined) return undefined;
    }
    return ExclusiveStartKey;
  };

  return {
    async version(location) {
      const item = await readItem(table, keys.usersVersion(location));
      return item === undefined ? noUsers(location) : fromItem(UsersVersion, item);
    },

    async getAll(location, clientUserIds) {
      const items = await readItems(
        table,
        [...new Set(clientUserIds)].map((clientUserId) => keys.user(location, clientUserId)),
      );
      return new Map(items.map(userOf).map((user) => [user.clientUserId, user]));
    },

    async holders(location, idHashes) {
      const items = await readItems(
        table,
        [...new Set(idHashes)].map((idHash) => keys.idHash(location, idHash)),
      );
      return new Map(
        items.map((item) => {
          const { sk, clientUserId } = fromItem(Holder, item);
          return [sk.slice("IDHASH#".length), clientUserId];
        }),
      );
    },

    async entriesOf(location, clientUserId) {
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :retired)",
        // An item with this prefix may belong to another user: an identifier may contain the separator.
        FilterExpression: "clientUserId = :id",
        ExpressionAttributeValues: {
          ":pk": keys.usersVersion(location).pk,
          ":retired": `RETIRED#${clientUserId}#`,
          ":id": clientUserId,
        },
      };
      const retired = await Array.fromAsync(itemsOf(table, query));
      const active = await readItem(table, keys.user(location, clientUserId));
      return [...retired, ...(active === undefined ? [] : [active])].map(userOf);
    },

    async list(location, which, { skip, limit }) {
      const query = inRange(location, which);
      const start = await behind(query, skip);
      if (skip > 0 && start === undefined) return [];
      const found: ClientUser[] = [];
      for await (const item of itemsOf(table, { ...query, Limit: limit, ExclusiveStartKey: start })) {
        found.push(userOf(item));
        if (found.length === limit) break;
      }
      return found;
    },

    async changedSince(location, version, which) {
      const { ExpressionAttributeValues, ...query } = inRange(location, which);
      const changed = {
        ...query,
        FilterExpression: "changedIn > :version",
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ":version": version },
      };
      return (await Array.fromAsync(itemsOf(table, changed))).map(userOf);
    },

    record({ version, changes }, effects, { progress, preconditions } = {}) {
      const { locationId } = version;
      const changed =
        changes.length === 0
          ? []
          : [
              nextVersion(table, version),
              ...changes.flatMap((change) => entryWrites(table, change)),
              ...accountWrites(table, locationId, changes),
            ];
      return transact(table, [...changed, ...progressed(table, progress)], effects, preconditions);
    },
  };
};
