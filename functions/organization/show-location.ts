// GET /v1/locations/{id}.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { ShownLocation, shownLocation } from "./shown.ts";

export const ShowLocationInput = z.strictObject({ id: LocationId });
export const ShowLocationReply = ShownLocation;

export const showLocation: Handle<typeof ShowLocationInput, "locations" | "links", z.input<typeof ShowLocationReply>> = async (
  { caller, input: { id } },
  { locations, links },
) => {
  assertMay(caller, "location:read", id);
  const location = getOrThrow(await locations.get(id), "location");
  return ok(shownLocation(location, await links.of(id)), location.version);
};
