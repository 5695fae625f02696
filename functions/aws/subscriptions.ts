// The monthly subscription in the Records table: written with the location that it reserves or releases, and nowhere else.
import { NO_SUBSCRIPTION, Subscription } from "../../domain/organization/subscription.ts";
import { FIRST_VERSION } from "../../domain/shared/version.ts";
import type { Subscriptions } from "../ports/subscriptions.ts";
import { newLocation, replacedLocation } from "./locations.ts";
import { fromItem, keys, readItem, type Table, toItem } from "./table.ts";
import { putEdition, transact } from "./transact.ts";

export const subscriptionsIn = (table: Table): Subscriptions => ({
  async get() {
    const item = await readItem(table, keys.subscription());
    return item === undefined ? NO_SUBSCRIPTION : fromItem(Subscription, item);
  },

  replace(after, location, effects, preconditions) {
    const overBefore = putEdition(table, { ...keys.subscription(), ...toItem(after) }, after.version);
    const place = location.version === FIRST_VERSION ? newLocation(table, location) : [replacedLocation(table, location)];
    return transact(table, [overBefore, ...place], effects, preconditions);
  },
});
