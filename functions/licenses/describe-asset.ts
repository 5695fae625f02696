// PATCH /v1/licenses: changes the name, the bundle id and the platforms of an asset at a location. The kind of license never changes.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { AssetTraits, SupportedPlatforms } from "../../domain/licenses/licenses.ts";
import { describing } from "../../domain/licenses/postings.ts";
import { assertOpen } from "../../domain/organization/organization.ts";
import { AssetInput } from "../lib/inputs.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import { ShownLicense, shownLicense } from "./shown.ts";

const { name, bundleId } = AssetTraits.shape;
export const DescribeAssetInput = z.strictObject({ ...AssetInput, name, bundleId, supportedPlatforms: SupportedPlatforms.optional() });
export const DescribeAssetReply = ShownLicense;

export const describeAsset: Handle<
  typeof DescribeAssetInput,
  "accounts" | "locations" | "licenses" | "now",
  z.input<typeof DescribeAssetReply>
> = async ({ caller, input: { locationId, adamId, pricingParam, ...asked } }, ports) => {
  const { locations, licenses, now } = ports;
  const key = { locationId, adamId, pricingParam };
  await retryOnConflict(async () => {
    const currentCaller = await loadCurrentCaller(caller, ports);
    assertMay(currentCaller, "license:acquire", locationId);
    assertOpen(getOrThrow(await locations.get(locationId), "location"));
    const posting = describing(getOrThrow(await licenses.asset(key), "asset at this location"), asked, now());
    return posting === undefined || (await licenses.post(posting, [], { preconditions: { accounts: [currentCaller] } })) || undefined;
  });
  return ok(shownLicense(getOrThrow(await licenses.asset(key), "license")));
};
