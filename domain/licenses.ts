// What a content token opens: the licenses of a location. Of each asset some are available, some assigned, some retired, and each change is a posting
// as in double-entry bookkeeping: it moves licenses between those three, or brings new ones in, and says every assignment that it makes or ends.
// Source: Apple, "App and Book Management API", ResponseAsset: total = available + assigned + retired.
import * as z from "zod";
import { AccountId, LocationId, TransferId } from "./ids.ts";
import { Refusal } from "./refusal.ts";
import { nameText, plainText } from "./text.ts";
import { FIRST_VERSION, Version } from "./version.ts";

export const AdamId = z
  .string()
  .regex(/^[1-9]\d{0,18}$/, "expected the digits of an Adam ID")
  .describe("The app or book in Apple's store, its digits as text.");
export const PricingParam = z.enum(["STDQ", "PLUS"]).describe("Standard quality, or high quality (of some books).");
export const ProductType = z.enum(["App", "Book"]);
export type ProductType = z.infer<typeof ProductType>;
export const Platform = z.enum(["iOS", "macOS", "tvOS", "watchOS", "visionOS"]);

export const AssetKey = z.object({ locationId: LocationId, adamId: AdamId, pricingParam: PricingParam });
export type AssetKey = z.infer<typeof AssetKey>;

/** What is known of an asset at one location, beside its licenses. */
export const AssetTraits = z.object({
  ...AssetKey.shape,
  productType: ProductType,
  name: nameText(200).optional(),
  deviceAssignable: z.boolean().describe("Whether a license can be assigned to a device's serial number. Of a book none can."),
  revocable: z.boolean().describe("Whether an assigned license comes back when it is unassigned. Of a book none does."),
  supportedPlatforms: z.array(Platform).max(5),
  version: Version,
});
export type AssetTraits = z.infer<typeof AssetTraits>;

const Count = z.int().min(0);
export const LicenseCounts = z.object({ available: Count, assigned: Count, retired: Count });
export type LicenseCounts = z.infer<typeof LicenseCounts>;
export const NO_LICENSES: LicenseCounts = { available: 0, assigned: 0, retired: 0 };

export type Asset = AssetTraits & LicenseCounts;

/** Computed, never stored: so it is right at every moment. */
export const totalOf = ({ available, assigned, retired }: LicenseCounts): number => available + assigned + retired;

/** What device management services count with: 32 bits. */
export const MAX_TOTAL = 2_147_483_647;
/** Source: Apple, "Transfer licenses": at most 24,999 at a time. */
export const MAX_TRANSFER = 24_999;
/** How many targets one act assigns to: with what it leaves they fit into one transaction of 100 items, so that it is done whole or not at all. */
export const MAX_TARGETS = 80;

/** Whom a license is assigned to: a device or a client user, by the identifier that the MDM server gave them. */
export const Target = z.union([z.object({ serialNumber: plainText(64) }), z.object({ clientUserId: plainText(255) })]);
export type Target = z.infer<typeof Target>;

export const isDevice = (target: Target): target is Extract<Target, { serialNumber: string }> => "serialNumber" in target;

/** One text per target. */
export const targetText = (target: Target): string => (isDevice(target) ? `SN#${target.serialNumber}` : `USER#${target.clientUserId}`);

export type AssignmentKey = { readonly asset: AssetKey; readonly target: Target };
export type Assignment = AssignmentKey & { readonly assignedAt: Date };

export const Transfer = z.object({
  id: TransferId,
  fromLocationId: LocationId,
  toLocationId: LocationId,
  adamId: AdamId,
  pricingParam: PricingParam,
  quantity: z.int().min(1).max(MAX_TRANSFER),
  at: z.date(),
  by: AccountId,
});
export type Transfer = z.infer<typeof Transfer>;

/** How the counts of one asset change. */
export type Entry = { readonly asset: AssetKey } & { readonly [Kind in keyof LicenseCounts]?: number };

/**
 * One change of the ledger, recorded whole or not at all.
 * Invariant: all counts of all entries add up to what was acquired, which is 0 unless it is an acquisition; `assigned` of an asset changes by exactly
 * the assignments that are made less those that are ended.
 */
export type Posting = {
  readonly entries: readonly Entry[];
  /** Traits that are new at a location, or their next version. */
  readonly traits?: readonly AssetTraits[];
  readonly assigned?: readonly Assignment[];
  readonly unassigned?: readonly AssignmentKey[];
  readonly transfer?: Transfer;
};

export const keyOf = ({ locationId, adamId, pricingParam }: AssetKey): AssetKey => ({ locationId, adamId, pricingParam });

/** One text per asset of a location. */
export const assetText = ({ adamId, pricingParam }: Pick<AssetKey, "adamId" | "pricingParam">): string => `${adamId}#${pricingParam}`;

export const Acquisition = z.object({
  productType: ProductType,
  name: AssetTraits.shape.name,
  quantity: z.int().min(1).max(1_000_000),
  deviceAssignable: AssetTraits.shape.deviceAssignable.optional(),
  revocable: AssetTraits.shape.revocable.optional(),
  supportedPlatforms: AssetTraits.shape.supportedPlatforms.optional(),
});
export type Acquisition = z.infer<typeof Acquisition>;

const assertBookTraits = ({ productType, deviceAssignable, revocable }: Acquisition): void => {
  if (productType === "Book" && (deviceAssignable === true || revocable === true))
    throw new Refusal(
      "asset_differs",
      "A book is assigned to users only and never comes back: it is neither device-assignable nor revocable.",
    );
};

const FIXED = ["productType", "deviceAssignable", "revocable"] as const;

const assertSameAsset = (before: AssetTraits, asked: Acquisition): void => {
  const differs = FIXED.filter((field) => asked[field] !== undefined && asked[field] !== before[field]);
  if (differs.length > 0)
    throw new Refusal(
      "asset_differs",
      `This location has the asset already with ${differs.map((field) => `${field} ${before[field]}`).join(", ")}. Leave it out, or correct it.`,
    );
};

/** The asset's traits after an acquisition: its name and platforms are what was said last, what kind of license it is never changes. */
const traitsAfter = (key: AssetKey, before: AssetTraits | undefined, asked: Acquisition): AssetTraits => {
  const isApp = asked.productType === "App";
  const { name = before?.name, supportedPlatforms = before?.supportedPlatforms ?? [] } = asked;
  return {
    ...keyOf(key),
    productType: asked.productType,
    ...(name === undefined ? {} : { name }),
    deviceAssignable: before?.deviceAssignable ?? asked.deviceAssignable ?? isApp,
    revocable: before?.revocable ?? asked.revocable ?? isApp,
    supportedPlatforms,
    version: before === undefined ? FIRST_VERSION : before.version + 1,
  };
};

const isSameText = (one: AssetTraits, other: AssetTraits): boolean =>
  one.name === other.name && one.supportedPlatforms.join() === other.supportedPlatforms.join();

const assertRoom = (before: LicenseCounts, quantity: number): void => {
  if (totalOf(before) + quantity > MAX_TOTAL)
    throw new Refusal("too_many_licenses", `A location counts at most ${MAX_TOTAL} licenses of an asset; it has ${totalOf(before)}.`);
};

/** New licenses. Refuses with `asset_differs` or `too_many_licenses`. */
export const acquiring = (key: AssetKey, before: Asset | undefined, asked: Acquisition): Posting => {
  assertBookTraits(asked);
  if (before !== undefined) assertSameAsset(before, asked);
  assertRoom(before ?? NO_LICENSES, asked.quantity);
  const traits = traitsAfter(key, before, asked);
  const isNews = before === undefined || !isSameText(before, traits);
  return { entries: [{ asset: keyOf(key), available: asked.quantity }], ...(isNews ? { traits: [traits] } : {}) };
};

const assertAvailable = ({ available, assigned }: LicenseCounts, needed: number, what: string): void => {
  if (available < needed)
    throw new Refusal(
      "not_enough_licenses",
      `${needed} unassigned licenses are needed to ${what}; ${available} are available and ${assigned} are assigned. Acquire more, transfer some here, or unassign some.`,
    );
};

/** Unassigned licenses from one location to another. Refuses with `not_enough_licenses`, `asset_differs` or `too_many_licenses`. */
export const transferring = (from: Asset, to: Asset | undefined, transfer: Transfer): Posting => {
  const { quantity, toLocationId } = transfer;
  assertAvailable(from, quantity, "be transferred");
  if (to !== undefined && FIXED.some((field) => to[field] !== from[field]))
    throw new Refusal("asset_differs", "Both locations have this asset, and not of the same kind: licenses can't be mixed.");
  assertRoom(to ?? NO_LICENSES, quantity);
  const there = { ...keyOf(from), locationId: toLocationId };
  const { available: _, assigned: __, retired: ___, ...traits } = from;
  return {
    entries: [
      { asset: keyOf(from), available: -quantity },
      { asset: there, available: quantity },
    ],
    ...(to === undefined ? { traits: [{ ...traits, ...there, version: FIRST_VERSION }] } : {}),
    transfer,
  };
};

/** What of an asset could be transferred now, at most. */
export const mostTransferable = ({ available }: LicenseCounts): number => Math.min(available, MAX_TRANSFER);

/**
 * A license for each of `targets`, none of whom has one. Refuses with `not_device_assignable` or `not_enough_licenses`; then nobody is given one.
 */
export const assigning = (asset: Asset, targets: readonly Target[], assignedAt: Date): Posting => {
  if (!asset.deviceAssignable && targets.some(isDevice))
    throw new Refusal("not_device_assignable", `This ${asset.productType.toLowerCase()} can be assigned to client users only.`);
  assertAvailable(asset, targets.length, "be assigned");
  const key = keyOf(asset);
  return {
    entries: [{ asset: key, available: -targets.length, assigned: targets.length }],
    assigned: targets.map((target) => ({ asset: key, target, assignedAt })),
  };
};

/** The licenses of `targets`, each of whom has one, back. Refuses with `irrevocable`. */
export const unassigning = (asset: AssetTraits, targets: readonly Target[]): Posting => {
  if (!asset.revocable)
    throw new Refusal("irrevocable", `A license of this ${asset.productType.toLowerCase()} never comes back once it is assigned.`);
  const key = keyOf(asset);
  return {
    entries: [{ asset: key, available: targets.length, assigned: -targets.length }],
    unassigned: targets.map((target) => ({ asset: key, target })),
  };
};

/** What a client user who is retired had: what can come back does, the rest is retired with them. */
export const retiring = (clientUserId: string, held: readonly AssetTraits[]): Posting => ({
  entries: held.map((asset) => ({ asset: keyOf(asset), assigned: -1, ...(asset.revocable ? { available: 1 } : { retired: 1 }) })),
  unassigned: held.map((asset) => ({ asset: keyOf(asset), target: { clientUserId } })),
});
