// /v1/locations: list, create, show, rename. The primary location is made with the organization and renamed with it.
import * as z from "zod";
import { assertMay, scopeOf } from "../../domain/account.ts";
import { IDENTIFIER_BYTES, identifierText, LocationId } from "../../domain/ids.ts";
import { Location, UID_BYTES, uIdOf } from "../../domain/organization.ts";
import { Refusal } from "../../domain/refusal.ts";
import { assertVersion, FIRST_VERSION } from "../../domain/version.ts";
import { custodyOf } from "../announce.ts";
import { assertReplaced, created, found, type Handle, ok } from "../handle.ts";
import { PageInput } from "./inputs.ts";
import { shownLocation } from "./shown.ts";

export const ListLocationsInput = z.strictObject(PageInput);

export const listLocations: Handle<typeof ListLocationsInput, "locations"> = async ({ caller, input }, { locations }) => {
  const scope = scopeOf(caller, "location:read");
  if (scope.length === 0) assertMay(caller, "location:read");
  if (scope === "all") {
    const { items, ...rest } = await locations.list(input);
    return ok({ items: items.map(shownLocation), ...rest });
  }
  // An account holds at most 100 grants: one page carries them all.
  const granted = await Promise.all(scope.map((id) => locations.get(id)));
  return ok({ items: granted.filter((location) => location !== undefined).map(shownLocation) });
};

const name = Location.shape.name;
export const CreateLocationInput = z.strictObject({ name });

export const createLocation: Handle<typeof CreateLocationInput, "locations" | "now" | "random"> = async (
  { caller, input },
  { locations, now, random },
) => {
  assertMay(caller, "location:manage");
  const location: Location = {
    id: LocationId.parse(`loc_${identifierText(random(IDENTIFIER_BYTES))}`),
    name: input.name,
    uId: uIdOf(random(UID_BYTES)),
    primary: false,
    createdAt: now(),
    version: FIRST_VERSION,
  };
  const trace = custodyOf("location-created", {
    subject: location.id,
    at: location.createdAt,
    by: caller.id,
    locationId: location.id,
    details: { name: location.name, uId: location.uId },
  });
  if (!(await locations.add(location, [trace]))) throw new Refusal("busy", "The generated uId is taken. Try again.");
  return created(shownLocation(location), location.version);
};

export const ShowLocationInput = z.strictObject({ id: LocationId });

export const showLocation: Handle<typeof ShowLocationInput, "locations"> = async ({ caller, input: { id } }, { locations }) => {
  assertMay(caller, "location:read", id);
  const location = found(await locations.get(id), "location");
  return ok(shownLocation(location), location.version);
};

export const RenameLocationInput = z.strictObject({ id: LocationId, name });

export const renameLocation: Handle<typeof RenameLocationInput, "locations" | "now"> = async (
  { caller, input, ifMatch },
  { locations, now },
) => {
  assertMay(caller, "location:manage", input.id);
  const before = found(await locations.get(input.id), "location");
  if (before.primary) throw new Refusal("primary_location", "The primary location bears the organization's name. Rename the organization.");
  assertVersion(before, ifMatch);
  const after = { ...before, name: input.name, version: before.version + 1 };
  const details = { name: after.name };
  const trace = custodyOf("location-changed", { subject: after.id, at: now(), by: caller.id, locationId: after.id, details });
  assertReplaced(await locations.replace(after, [trace]));
  return ok(shownLocation(after), after.version);
};
