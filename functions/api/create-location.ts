// POST /v1/locations: a location beside the primary one.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { IDENTIFIER_BYTES, identifierText, LocationId } from "../../domain/ids.ts";
import { Location, UID_BYTES, uIdOf } from "../../domain/organization.ts";
import { Refusal } from "../../domain/refusal.ts";
import { FIRST_VERSION } from "../../domain/version.ts";
import { custodyOf } from "../announce.ts";
import { created, type Handle } from "../handle.ts";
import { ShownLocation, shownLocation } from "./shown.ts";

export const CreateLocationInput = z.strictObject({ name: Location.shape.name });
export const CreateLocationReply = ShownLocation;

export const createLocation: Handle<
  typeof CreateLocationInput,
  "locations" | "now" | "random",
  z.input<typeof CreateLocationReply>,
  201
> = async ({ caller, input }, { locations, now, random }) => {
  assertMay(caller, "location:manage");
  const location: Location = {
    id: LocationId.parse(`loc_${identifierText(random(IDENTIFIER_BYTES))}`),
    name: input.name,
    uId: uIdOf(random(UID_BYTES)),
    primary: false,
    createdAt: now(),
    version: FIRST_VERSION,
  };
  const { id, name, uId, createdAt } = location;
  const trace = custodyOf("location-created", { subject: id, at: createdAt, by: caller.id, locationId: id, details: { name, uId } });
  if (!(await locations.add(location, [trace]))) throw new Refusal("busy", "The generated uId is taken. Try again.");
  return created(shownLocation(location, undefined), location.version);
};
