// The organization and its locations in the Records table. Exactly one location is primary: it is written with the organization and nowhere else.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { LocationId } from "../../domain/ids.ts";
import { Location, Organization } from "../../domain/organization.ts";
import { ReminderLadder } from "../../domain/reminder.ts";
import type { Locations, Organizations } from "../ports.ts";
import { accountItem } from "./accounts.ts";
import { listIn, readPage } from "./lists.ts";
import { fromItem, keys, listed, readItem, type Table, toItem } from "./table.ts";
import { putNew, transact, type Write } from "./transact.ts";

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

export const organizationsIn = (table: Table): Organizations => ({
  async get() {
    const item = await readItem(table, keys.organization());
    return item === undefined ? undefined : fromItem(Organization, item);
  },

  found(organization, primary, administrator, traces) {
    const writes = [
      putNew(table, { ...keys.organization(), ...toItem({ ...organization, primaryId: primary.id }) }),
      // Every token to come is made due by it.
      putNew(table, { ...keys.scannedLadder(), ladder: organization.reminderLadder }),
      putNew(table, locationItem(primary)),
      putNew(table, keys.uId(primary.uId)),
      putNew(table, accountItem(administrator)),
    ];
    return transact(table, writes, traces);
  },

  replace(organization, primary, traces) {
    const overBefore: Write = {
      Put: {
        TableName: table.name,
        Item: { ...keys.organization(), ...toItem({ ...organization, primaryId: primary.id }) },
        ConditionExpression: "version = :before",
        ExpressionAttributeValues: { ":before": organization.version - 1 },
      },
    };
    return transact(table, [overBefore, replaceLocation(table, primary)], traces);
  },

  async scannedLadder() {
    const item = await readItem(table, keys.scannedLadder());
    return item === undefined ? undefined : fromItem(Scanned, item).ladder;
  },

  async keepScannedLadder(ladder) {
    await table.client.send(new PutCommand({ TableName: table.name, Item: { ...keys.scannedLadder(), ladder } }));
  },
});

export const locationsIn = (table: Table): Locations => {
  const get = async (id: LocationId): Promise<Location | undefined> => {
    const item = await readItem(table, keys.location(id));
    return item === undefined ? undefined : fromItem(Location, item);
  };
  return {
    get,
    async primary() {
      const item = await readItem(table, keys.organization());
      return item === undefined ? undefined : get(fromItem(Primary, item).primaryId);
    },
    list: (page) => readPage(table, listIn(table, "byKind", "LOC"), page, (item) => fromItem(Location, item)),
    add: (location, traces) => transact(table, [putNew(table, locationItem(location)), putNew(table, keys.uId(location.uId))], traces),
    replace: (location, traces) => transact(table, [replaceLocation(table, location)], traces),
  };
};
