// The ledger's rules: each act on licenses is a posting, as in double-entry bookkeeping. It moves licenses between available, assigned and retired, or
// brings new ones in, and says every assignment that it makes or ends.

import { Refusal } from "../shared/refusal.ts";
import { FIRST_VERSION } from "../shared/version.ts";
import {
  type Acquisition,
  type Asset,
  type AssetKey,
  type AssetTraits,
  type Assignment,
  type AssignmentKey,
  assetText,
  isDevice,
  keyOf,
  type LicenseCounts,
  MAX_TOTAL,
  MAX_TRANSFER,
  NO_LICENSES,
  supportedPlatformsOf,
  type Target,
  type Transfer,
  totalOf,
} from "./licenses.ts";

/** The change of the counts of one asset. */
export type Entry = { readonly asset: AssetKey } & { readonly [Kind in keyof LicenseCounts]?: number };

/**
 * One change of the ledger, recorded whole or not at all.
 * Invariant: all counts of all entries add up to what was acquired, which is 0 unless it is an acquisition; `assigned` of an asset changes by exactly
 * the assignments that are made less those that are ended.
 */
export type Posting = {
  /** When it is made: by it, others tell what has changed since. */
  readonly at: Date;
  readonly entries: readonly Entry[];
  /** Traits that are new at a location, or their next version. */
  readonly traits?: readonly AssetTraits[];
  readonly assigned?: readonly Assignment[];
  readonly unassigned?: readonly AssignmentKey[];
  readonly transfer?: Transfer;
};

/** True if the posting makes or ends an assignment of the asset, whether or not the number of assignments changes. */
export const changesAssignments = ({ assigned = [], unassigned = [] }: Posting, asset: AssetKey): boolean =>
  [...assigned, ...unassigned].some((each) => each.asset.locationId === asset.locationId && assetText(each.asset) === assetText(asset));

/** Acquisitions of different assets as one posting. */
export const together = (acquisitions: readonly Pick<Posting, "entries" | "traits">[], at: Date): Posting => ({
  at,
  entries: acquisitions.flatMap(({ entries }) => entries),
  traits: acquisitions.flatMap(({ traits = [] }) => traits),
});

const wrongBook = ({ productType, deviceAssignable, revocable }: Acquisition): Refusal | undefined =>
  productType === "Book" && (deviceAssignable === true || revocable === true)
    ? new Refusal("asset_differs", "A book is assigned to users only and never comes back: it is neither device-assignable nor revocable.")
    : undefined;

const FIXED = ["productType", "deviceAssignable", "revocable"] as const;

const otherAsset = (before: AssetTraits, asked: Acquisition): Refusal | undefined => {
  const differs = FIXED.filter((field) => asked[field] !== undefined && asked[field] !== before[field]);
  return differs.length === 0
    ? undefined
    : new Refusal(
        "asset_differs",
        `This asset is known here with ${differs.map((field) => `${field} ${before[field]}`).join(", ")}, by an earlier acquisition or an earlier line. Say the same.`,
      );
};

/** The asset's traits after an acquisition: its names and platforms are what was said last, what kind of license it is never changes. */
const traitsAfter = (key: AssetKey, before: AssetTraits | undefined, asked: Acquisition): AssetTraits => {
  const isApp = asked.productType === "App";
  const { name = before?.name, bundleId = before?.bundleId, supportedPlatforms = supportedPlatformsOf(before) } = asked;
  return {
    ...keyOf(key),
    productType: asked.productType,
    ...(name === undefined ? {} : { name }),
    ...(bundleId === undefined ? {} : { bundleId }),
    deviceAssignable: before?.deviceAssignable ?? asked.deviceAssignable ?? isApp,
    revocable: before?.revocable ?? asked.revocable ?? isApp,
    supportedPlatforms,
    version: before === undefined ? FIRST_VERSION : before.version + 1,
  };
};

const isSameDescription = (one: AssetTraits, other: AssetTraits): boolean =>
  one.name === other.name && one.bundleId === other.bundleId && supportedPlatformsOf(one).join() === supportedPlatformsOf(other).join();

const assertNone = (refusal: Refusal | undefined): void => {
  if (refusal !== undefined) throw refusal;
};

const tooMany = (before: LicenseCounts, quantity: number): Refusal | undefined =>
  totalOf(before) + quantity > MAX_TOTAL
    ? new Refusal(
        "too_many_licenses",
        `A location counts at most ${MAX_TOTAL} licenses of an asset: it has ${totalOf(before)}, and ${quantity} are to come. Use another location.`,
      )
    : undefined;

const whyNotAcquirable = (before: Asset | undefined, asked: Acquisition): Refusal | undefined =>
  wrongBook(asked) ?? (before === undefined ? undefined : otherAsset(before, asked)) ?? tooMany(before ?? NO_LICENSES, asked.quantity);

/** Acquisitions of a location one after the other: those that would be refused, by `asset_differs` or `too_many_licenses`. */
export const refusedOf = <Line extends Acquisition & Pick<AssetKey, "adamId" | "pricingParam">>(
  lines: readonly Line[],
  locationId: AssetKey["locationId"],
  assets: readonly Asset[],
): readonly { readonly line: Line; readonly refusal: Refusal }[] => {
  const known = new Map(assets.map((asset) => [assetText(asset), asset]));
  return lines.flatMap((line) => {
    const before = known.get(assetText(line));
    const refusal = whyNotAcquirable(before, line);
    if (refusal !== undefined) return [{ line, refusal }];
    const counts = before ?? NO_LICENSES;
    const traits = traitsAfter({ ...line, locationId }, before, line);
    known.set(assetText(line), { ...NO_LICENSES, ...counts, ...traits, available: counts.available + line.quantity });
    return [];
  });
};

/** New licenses. Refuses with `asset_differs` or `too_many_licenses`. */
export const acquiring = (key: AssetKey, before: Asset | undefined, asked: Acquisition, at: Date): Posting => {
  assertNone(whyNotAcquirable(before, asked));
  const traits = traitsAfter(key, before, asked);
  const isNews = before === undefined || !isSameDescription(before, traits);
  return { at, entries: [{ asset: keyOf(key), available: asked.quantity }], ...(isNews ? { traits: [traits] } : {}) };
};

type Described = Pick<AssetTraits, "name" | "bundleId" | "supportedPlatforms">;
/** Fields that are left out or undefined stay as they are. */
export type AskedDescription = { readonly [Field in keyof Described]?: Described[Field] | undefined };

/** Gives the asset a name, a bundle id and platforms; `undefined` when it has them already. */
export const describing = (asset: Asset, asked: AskedDescription, at: Date) => {
  const { name = asset.name, bundleId = asset.bundleId, supportedPlatforms = asset.supportedPlatforms } = asked;
  const { available: _, assigned: __, retired: ___, ...before } = asset;
  const traits: AssetTraits = { ...before, name, bundleId, supportedPlatforms, version: before.version + 1 };
  return isSameDescription(before, traits) ? undefined : { at, entries: [], traits: [traits] };
};

const tooFew = ({ available, assigned }: LicenseCounts, needed: number): Refusal | undefined =>
  available < needed
    ? new Refusal(
        "not_enough_licenses",
        `There are too few unassigned licenses: asked for ${needed}, available ${available}, assigned ${assigned}. Acquire more, transfer some here, or unassign some.`,
      )
    : undefined;

/** Refuses with `invalid_input`. */
export const assertTwoLocations = ({ fromLocationId, toLocationId }: Pick<Transfer, "fromLocationId" | "toLocationId">): void => {
  if (fromLocationId === toLocationId) throw new Refusal("invalid_input", "toLocationId must be another location than fromLocationId.");
};

/** Why so many unassigned licenses can't be transferred: `not_enough_licenses`, `asset_differs` or `too_many_licenses`; `undefined` when they can. */
export const whyNotTransferable = (from: Asset, to: Asset | undefined, quantity: number): Refusal | undefined => {
  if (to !== undefined && FIXED.some((field) => to[field] !== from[field]))
    return new Refusal(
      "asset_differs",
      "Both locations have this asset, and not of the same kind: licenses can't be mixed. Transfer to another location.",
    );
  return tooFew(from, quantity) ?? tooMany(to ?? NO_LICENSES, quantity);
};

/** Unassigned licenses from one location to another. Refuses with what `whyNotTransferable` says. */
export const transferring = (from: Asset, to: Asset | undefined, transfer: Transfer): Posting => {
  const { quantity, toLocationId } = transfer;
  assertNone(whyNotTransferable(from, to, quantity));
  const there = { ...keyOf(from), locationId: toLocationId };
  const { available: _, assigned: __, retired: ___, ...traits } = from;
  return {
    at: transfer.at,
    entries: [
      { asset: keyOf(from), available: -quantity },
      { asset: there, available: quantity },
    ],
    ...(to === undefined ? { traits: [{ ...traits, ...there, version: FIRST_VERSION }] } : {}),
    transfer,
  };
};

/** The largest number that can be transferred now. */
export const mostTransferable = (from: Asset, to: Asset | undefined): number => {
  const most = Math.min(from.available, MAX_TRANSFER, MAX_TOTAL - totalOf(to ?? NO_LICENSES));
  return most > 0 && whyNotTransferable(from, to, most) === undefined ? most : 0;
};

/**
 * A license for each of `targets`, none of whom has one. Refuses with `not_device_assignable` or `not_enough_licenses`; then nobody is given one.
 */
export const assigning = (asset: Asset, targets: readonly Target[], assignedAt: Date): Posting => {
  if (!asset.deviceAssignable && targets.some(isDevice))
    throw new Refusal(
      "not_device_assignable",
      `This ${asset.productType.toLowerCase()} can be assigned to client users only. Leave the serial numbers out.`,
    );
  assertNone(tooFew(asset, targets.length));
  const key = keyOf(asset);
  return {
    at: assignedAt,
    entries: [{ asset: key, available: -targets.length, assigned: targets.length }],
    assigned: targets.map((target) => ({ asset: key, target, assignedAt })),
  };
};

/** The licenses of `targets`, each of whom has one, back. Refuses with `irrevocable`. */
export const unassigning = (asset: AssetTraits, targets: readonly Target[], at: Date): Posting => {
  if (!asset.revocable)
    throw new Refusal(
      "irrevocable",
      `A license of this ${asset.productType.toLowerCase()} never comes back once it is assigned. When its user is gone, retire the user (POST /v1/assignments/retirements).`,
    );
  const key = keyOf(asset);
  return {
    at,
    entries: [{ asset: key, available: targets.length, assigned: -targets.length }],
    unassigned: targets.map((target) => ({ asset: key, target })),
  };
};

/** Everything of a target's that can come back: `held` is revocable. */
export const revoking = (target: Target, held: readonly AssetTraits[], at: Date): Posting => ({
  at,
  entries: held.map((asset) => ({ asset: keyOf(asset), available: 1, assigned: -1 })),
  unassigned: held.map((asset) => ({ asset: keyOf(asset), target })),
});

/** The posting for the licenses of a retired client user: revocable licenses return, the others are retired. */
export const retiring = (clientUserId: string, held: readonly AssetTraits[], at: Date): Posting => ({
  at,
  entries: held.map((asset) => ({ asset: keyOf(asset), assigned: -1, ...(asset.revocable ? { available: 1 } : { retired: 1 }) })),
  unassigned: held.map((asset) => ({ asset: keyOf(asset), target: { clientUserId } })),
});
