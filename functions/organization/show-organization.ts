// GET /v1/organization. Whoever has any grant may see whose it is.
import * as z from "zod";
import { scopeFor } from "../../domain/accounts/account.ts";
import { type Handle, ok } from "../middleware/handler.ts";
import { ShownOrganization, shownOrganization } from "./shown.ts";

export const ShowOrganizationInput = z.strictObject({});
export const ShowOrganizationReply = ShownOrganization;

export const showOrganization: Handle<typeof ShowOrganizationInput, "organizations", z.input<typeof ShowOrganizationReply>> = async (
  { caller },
  { organizations },
) => {
  scopeFor(caller, "organization:read");
  const organization = await organizations.get();
  return ok(shownOrganization(organization), organization.version);
};
