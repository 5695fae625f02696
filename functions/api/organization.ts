// GET and PATCH /v1/organization. Its name is also its primary location's: they change together.
import * as z from "zod";
import { assertMay, scopeOf } from "../../domain/account.ts";
import { Organization } from "../../domain/organization.ts";
import { assertVersion } from "../../domain/version.ts";
import { custodyOf } from "../announce.ts";
import { assertReplaced, found, type Handle, ok } from "../handle.ts";
import { shownOrganization } from "./shown.ts";

export const ShowOrganizationInput = z.strictObject({});

export const showOrganization: Handle<typeof ShowOrganizationInput, "organizations"> = async ({ caller }, { organizations }) => {
  // Whoever may see any location may see whose it is.
  if (scopeOf(caller, "location:read").length === 0) assertMay(caller, "organization:read");
  const organization = found(await organizations.get(), "organization");
  return ok(shownOrganization(organization), organization.version);
};

const { name, reminderLadder, renewalOverlapDays } = Organization.shape;
export const EditOrganizationInput = z.strictObject({ name, reminderLadder, renewalOverlapDays }).partial();

export const editOrganization: Handle<typeof EditOrganizationInput, "organizations" | "locations" | "now"> = async (
  { caller, input, ifMatch },
  { organizations, locations, now },
) => {
  assertMay(caller, "organization:manage");
  const before = found(await organizations.get(), "organization");
  const primary = found(await locations.primary(), "primary location");
  assertVersion(before, ifMatch);
  const defined = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const after = { ...before, ...defined, version: before.version + 1 };
  const { id } = primary;
  const details = {
    name: after.name,
    reminderLadder: after.reminderLadder.join(", "),
    renewalOverlapDays: String(after.renewalOverlapDays),
  };
  const trace = custodyOf("organization-changed", { subject: id, at: now(), by: caller.id, locationId: id, details });
  assertReplaced(await organizations.replace(after, { ...primary, name: after.name, version: primary.version + 1 }, [trace]));
  return ok(shownOrganization(after), after.version);
};
