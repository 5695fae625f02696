// The ledger of licenses in the Records table. Counts change by conditional additions, never by writing over what was read: two writers of one asset
// don't overtake each other, and none can take what is not there.
import * as z from "zod";
import {
  type Asset,
  AssetKey,
  AssetTraits,
  type Assignment,
  assetText,
  keyOf,
  LicenseCounts,
  NO_LICENSES,
  type Target,
  Transfer,
} from "../../domain/licenses/licenses.ts";
import { changesAssignments, type Entry, type Posting } from "../../domain/licenses/postings.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { cursorOf } from "../lib/cursor.ts";
import type { AssetState, AssignmentList, Licenses } from "../ports/licenses.ts";
import type { Page, PageRequest } from "../ports/shared.ts";
import { assignmentItem, assignmentOf, assignmentsSince, assignmentsTo, holding, offsetReader, TARGETS } from "./assignments.ts";
import { givenLicenses } from "./client-users.ts";
import { type List, listIn, readPage } from "./lists.ts";
import { arrival, replacedLocation } from "./locations.ts";
import { usedKey } from "./requests.ts";
import { fromItem, itemsOf, keys, listed, readItem, readItems, type Table, toItem } from "./table.ts";
import { putEdition, putNew, transact } from "./transact.ts";
import { progressed } from "./works.ts";
import type { Write } from "./write.ts";

const COUNTED = ["available", "assigned", "retired"] as const;

/** A count without postings is absent and means 0. */
const StoredCounts = z.object({
  available: LicenseCounts.shape.available.default(0),
  assigned: LicenseCounts.shape.assigned.default(0),
  retired: LicenseCounts.shape.retired.default(0),
});

/** Properties that postings wrote beside the counts of the asset. Items from before this was stored have none. */
const StoredState = StoredCounts.extend({
  version: z.int().default(0),
  changedAt: z.date().optional(),
  assignmentsVersion: z.int().default(0),
  assignmentsChangedAt: z.date().optional(),
});
const UNTOUCHED: z.infer<typeof StoredState> = { ...NO_LICENSES, version: 0, assignmentsVersion: 0 };

/** Adds to the counts, and to what stands for their state; what is taken from one must be there, so none falls below 0. */
const counted = ({ name: TableName }: Table, posting: Posting, { asset, ...entry }: Entry): Write => {
  const changed = COUNTED.flatMap((count) => (entry[count] === undefined ? [] : [[count, entry[count]] as const]));
  const taken = changed.filter(([, change]) => change < 0);
  // Both versions are attributes of the item that the posting updates anyway, so that the second one costs no write.
  const isReassigned = changesAssignments(posting, asset);
  const added = ["version :one", ...(isReassigned ? ["assignmentsVersion :one"] : []), ...changed.map(([count]) => `${count} :${count}`)];
  const set = ["changedAt = :at", ...(isReassigned ? ["assignmentsChangedAt = :at"] : [])];
  return {
    Update: {
      TableName,
      Key: keys.counts(asset),
      UpdateExpression: `ADD ${added.join(", ")} SET ${set.join(", ")}`,
      ...(taken.length === 0 ? {} : { ConditionExpression: taken.map(([count]) => `${count} >= :taken_${count}`).join(" AND ") }),
      ExpressionAttributeValues: {
        ":one": 1,
        ":at": posting.at.toISOString(),
        ...Object.fromEntries(changed.map(([count, change]) => [`:${count}`, change])),
        ...Object.fromEntries(taken.map(([count, change]) => [`:taken_${count}`, -change])),
      },
    },
  };
};

const keptTraits = (table: Table, traits: AssetTraits): Write =>
  putEdition(table, { ...keys.traits(traits), ...toItem(traits) }, traits.version);

/** Locations at which licenses arrive: the total of an asset grows. */
const arrivedAt = (entries: readonly Entry[]): readonly LocationId[] => {
  const grown = entries.filter(({ available = 0, assigned = 0, retired = 0 }) => available + assigned + retired > 0);
  return [...new Set(grown.map(({ asset }) => asset.locationId))];
};

const InBase = z.object({ pk: z.string().min(1).max(256), sk: z.string().min(1).max(1024) });

const inBase = ({ name }: Table, pk: string, { from, to }: { readonly from: string; readonly to: string }): List => ({
  table: name,
  key: "pk",
  value: pk,
  place: InBase,
  between: { key: "sk", from, to },
  isAscending: true,
  isConsistent: true,
});

const ASSETS = { from: "ASSET#", to: "ASSET$" };

const AtAsset = z.object({ asset: AssetKey, after: z.string().optional() });
const AfterAsset = z.object({ asset: AssetKey });

const assetsOf = (states: readonly AssetState[]): readonly Asset[] => states.map(({ asset }) => asset);

export const licensesIn = (table: Table): Licenses => {
  /** With their counts as they are now. */
  const withState = async (traits: readonly AssetTraits[]): Promise<readonly AssetState[]> => {
    const items = await readItems(table, traits.map(keys.counts));
    const states = new Map(items.map((item) => [item.pk, fromItem(StoredState, item)]));
    return traits.map((each) => {
      const { available, assigned, retired, ...state } = states.get(keys.counts(each).pk) ?? UNTOUCHED;
      return { asset: { ...each, available, assigned, retired }, ...state };
    });
  };

  const state = async (location: LocationId): Promise<readonly AssetState[]> => {
    const query = {
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :assets)",
      ExpressionAttributeValues: { ":pk": keys.location(location).pk, ":assets": ASSETS.from },
    };
    const items = await Array.fromAsync(itemsOf(table, query));
    return withState(items.map((item) => fromItem(AssetTraits, item)));
  };

  const assets = async (location: LocationId): Promise<readonly Asset[]> => assetsOf(await state(location));

  const assignedAt = async (location: LocationId): Promise<readonly AssetKey[]> =>
    (await assets(location)).filter(({ assigned }) => assigned > 0).map(keyOf);

  const ofAsset = (asset: AssetKey, page: PageRequest): Promise<Page<Assignment>> =>
    readPage(table, inBase(table, keys.counts(asset).pk, TARGETS), page, assignmentOf);

  /** Asset after asset, each from where its assignments are. */
  const ofLocation = async (location: LocationId, { limit, after }: PageRequest): Promise<Page<Assignment>> => {
    const cursor = cursorOf(AtAsset);
    const begin = after === undefined ? undefined : cursor.read(after);
    const all = await assignedAt(location);
    const rest = begin === undefined ? all : all.filter((asset) => assetText(asset) >= assetText(begin.asset));
    const items: Assignment[] = [];
    for (const [index, asset] of rest.entries()) {
      const isBegun = begin !== undefined && assetText(asset) === assetText(begin.asset);
      const page = await ofAsset(asset, { limit: limit - items.length, after: isBegun ? begin.after : undefined });
      items.push(...page.items);
      if (page.next !== undefined) return { items, next: cursor.write({ asset, after: page.next }) };
      const following = rest[index + 1];
      if (items.length >= limit) return following === undefined ? { items } : { items, next: cursor.write({ asset: following }) };
    }
    return { items };
  };

  /** By the assets that are assigned to anybody. */
  const ofTarget = async (location: LocationId, target: Target, { limit, after }: PageRequest): Promise<Page<Assignment>> => {
    const cursor = cursorOf(AfterAsset);
    const begin = after === undefined ? undefined : assetText(cursor.read(after).asset);
    const all = await assignedAt(location);
    const found = await assignmentsTo(table, target, begin === undefined ? all : all.filter((asset) => assetText(asset) > begin));
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, ...(found.length > limit && last !== undefined ? { next: cursor.write({ asset: last.asset }) } : {}) };
  };

  return {
    async asset(key) {
      const [traits, counts] = await Promise.all([readItem(table, keys.traits(key)), readItem(table, keys.counts(key))]);
      if (traits === undefined) return undefined;
      return {
        ...fromItem(AssetTraits, traits),
        ...NO_LICENSES,
        ...(counts === undefined ? {} : fromItem(StoredCounts, counts)),
      };
    },

    async getAll(wanted) {
      const items = await readItems(table, wanted.map(keys.traits));
      return assetsOf(await withState(items.map((item) => fromItem(AssetTraits, item))));
    },

    assets,
    state,

    async listAssets(location, page) {
      const { items, ...rest } = await readPage(table, inBase(table, keys.location(location).pk, ASSETS), page, (item) =>
        fromItem(AssetTraits, item),
      );
      return { items: assetsOf(await withState(items)), ...rest };
    },

    holding: (asset, targets) => holding(table, asset, targets),

    assignments(list: AssignmentList, page) {
      if (list.of === "asset") return ofAsset(list.asset, page);
      if (list.of === "location") return ofLocation(list.locationId, page);
      return ofTarget(list.locationId, list.target, page);
    },

    assignmentsAt: offsetReader(table),
    assignmentsSince: (asset, after) => assignmentsSince(table, asset, after),
    assignmentsTo: (target, among) => assignmentsTo(table, target, among),

    post(posting, effects, { idempotency, preconditions, progress, givenTo, location } = {}) {
      const { entries, traits = [], assigned = [], unassigned = [], transfer } = posting;
      const writes: Write[] = [
        ...entries.map((entry) => counted(table, posting, entry)),
        ...traits.map((each) => keptTraits(table, each)),
        ...assigned.map((assignment) => putNew(table, assignmentItem(assignment))),
        ...unassigned.map(({ asset, target }) => ({
          Delete: { TableName: table.name, Key: keys.assignment(asset, target), ConditionExpression: "attribute_exists(pk)" },
        })),
        ...arrivedAt(entries).map((location) => arrival(table, location)),
        ...(transfer === undefined
          ? []
          : [putNew(table, { ...keys.transfer(transfer.id), ...listed("TRANSFER", transfer.id, transfer.at), ...toItem(transfer) })]),
        ...(idempotency === undefined ? [] : usedKey(table, idempotency, idempotency.made, idempotency.at)),
        ...(givenTo === undefined ? [] : [givenLicenses(table, givenTo)]),
        ...(location === undefined ? [] : [replacedLocation(table, location)]),
        ...progressed(table, progress),
      ];
      return transact(table, writes, effects, preconditions);
    },

    transfers: (page) => readPage(table, listIn(table, "byKind", "TRANSFER"), page, (item) => fromItem(Transfer, item)),

    async transfer(id) {
      const item = await readItem(table, keys.transfer(id));
      return item === undefined ? undefined : fromItem(Transfer, item);
    },
  };
};
