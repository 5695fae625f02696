// The organization in the Records table. Its primary location is written with it and nowhere else.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { Organization } from "../../domain/organization/organization.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { ReminderLadder } from "../../domain/tokens/reminder.ts";
import type { Organizations } from "../ports/organization.ts";
import { accountItem } from "./accounts.ts";
import { newLocation, replacedLocation } from "./locations.ts";
import { fromItem, keys, readItem, type Table, toItem } from "./table.ts";
import { putEdition, putNew, transact } from "./transact.ts";

const Scanned = z.object({ ladder: ReminderLadder });
const Scan = z.object({ scannedAt: z.date() });

const organizationItem = (organization: Organization, primaryId: LocationId) => ({
  ...keys.organization(),
  ...toItem({ ...organization, primaryId }),
});

export const organizationsIn = (table: Table): Organizations => {
  const { name: TableName } = table;
  return {
    async get() {
      const item = await readItem(table, keys.organization());
      if (item === undefined) throw new Error("the organization was not founded: the first deployment did not complete");
      return fromItem(Organization, item);
    },

    async isFounded() {
      return (await readItem(table, keys.organization())) !== undefined;
    },

    found(organization, primary, administrator, effects) {
      const writes = [
        putNew(table, organizationItem(organization, primary.id)),
        // Every token to come is made due by it.
        putNew(table, { ...keys.scannedLadder(), ladder: organization.reminderLadder }),
        ...newLocation(table, primary),
        putNew(table, accountItem(administrator)),
      ];
      return transact(table, writes, effects);
    },

    replace(organization, primary, effects) {
      const overBefore = putEdition(table, organizationItem(organization, primary.id), organization.version);
      const ladderForgotten = { Delete: { TableName, Key: keys.scannedLadder() } };
      return transact(table, [overBefore, replacedLocation(table, primary), ladderForgotten], effects);
    },

    async scannedLadder() {
      const item = await readItem(table, keys.scannedLadder());
      return item === undefined ? undefined : fromItem(Scanned, item).ladder;
    },

    keepScannedLadder(organization) {
      const kept = { Put: { TableName, Item: { ...keys.scannedLadder(), ladder: organization.reminderLadder } } };
      return transact(table, [kept], [], { organization });
    },

    async scannedAt() {
      const item = await readItem(table, keys.scan());
      return item === undefined ? undefined : fromItem(Scan, item).scannedAt;
    },

    async keepScannedAt(scannedAt) {
      await table.client.send(new PutCommand({ TableName, Item: { ...keys.scan(), ...toItem({ scannedAt }) } }));
    },
  };
};
