// What an MDM server may ask for in one request: how much, each thing once, and only what licenses of the asset can do. Each violation has a number of its
// own. Source: Apple, "Manage Assets", "Revoke Assets", "Handling error responses".
import * as z from "zod";
import {
  AdamId,
  type Asset,
  type AssetTraits,
  assetText,
  ClientUserId,
  PricingParam,
  SerialNumber,
  type Target,
} from "../licenses/licenses.ts";
import { type MdmErrorNumber, MdmRefusal } from "./mdm-error.ts";
import { MDM_LIMITS } from "./mdm-limits.ts";
import type { WorkAsset } from "./work.ts";

/** Texts in Apple's samples; some clients send digits. */
const RequestedAdamId = z.preprocess((value) => (typeof value === "number" ? String(value) : value), AdamId);

/** Some clients send null for a list that is empty. */
export const some = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

export const TargetsRequest = z.object({
  clientUserIds: some(ClientUserId).describe("Client user ids, as the users were created with."),
  serialNumbers: some(SerialNumber).describe("Serial numbers of devices."),
});
export type TargetsRequest = z.infer<typeof TargetsRequest>;

export const AssetsRequest = TargetsRequest.extend({
  assets: some(z.object({ adamId: RequestedAdamId, pricingParam: PricingParam.default("STDQ") })),
});
export type AssetsRequest = z.infer<typeof AssetsRequest>;

type Bounds = { readonly most: number; readonly tooMany: MdmErrorNumber; readonly twice: MdmErrorNumber };

const assertEachOnce = (values: readonly string[], { most, tooMany, twice }: Bounds): void => {
  if (values.length > most) throw new MdmRefusal(tooMany, { detail: `There are ${values.length}, and at most ${most} may be.` });
  if (new Set(values).size < values.length) throw new MdmRefusal(twice);
};

/** The targets of a request. Refuses with 9719, 9701, 9702, 9704 or 9705. `limits`: the largest numbers of each. */
export const targetsAsked = (
  { clientUserIds, serialNumbers }: TargetsRequest,
  limits: { readonly clientUserIds: number; readonly serialNumbers: number },
): readonly Target[] => {
  if (clientUserIds.length + serialNumbers.length === 0) throw new MdmRefusal(9719);
  assertEachOnce(clientUserIds, { most: limits.clientUserIds, tooMany: 9701, twice: 9704 });
  assertEachOnce(serialNumbers, { most: limits.serialNumbers, tooMany: 9702, twice: 9705 });
  return [...serialNumbers.map((serialNumber) => ({ serialNumber })), ...clientUserIds.map((clientUserId) => ({ clientUserId }))];
};

/** The assets of a request. Refuses with 9718, 9700 or 9703. */
export const assetsAsked = ({ assets }: AssetsRequest): readonly WorkAsset[] => {
  if (assets.length === 0) throw new MdmRefusal(9718);
  assertEachOnce(assets.map(assetText), { most: MDM_LIMITS.maxAssets, tooMany: 9700, twice: 9703 });
  return assets;
};

const assertAll = (assets: readonly AssetTraits[], errorNumber: MdmErrorNumber, may: (asset: AssetTraits) => boolean): void => {
  const bad = assets.filter((asset) => !may(asset)).map(({ adamId, pricingParam }) => ({ adamId, pricingParam }));
  if (bad.length > 0) throw new MdmRefusal(errorNumber, { info: { assets: bad } });
};

/** Refuses with 9707 when a device is to have what only users can. `known`: those of the assets that the location has. */
export const assertAssociable = (known: readonly Asset[], targets: readonly Target[]): void => {
  if (targets.some((target) => "serialNumber" in target)) assertAll(known, 9707, ({ deviceAssignable }) => deviceAssignable);
};

/** Refuses with 9706. */
export const assertRevocable = (known: readonly Asset[]): void => assertAll(known, 9706, ({ revocable }) => revocable);
