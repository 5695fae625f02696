// Ports without a world, continued: the ledger of licenses, in memory.
import {
  type Asset,
  type AssetKey,
  type AssetTraits,
  type Assignment,
  assetText,
  keyOf,
  type LicenseCounts,
  NO_LICENSES,
  type Target,
  type Transfer,
  targetText,
} from "../../../domain/licenses/licenses.ts";
import { changesAssignments } from "../../../domain/licenses/postings.ts";
import { foreignCursor } from "../../../functions/lib/cursor.ts";
import type { AssetState, Licenses } from "../../../functions/ports/licenses.ts";
import type { Page, PageRequest } from "../../../functions/ports/shared.ts";
import { born, pageOf } from "./lists.ts";
import type { WorksInMemory } from "./world-mdm.ts";
import type { SharedPlaces } from "./world-organization.ts";
import type { UsersVersions } from "./world-users.ts";

/** The state of an asset that no posting has touched. */
const UNTOUCHED: Omit<AssetState, "asset"> = { version: 0, assignmentsVersion: 0 };

const nameOf = (asset: AssetKey): string => `${asset.locationId} ${assetText(asset)}`;
const placeOf = (asset: AssetKey, target: Target): string => `${nameOf(asset)} ${targetText(target)}`;

/** In the order of their names. */
const ascending = <Item>(all: Iterable<Item>, place: (item: Item) => string, { limit, after }: PageRequest): Page<Item> => {
  if (after !== undefined && !/^(loc_\w+ )?\d+#(STDQ|PLUS)( (SN|USER)#.+)?$/.test(after)) throw foreignCursor();
  const sorted = [...all].toSorted((one, other) => (place(one) < place(other) ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((item) => place(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(rest.length > limit && last !== undefined ? { next: place(last) } : {}) };
};

export const licensesInMemory = (
  { record, areMet, isOpen, arrive, requests, places }: SharedPlaces,
  works: Pick<WorksInMemory, "isThere" | "move">,
  users: UsersVersions,
): Licenses => {
  const known = new Map<string, AssetTraits>();
  const counts = new Map<string, LicenseCounts>();
  const touched = new Map<string, Omit<AssetState, "asset">>();
  const assignments = new Map<string, Assignment>();
  const transfers = new Map<Transfer["id"], Transfer>();

  const withCounts = (traits: AssetTraits): Asset => ({ ...traits, ...(counts.get(nameOf(traits)) ?? NO_LICENSES) });
  const of = (location: AssetKey["locationId"]): Asset[] =>
    [...known.values()]
      .filter(({ locationId }) => locationId === location)
      .map(withCounts)
      .toSorted((one, other) => (assetText(one) < assetText(other) ? -1 : 1));
  const ofAsset = (asset: AssetKey): Assignment[] =>
    [...assignments.values()]
      .filter((each) => nameOf(each.asset) === nameOf(asset))
      .toSorted((one, other) => (targetText(one.target) < targetText(other.target) ? -1 : 1));

  return {
    async asset(key) {
      const traits = known.get(nameOf(key));
      return traits === undefined ? undefined : withCounts(traits);
    },
    async getAll(wanted) {
      return wanted.flatMap((key) => known.get(nameOf(key)) ?? []).map(withCounts);
    },
    async assets(location) {
      return of(location);
    },
    async state(location) {
      return of(location).map((asset) => ({ asset, ...(touched.get(nameOf(asset)) ?? UNTOUCHED) }));
    },
    async listAssets(location, page) {
      return ascending(of(location), assetText, page);
    },
    async holding(asset, targets) {
      return targets.filter((target) => assignments.has(placeOf(asset, target)));
    },
    async assignments(list, page) {
      const isListed = ({ asset, target }: Assignment): boolean => {
        if (list.of === "asset") return nameOf(asset) === nameOf(list.asset);
        return asset.locationId === list.locationId && (list.of === "location" || targetText(target) === targetText(list.target));
      };
      return ascending([...assignments.values()].filter(isListed), ({ asset, target }) => placeOf(asset, target), page);
    },
    async assignmentsAt({ asset }, offset, limit) {
      return ofAsset(asset).slice(offset, offset + limit);
    },
    async assignmentsSince(asset, after) {
      return ofAsset(asset).filter(({ assignedAt }) => assignedAt > after);
    },
    async assignmentsTo(target, assets) {
      return assets.flatMap((asset) => assignments.get(placeOf(asset, target)) ?? []);
    },
    async post(posting, effects, { idempotency, preconditions, progress, givenTo, location } = {}) {
      const { at, entries, traits = [], assigned = [], unassigned = [], transfer } = posting;
      const after = entries.map(({ asset, ...change }) => {
        const before = counts.get(nameOf(asset)) ?? NO_LICENSES;
        const { available = 0, assigned: held = 0, retired = 0 } = change;
        const now = { available: before.available + available, assigned: before.assigned + held, retired: before.retired + retired };
        return { asset: keyOf(asset), now, grows: available + held + retired > 0 };
      });
      if (after.some(({ now }) => Math.min(now.available, now.assigned, now.retired) < 0)) return false;
      if (traits.some((each) => (known.get(nameOf(each))?.version ?? 0) !== each.version - 1)) return false;
      if (assigned.some(({ asset, target }) => assignments.has(placeOf(asset, target)))) return false;
      if (unassigned.some(({ asset, target }) => !assignments.has(placeOf(asset, target)))) return false;
      const grown = after.filter(({ grows }) => grows).map(({ asset }) => asset.locationId);
      if (grown.some((location) => !isOpen(location)) || !areMet(preconditions) || !works.isThere(progress)) return false;
      const toUsers = givenTo === undefined ? undefined : users.get(givenTo.locationId);
      if (givenTo !== undefined && toUsers?.version !== givenTo.version) return false;
      if (location !== undefined && places.get(location.id)?.version !== location.version - 1) return false;
      if (idempotency !== undefined && !requests.use(idempotency, idempotency.made, idempotency.at)) return false;
      for (const { asset, now } of after) {
        counts.set(nameOf(asset), now);
        const before = touched.get(nameOf(asset)) ?? UNTOUCHED;
        const reassigned = changesAssignments(posting, asset)
          ? { assignmentsVersion: before.assignmentsVersion + 1, assignmentsChangedAt: at }
          : {};
        touched.set(nameOf(asset), { ...before, version: before.version + 1, changedAt: at, ...reassigned });
      }
      for (const each of traits) known.set(nameOf(each), each);
      for (const each of assigned) assignments.set(placeOf(each.asset, each.target), each);
      for (const { asset, target } of unassigned) assignments.delete(placeOf(asset, target));
      for (const location of grown) arrive(location);
      if (location !== undefined) places.set(location.id, location);
      if (toUsers !== undefined) users.set(toUsers.locationId, { ...toUsers, given: toUsers.given + 1 });
      works.move(progress);
      if (transfer !== undefined) transfers.set(transfer.id, transfer);
      return record(effects);
    },
    async transfers(page) {
      return pageOf(transfers.values(), (one) => born(one.at, one), page);
    },
    async transfer(id) {
      return transfers.get(id);
    },
  };
};
