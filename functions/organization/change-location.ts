// PATCH /v1/locations/{id}: its name, and what Apple calls it. The primary location has the organization's name and is renamed with it.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { NameWarnings } from "../../domain/organization/location-names.ts";
import { assertOpen, Location } from "../../domain/organization/organization.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { assertVersion } from "../../domain/shared/version.ts";
import { findNameWarnings } from "../lib/locations-named.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { assertReplaced, getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { ShownLocation, shownLocation } from "./shown.ts";

const { name, appleUId, appleOrgName } = Location.shape;
export const ChangeLocationInput = z.strictObject({ id: LocationId, name: name.optional(), appleUId, appleOrgName });
export const ChangeLocationReply = ShownLocation.extend({ warnings: NameWarnings });

export const changeLocation: Handle<
  typeof ChangeLocationInput,
  "locations" | "links" | "now",
  z.input<typeof ChangeLocationReply>,
  200,
  "ifMatch"
> = async ({ caller, input, ifMatch }, ports) => {
  const { locations, links, now } = ports;
  assertMay(caller, "location:manage", input.id);
  const before = getOrThrow(await locations.get(input.id), "location");
  if (before.primary && input.name !== undefined && input.name !== before.name)
    throw new Refusal("primary_location", "The primary location has the organization's name. Rename the organization.");
  assertOpen(before);
  assertVersion(before, ifMatch);
  const after: Location = {
    ...before,
    name: input.name ?? before.name,
    appleUId: input.appleUId ?? before.appleUId,
    appleOrgName: input.appleOrgName ?? before.appleOrgName,
    version: before.version + 1,
  };
  const { id } = before;
  const details = {
    name: after.name,
    ...(after.appleUId === undefined ? {} : { appleUId: after.appleUId }),
    ...(after.appleOrgName === undefined ? {} : { appleOrgName: after.appleOrgName }),
  };
  const effect = createAuditRecord("location-changed", { subject: id, at: now(), by: caller.id, locationId: id, details });
  assertReplaced(await locations.replace(after, [effect]));
  const warnings = after.name === before.name ? undefined : await findNameWarnings(after, caller, ports);
  return ok({ ...shownLocation(after, await links.of(id)), warnings }, after.version);
};
