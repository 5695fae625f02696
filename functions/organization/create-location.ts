// POST /v1/locations: a location beside the primary one.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { NameWarnings } from "../../domain/organization/location-names.ts";
import { Location } from "../../domain/organization/organization.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { findNameWarnings } from "../lib/locations-named.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { created, type Handle } from "../middleware/handler.ts";
import { newLocation } from "./new-location.ts";
import { ShownLocation, shownLocation } from "./shown.ts";

export const CreateLocationInput = z.strictObject({ name: Location.shape.name });
export const CreateLocationReply = ShownLocation.extend({ warnings: NameWarnings });

export const createLocation: Handle<
  typeof CreateLocationInput,
  "locations" | "now" | "random",
  z.input<typeof CreateLocationReply>,
  201
> = async ({ caller, input }, ports) => {
  const { locations, now, random } = ports;
  assertMay(caller, "location:manage");
  const location = newLocation(input.name, { primary: false, at: now(), random });
  const { id, name, uId, createdAt } = location;
  const effect = createAuditRecord("location-created", {
    subject: id,
    at: createdAt,
    by: caller.id,
    locationId: id,
    details: { name, uId },
  });
  if (!(await locations.add(location, [effect]))) throw new Refusal("busy", "The generated uId is taken. Try again.");
  return created({ ...shownLocation(location, undefined), warnings: await findNameWarnings(location, caller, ports) }, location.version);
};
