// GET /assets: what the location has licenses of, and how many.
import * as z from "zod";
import { PAGE_SIZE, PageFields, pageBegin, pageFields } from "../../domain/device-api/mdm-pages.ts";
import {
  type Asset,
  AssetTraits,
  LicenseCounts,
  PricingParam,
  ProductType,
  SupportedPlatforms,
  supportedPlatformsOf,
  totalOf,
} from "../../domain/licenses/licenses.ts";
import { readOfOneState } from "../lib/read-snapshot.ts";
import type { MdmHandle } from "../middleware/mdm-handler.ts";
import type { AssetState } from "../ports/licenses.ts";
import { assetsState, ledgerOf } from "./ledger-state.ts";
import { Flag, Int32 } from "./query.ts";

export const ListAssetsInput = z.object({
  pageIndex: Int32.optional(),
  adamId: AssetTraits.shape.adamId.optional(),
  pricingParam: PricingParam.optional(),
  productType: ProductType.optional(),
  deviceAssignable: Flag.optional(),
  revocable: Flag.optional(),
  minAvailableCount: Int32.optional(),
  maxAvailableCount: Int32.optional(),
  minAssignedCount: Int32.optional(),
  maxAssignedCount: Int32.optional(),
  unlimited: Flag.optional().describe("Here no asset is: told apart, there is an empty list of them."),
});

const { adamId, pricingParam, productType, deviceAssignable, revocable } = AssetTraits.shape;
export const ResponseAsset = z.object({
  adamId,
  pricingParam,
  productType,
  deviceAssignable,
  revocable,
  supportedPlatforms: SupportedPlatforms,
  assignedCount: LicenseCounts.shape.assigned,
  availableCount: LicenseCounts.shape.available,
  retiredCount: LicenseCounts.shape.retired,
  totalCount: z.int().min(0),
});
export const ListAssetsReply = z.object({
  assets: z.array(ResponseAsset),
  unlimitedAssets: z.array(ResponseAsset).max(0).optional(),
  ...PageFields,
});

const responseAsset = (asset: Asset): z.input<typeof ResponseAsset> => ({
  adamId: asset.adamId,
  pricingParam: asset.pricingParam,
  productType: asset.productType,
  deviceAssignable: asset.deviceAssignable,
  revocable: asset.revocable,
  supportedPlatforms: supportedPlatformsOf(asset),
  assignedCount: asset.assigned,
  availableCount: asset.available,
  retiredCount: asset.retired,
  totalCount: totalOf(asset),
});

type Asked = z.infer<typeof ListAssetsInput>;

const EXACT = ["adamId", "pricingParam", "productType", "deviceAssignable", "revocable"] as const;

const isWithin = (count: number, { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }): boolean =>
  least <= count && count <= most;

/** Both ends of a range belong to it. */
const isAsked = (asset: Asset, asked: Asked): boolean =>
  EXACT.every((field) => asked[field] === undefined || asked[field] === asset[field]) &&
  isWithin(asset.available, { least: asked.minAvailableCount, most: asked.maxAvailableCount }) &&
  isWithin(asset.assigned, { least: asked.minAssignedCount, most: asked.maxAssignedCount });

type Handle = MdmHandle<typeof ListAssetsInput, "licenses" | "now" | "random", z.input<typeof ListAssetsReply>>;

export const pageOfAssets =
  (pageSize: number): Handle =>
  async ({ caller: { location }, input }, { licenses, now, random }) => {
    const { pageIndex = 0 } = input;
    const ledger = {
      of: ledgerOf(location, "assets"),
      look: () => licenses.state(location.id),
      nameOf: (states: readonly AssetState[]) => assetsState(states, responseAsset),
    };
    const { value, versionId } = await readOfOneState(
      ledger,
      async (states) => {
        const all = states.map(({ asset }) => asset).filter((asset) => isAsked(asset, input));
        const { offset, totalPages } = pageBegin(pageIndex, all.length, pageSize);
        const assets = all.slice(offset, offset + pageSize).map(responseAsset);
        return { assets, ...pageFields(pageIndex, totalPages, assets.length) };
      },
      { now, random },
    );
    return { ...value, ...(input.unlimited === true ? { unlimitedAssets: [] } : {}), versionId };
  };

const inPages = pageOfAssets(PAGE_SIZE);
export const listAssets: Handle = (request, ports) => inPages(request, ports);
