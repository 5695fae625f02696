// The organization and its locations in the Records table. Exactly one location is primary: it is written with the organization and nowhere else.
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { LocationId } from "../../domain/ids.ts";
import { Location, Organization } from "../../domain/organization.ts";
import { ReminderLadder } from "../../domain/reminder.ts";
import type { Locations, Organizations } from "../ports.ts";
import { readPage } from "./lists.ts";
import { fromItem, keys, listed, putNew, type Table, toItem, transact, type Write } from "./table.ts";

const Primary = z.object({ primaryId: LocationId });
const Scanned = z.object({ ladder: ReminderLadder });

const locationItem = (location: Location) => ({
  ...keys.location(location.id),
  ...listed("LOC", location.id, location.createdAt),
  ...toItem(location),
});

/** Over the version before it, or not at all. */
const replaceLocation = ({ name: TableName }: Table, location: Location): Write => ({
  Put: {
    TableName,
    Item: locationItem(location),
    ConditionExpression: "version = :before",
    ExpressionAttributeValues: { ":before": location.version - 1 },
  },
});

const read = async ({ client, name: TableName }: Table, Key: Record<string, string>) =>
  (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;

export const organizationsIn = (table: Table): Organizations => ({
  async get() {
    const item = await read(table, keys.organization());
    return item === undefined ? undefined : fromItem(Organization, item);
  },

  found(organization, primary, administrator) {
    return transact(table, [
      putNew(table, { ...keys.organization(), ...toItem({ ...organization, primaryId: primary.id }) }),
      // Every token to come is made due by it.
      putNew(table, { ...keys.scannedLadder(), ladder: organization.reminderLadder }),
      putNew(table, locationItem(primary)),
      putNew(table, keys.uId(primary.uId)),
      putNew(table, {
        ...keys.account(administrator.id),
        ...listed("ACC", administrator.id, administrator.createdAt),
        ...toItem(administrator),
      }),
    ]);
  },

  replace(organization, primary) {
    const overBefore: Write = {
      Put: {
        TableName: table.name,
        Item: { ...keys.organization(), ...toItem({ ...organization, primaryId: primary.id }) },
        ConditionExpression: "version = :before",
        ExpressionAttributeValues: { ":before": organization.version - 1 },
      },
    };
    return transact(table, [overBefore, replaceLocation(table, primary)]);
  },

  async scannedLadder() {
    const item = await read(table, keys.scannedLadder());
    return item === undefined ? undefined : fromItem(Scanned, item).ladder;
  },

  async keepScannedLadder(ladder) {
    await table.client.send(new PutCommand({ TableName: table.name, Item: { ...keys.scannedLadder(), ladder } }));
  },
});

export const locationsIn = (table: Table): Locations => {
  const get = async (id: LocationId): Promise<Location | undefined> => {
    const item = await read(table, keys.location(id));
    return item === undefined ? undefined : fromItem(Location, item);
  };
  return {
    get,
    async primary() {
      const item = await read(table, keys.organization());
      return item === undefined ? undefined : get(fromItem(Primary, item).primaryId);
    },
    list: (page) => readPage(table, { index: "byKind", key: "kind", value: "LOC" }, page, (item) => fromItem(Location, item)),
    add: (location) => transact(table, [putNew(table, locationItem(location)), putNew(table, keys.uId(location.uId))]),
    replace: (location) => transact(table, [replaceLocation(table, location)]),
  };
};
