// Locations in the Records table. Exactly one is primary: it is written with the organization, whose record names it.
import * as z from "zod";
import { Location } from "../../domain/organization/organization.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import type { Locations } from "../ports/locations.ts";
import { keptConflict, replacedLinks } from "./links.ts";
import { listIn, readPage } from "./lists.ts";
import { fromItem, keys, listed, readById, readItem, type Table, toItem } from "./table.ts";
import { putEdition, putNew, transact } from "./transact.ts";
import type { Write } from "./write.ts";

const Primary = z.object({ primaryId: LocationId });

const locationItem = (location: Location) => ({
  ...keys.location(location.id),
  ...(location.closedAt === undefined ? listed("LOC", location.id, location.createdAt) : {}),
  ...toItem(location),
});

/** With its uId, which nobody else may have. */
export const newLocation = (table: Table, location: Location): Write[] => [
  putNew(table, locationItem(location)),
  putNew(table, keys.uId(location.uId)),
];

/** Over the version before it, or not at all. */
export const replacedLocation = (table: Table, location: Location): Write => putEdition(table, locationItem(location), location.version);

/** Something comes to the location that keeps it open, while it is. */
export const arrival = ({ name: TableName }: Table, id: LocationId): Write => ({
  Update: {
    TableName,
    Key: keys.arrivals(id),
    UpdateExpression: "ADD arrivals :one",
    ConditionExpression: "attribute_not_exists(closedAt)",
    ExpressionAttributeValues: { ":one": 1 },
  },
});

const Arrivals = z.object({ arrivals: z.int().min(0) });

/** Nothing comes to it from now on; not when something came since `arrivals` was read. */
const lastArrival = ({ name: TableName }: Table, { id, closedAt }: Location, arrivals: number): Write => ({
  Put: {
    TableName,
    Item: { ...keys.arrivals(id), arrivals, ...toItem({ closedAt }) },
    ...(arrivals === 0
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : { ConditionExpression: "arrivals = :arrivals", ExpressionAttributeValues: { ":arrivals": arrivals } }),
  },
});

export const locationsIn = (table: Table): Locations => {
  const fromStored = (item: Record<string, unknown>): Location => fromItem(Location, item);
  const get = async (id: LocationId): Promise<Location | undefined> => {
    const item = await readItem(table, keys.location(id));
    return item === undefined ? undefined : fromStored(item);
  };
  return {
    get,
    getAll: (ids) => readById(table, ids, keys.location, fromStored),
    async primary() {
      const { primaryId } = fromItem(Primary, (await readItem(table, keys.organization())) ?? {});
      const primary = await get(primaryId);
      if (primary === undefined) throw new Error(`the primary location ${primaryId} is not recorded`);
      return primary;
    },
    list: (page) => readPage(table, listIn(table, "byKind", "LOC"), page, fromStored),
    add: (location, effects) => transact(table, newLocation(table, location), effects),
    replace: (location, effects) => transact(table, [replacedLocation(table, location)], effects),
    async arrivals(id) {
      const item = await readItem(table, keys.arrivals(id));
      return item === undefined ? 0 : fromItem(Arrivals, item).arrivals;
    },
    close(closed, { arrivals, links, conflict }, effects, preconditions) {
      const writes = [
        replacedLocation(table, closed),
        lastArrival(table, closed, arrivals),
        ...(links === undefined ? [] : [replacedLinks(table, links)]),
        ...keptConflict(table, conflict),
      ];
      return transact(table, writes, effects, preconditions);
    },
  };
};
