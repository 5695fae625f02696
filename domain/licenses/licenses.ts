// Licenses of a location. Each asset has available, assigned and retired licenses.
// Source: Apple, "App and Book Management API", ResponseAsset: total = available + assigned + retired.
import * as z from "zod";
import { AccountId, LocationId, TransferId } from "../shared/ids.ts";
import { Refusal } from "../shared/refusal.ts";
import { nameText, plainText, visibleText } from "../shared/text.ts";
import { Version } from "../shared/version.ts";

export const AdamId = z
  .string()
  .regex(/^[1-9]\d{0,18}$/, "expected the digits of an Adam ID")
  .describe("The app or book in Apple's store, its digits as text.");
export const PricingParam = z.enum(["STDQ", "PLUS"]).describe("Standard quality, or high quality (of some books).");
export const ProductType = z.enum(["App", "Book"]);
export const Platform = z.enum(["iOS", "macOS", "tvOS", "watchOS", "visionOS"]);
/** Never empty: an MDM server installs an app without a platform on no device, and reports no error. */
export const SupportedPlatforms = z.array(Platform).min(1).max(5);
/** Source: Apple, "Get Assets", where every sample is for iOS. */
const DEFAULT_PLATFORMS: readonly z.infer<typeof Platform>[] = ["iOS"];

export const AssetKey = z.object({ locationId: LocationId, adamId: AdamId, pricingParam: PricingParam });
export type AssetKey = z.infer<typeof AssetKey>;

/** Properties of an asset at one location, beside its licenses. */
export const AssetTraits = z.object({
  ...AssetKey.shape,
  productType: ProductType,
  name: nameText(200).optional(),
  bundleId: plainText(155).optional().describe("What an app is installed as, such as `com.apple.Pages`."),
  deviceAssignable: z.boolean().describe("Whether a license can be assigned to a device's serial number. Of a book none can."),
  revocable: z.boolean().describe("Whether an assigned license comes back when it is unassigned. Of a book none does."),
  /** Empty in records from before the default was introduced. Read it with `supportedPlatformsOf`. */
  supportedPlatforms: z.array(Platform).max(5),
  version: Version,
});
export type AssetTraits = z.infer<typeof AssetTraits>;

export const supportedPlatformsOf = (known: Pick<AssetTraits, "supportedPlatforms"> | undefined): z.infer<typeof SupportedPlatforms> =>
  known === undefined || known.supportedPlatforms.length === 0 ? [...DEFAULT_PLATFORMS] : known.supportedPlatforms;

const Count = z.int().min(0);
export const LicenseCounts = z.object({ available: Count, assigned: Count, retired: Count });
export type LicenseCounts = z.infer<typeof LicenseCounts>;
export const NO_LICENSES: LicenseCounts = { available: 0, assigned: 0, retired: 0 };

export type Asset = AssetTraits & LicenseCounts;

/** Computed, never stored: so it is right at every moment. */
export const totalOf = ({ available, assigned, retired }: LicenseCounts): number => available + assigned + retired;

/** The largest count that MDM servers read: 32 bits. Source: Apple, "App and Book Management API", ResponseAsset, totalCount. */
export const MAX_TOTAL = 2_147_483_647;
/** Source: Apple, "Transfer licenses": at most 24,999 at a time. */
export const MAX_TRANSFER = 24_999;
/** The largest number of targets of one assignment. With its effects they fit into one transaction of 100 items, so that it is done whole or not at all. */
export const MAX_TARGETS = 80;
/** Assets of one posting. Each takes three items (its counts, an assignment, an event) of a transaction of 100. */
export const ASSETS_PER_POSTING = 25;

/** One device has one spelling. Only ASCII letters are raised, so that no other character changes its length. */
const upperCase = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/**
 * A device's, in upper case as Apple writes it, however it was sent. Apple's have 8 to 14 letters and digits; other ASCII characters are taken too, since
 * virtual machines have them. Look-alikes of other scripts are refused: they would make two devices of one.
 */
export const SerialNumber = z
  .string()
  .trim()
  .overwrite(upperCase)
  .regex(/^[ -~]{1,64}$/, "expected 1 to 64 ASCII letters, digits and other printable ASCII characters");
/** An MDM server's id of a user. It may be an e-mail address. It is part of a key, which is limited to 1,024 bytes of UTF-8. */
export const ClientUserId = visibleText(250);

/** The target of an assignment: a device or a client user, by the identifier that the MDM server uses. */
export const Target = z.union([z.object({ serialNumber: SerialNumber }), z.object({ clientUserId: ClientUserId })]);
export type Target = z.infer<typeof Target>;

/** Each once. Refuses with `invalid_input` when there is none, or more than one act assigns to. */
export const targetsOf = (serialNumbers: readonly string[], clientUserIds: readonly string[]): readonly Target[] => {
  const targets = [
    ...[...new Set(serialNumbers)].map((serialNumber) => ({ serialNumber })),
    ...[...new Set(clientUserIds)].map((clientUserId) => ({ clientUserId })),
  ];
  if (targets.length === 0 || targets.length > MAX_TARGETS)
    throw new Refusal("invalid_input", `Name 1 to ${MAX_TARGETS} serial numbers and client users in all; these are ${targets.length}.`);
  return targets;
};

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

export const keyOf = ({ locationId, adamId, pricingParam }: AssetKey): AssetKey => ({ locationId, adamId, pricingParam });

/** One text per asset of a location. */
export const assetText = ({ adamId, pricingParam }: Pick<AssetKey, "adamId" | "pricingParam">): string => `${adamId}#${pricingParam}`;

/** More than anybody buys at once, so that a slip of the finger is noticed. */
const MAX_ACQUISITION = 1_000_000;

export const Acquisition = z.object({
  productType: ProductType,
  name: AssetTraits.shape.name,
  bundleId: AssetTraits.shape.bundleId,
  quantity: z.int().min(1).max(MAX_ACQUISITION),
  deviceAssignable: AssetTraits.shape.deviceAssignable.optional(),
  revocable: AssetTraits.shape.revocable.optional(),
  supportedPlatforms: SupportedPlatforms.optional().describe("Left out, a known asset keeps its platforms, and a new one is for iOS."),
});
export type Acquisition = z.infer<typeof Acquisition>;
