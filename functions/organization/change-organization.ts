// PATCH /v1/organization. Its name is also its primary location's: they change together.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { NameWarnings } from "../../domain/organization/location-names.ts";
import { Organization } from "../../domain/organization/organization.ts";
import { assertVersion } from "../../domain/shared/version.ts";
import { findNameWarnings } from "../lib/locations-named.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { assertReplaced, type Handle, ok } from "../middleware/handler.ts";
import { ShownOrganization, shownOrganization } from "./shown.ts";

const { name, reminderLadder, renewalOverlapDays } = Organization.shape;
export const ChangeOrganizationInput = z.strictObject({ name, reminderLadder, renewalOverlapDays }).partial();
export const ChangeOrganizationReply = ShownOrganization.extend({ warnings: NameWarnings });

export const changeOrganization: Handle<
  typeof ChangeOrganizationInput,
  "organizations" | "locations" | "now",
  z.input<typeof ChangeOrganizationReply>,
  200,
  "ifMatch"
> = async ({ caller, input, ifMatch }, ports) => {
  const { organizations, locations, now } = ports;
  assertMay(caller, "organization:manage");
  const before = await organizations.get();
  const primary = await locations.primary();
  assertVersion(before, ifMatch);
  const after: Organization = {
    ...before,
    name: input.name ?? before.name,
    reminderLadder: input.reminderLadder ?? before.reminderLadder,
    renewalOverlapDays: input.renewalOverlapDays ?? before.renewalOverlapDays,
    version: before.version + 1,
  };
  const { id } = primary;
  const details = {
    name: after.name,
    reminderLadder: after.reminderLadder.join(", "),
    renewalOverlapDays: String(after.renewalOverlapDays),
  };
  const effect = createAuditRecord("organization-changed", { subject: id, at: now(), by: caller.id, locationId: id, details });
  const renamed = { ...primary, name: after.name, version: primary.version + 1 };
  assertReplaced(await organizations.replace(after, renamed, [effect]));
  const warnings = after.name === before.name ? undefined : await findNameWarnings(renamed, caller, ports);
  return ok({ ...shownOrganization(after), warnings }, after.version);
};
