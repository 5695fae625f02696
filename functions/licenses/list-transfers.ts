// GET /v1/license-transfers: newest first, of one location or of all in the caller's reach.
import * as z from "zod";
import { assertMay, scopeFor } from "../../domain/accounts/account.ts";
import type { Transfer } from "../../domain/licenses/licenses.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { filteredPage } from "../lib/filtered-page.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { ShownTransfer } from "./shown.ts";

export const ListTransfersInput = z.strictObject({ locationId: LocationId.optional(), ...PageInput });
export const ListTransfersReply = pageOf(ShownTransfer);

export const listTransfers: Handle<typeof ListTransfersInput, "locations" | "licenses", z.input<typeof ListTransfersReply>> = async (
  { caller, input },
  { locations, licenses },
) => {
  const { locationId } = input;
  if (locationId !== undefined) {
    assertMay(caller, "license:read", locationId);
    getOrThrow(await locations.get(locationId), "location");
  }
  const scope = locationId === undefined ? scopeFor(caller, "license:read") : [locationId];
  const isAsked = ({ fromLocationId, toLocationId }: Transfer): boolean =>
    scope === "all" || scope.includes(fromLocationId) || scope.includes(toLocationId);
  const { items, ...rest } = await filteredPage(input, licenses.transfers, isAsked);
  return ok({ items: [...items], ...rest });
};
