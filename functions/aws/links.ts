// Which MDM server has which token: one record per location, whose version is the condition of every change.
import * as z from "zod";
import { Conflict } from "../../domain/mdm-servers/conflict.ts";
import { LocationLinks, noLinks } from "../../domain/mdm-servers/links.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import type { Links } from "../ports/links.ts";
import { listIn, readPage } from "./lists.ts";
import { fromItem, itemsOf, keys, listed, readItem, readItems, recordsOf, type Table, toItem } from "./table.ts";
import { putEdition, transact } from "./transact.ts";
import type { Write } from "./write.ts";

const Linked = z.object({ sk: z.templateLiteral(["LOC#", z.string()]) });

/** In byKind by its location: the list of all of them needs no other order. */
const linksItem = (links: LocationLinks) => ({ ...keys.links(links.location), kind: "LINKS", sortKey: links.location, ...toItem(links) });

const conflictItem = (conflict: Conflict) => ({
  ...keys.conflict(conflict.id),
  ...listed("CONFLICT", conflict.id, conflict.foundAt),
  ...toItem(conflict),
});

/** Over the version before it, or not at all. */
export const replacedLinks = (table: Table, after: LocationLinks): Write => putEdition(table, linksItem(after), after.version);

export const keptConflict = ({ name: TableName }: Table, conflict: Conflict | undefined): Write[] =>
  conflict === undefined ? [] : [{ Put: { TableName, Item: conflictItem(conflict) } }];

export const linksIn = (table: Table): Links => {
  const { name: TableName } = table;
  const fromStored = (item: Record<string, unknown>): LocationLinks => fromItem(LocationLinks, item);

  return {
    async of(location) {
      const item = await readItem(table, keys.links(location));
      return item === undefined ? noLinks(location) : fromStored(item);
    },

    async ofAll(locations) {
      const items = await readItems(table, [...new Set(locations)].map(keys.links));
      return new Map(items.map(fromStored).map((links) => [links.location, links]));
    },

    all: () =>
      recordsOf(
        table,
        { IndexName: "byKind", KeyConditionExpression: "kind = :kind", ExpressionAttributeValues: { ":kind": "LINKS" } },
        fromStored,
      ),

    async locationsOf(server) {
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :locations)",
        ExpressionAttributeValues: { ":pk": keys.server(server).pk, ":locations": "LOC#" },
      };
      const items = await Array.fromAsync(itemsOf(table, query));
      return items.map((item) => LocationId.parse(fromItem(Linked, item).sk.slice("LOC#".length)));
    },

    replace(after, { conflict, lookAgain, server }, effects, preconditions) {
      const writes: Write[] = [
        replacedLinks(table, after),
        ...(server === undefined ? [] : [{ Put: { TableName, Item: keys.linkedLocation(server, after.location) } }]),
        ...keptConflict(table, conflict),
      ];
      if (lookAgain !== undefined)
        writes.push({
          Update: {
            TableName,
            Key: keys.contentToken(lookAgain.id),
            UpdateExpression: "SET dueAt = :at",
            ConditionExpression: "attribute_not_exists(invalidation) AND attribute_exists(dueAt)",
            ExpressionAttributeValues: { ":at": lookAgain.dueAt?.toISOString() },
          },
        });
      return transact(table, writes, effects, preconditions);
    },

    async conflict(id) {
      const item = await readItem(table, keys.conflict(id));
      return item === undefined ? undefined : fromItem(Conflict, item);
    },

    conflicts: (page) => readPage(table, listIn(table, "byKind", "CONFLICT"), page, (item) => fromItem(Conflict, item)),
  };
};
