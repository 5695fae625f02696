// GET /v1/licenses: the licenses of a location, asset by asset.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { ShownLicense, shownLicense } from "./shown.ts";

export const ListLicensesInput = z.strictObject({ locationId: LocationId, ...PageInput });
export const ListLicensesReply = pageOf(ShownLicense);

export const listLicenses: Handle<typeof ListLicensesInput, "locations" | "licenses", z.input<typeof ListLicensesReply>> = async (
  { caller, input },
  { locations, licenses },
) => {
  assertMay(caller, "license:read", input.locationId);
  getOrThrow(await locations.get(input.locationId), "location");
  const { items, ...rest } = await licenses.listAssets(input.locationId, input);
  return ok({ items: items.map(shownLicense), ...rest });
};
