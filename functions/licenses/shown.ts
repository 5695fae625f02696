// Representations of the ledger: licenses of an asset at a location, their assignments, and transfers.
import * as z from "zod";
import {
  type Asset,
  AssetTraits,
  type Assignment,
  LicenseCounts,
  SupportedPlatforms,
  supportedPlatformsOf,
  Transfer,
  totalOf,
} from "../../domain/licenses/licenses.ts";

export const ShownLicense = AssetTraits.omit({ version: true }).extend({
  ...LicenseCounts.shape,
  supportedPlatforms: SupportedPlatforms,
  total: z.int().min(0).describe("Available, assigned and retired together."),
});
export const shownLicense = ({ version: _, ...asset }: Asset): z.input<typeof ShownLicense> => ({
  ...asset,
  supportedPlatforms: supportedPlatformsOf(asset),
  total: totalOf(asset),
});

export const ShownTransfer = Transfer;

export const ShownAssignment = z.object({
  locationId: AssetTraits.shape.locationId,
  adamId: AssetTraits.shape.adamId,
  pricingParam: AssetTraits.shape.pricingParam,
  serialNumber: z.string().optional(),
  clientUserId: z.string().optional(),
  assignedAt: z.date(),
});
export const shownAssignment = ({ asset, target, assignedAt }: Assignment): z.input<typeof ShownAssignment> => ({
  ...asset,
  ...target,
  assignedAt,
});
