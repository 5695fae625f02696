// Postings as the contract tests give them to the ledger, made by hand: the rules that refuse some of them are not in the way.
import type { AssetKey, AssetTraits, Target } from "../../../domain/licenses/licenses.ts";
import type { Posting } from "../../../domain/licenses/postings.ts";
import { NOW } from "../database/records.ts";
import { locationId } from "./make.ts";

export const key = (adamId = "101", location = locationId()): AssetKey => ({ locationId: location, adamId, pricingParam: "STDQ" });
export const traitsOf = (asset: AssetKey, over: Partial<AssetTraits> = {}): AssetTraits => ({
  ...asset,
  productType: "App",
  deviceAssignable: true,
  revocable: true,
  supportedPlatforms: [],
  version: 1,
  ...over,
});
export const device = (serialNumber: string): Target => ({ serialNumber });
export const user = (clientUserId: string): Target => ({ clientUserId });

export const acquired = (asset: AssetKey, quantity: number): Posting => ({
  at: NOW,
  entries: [{ asset, available: quantity }],
  traits: [traitsOf(asset)],
});
export const more = (asset: AssetKey, quantity: number): Posting => ({ at: NOW, entries: [{ asset, available: quantity }] });
export const assigned = (asset: AssetKey, ...targets: Target[]): Posting => ({
  at: NOW,
  entries: [{ asset, available: -targets.length, assigned: targets.length }],
  assigned: targets.map((target) => ({ asset, target, assignedAt: NOW })),
});
export const unassigned = (asset: AssetKey, ...targets: Target[]): Posting => ({
  at: NOW,
  entries: [{ asset, available: targets.length, assigned: -targets.length }],
  unassigned: targets.map((target) => ({ asset, target })),
});
