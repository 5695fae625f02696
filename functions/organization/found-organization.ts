// The first deployment: the organization, its primary location, its first administrator, all or nothing, and never over what is there.
import * as z from "zod";
import { type Account, Email } from "../../domain/accounts/account.ts";
import { DEFAULT_OVERLAP_DAYS, Organization } from "../../domain/organization/organization.ts";
import { FIRST_VERSION } from "../../domain/shared/version.ts";
import { accountIdOf } from "../lib/account-id.ts";
import { createAuditRecord } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import { newLocation } from "./new-location.ts";

export const Founding = z.object({
  organization: Organization.shape.name,
  country: Organization.shape.country,
  administratorEmail: Email,
  /** CloudFormation hands every property over as text. */
  reminderLadder: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(Organization.shape.reminderLadder),
});

type Needs = Pick<Ports, "organizations" | "people" | "now" | "random">;

export const foundOrganization = async (asked: z.infer<typeof Founding>, { organizations, people, now, random }: Needs): Promise<void> => {
  if (await organizations.isFounded()) return;
  const subject = await people.invite(asked.administratorEmail);
  const at = now();
  const born = { createdAt: at, version: FIRST_VERSION };
  const organization: Organization = {
    name: asked.organization,
    country: asked.country,
    platform: "enterprisestore",
    reminderLadder: asked.reminderLadder,
    renewalOverlapDays: DEFAULT_OVERLAP_DAYS,
    version: FIRST_VERSION,
  };
  const primary = newLocation(asked.organization, { primary: true, at, random });
  const administrator: Account = {
    ...born,
    id: accountIdOf(subject),
    subject,
    email: asked.administratorEmail,
    grants: [{ role: "administrator", location: "all" }],
    dedicated: false,
  };
  const by = "service" as const;
  await organizations.found(organization, primary, administrator, [
    createAuditRecord("organization-founded", {
      subject: primary.id,
      at,
      by,
      locationId: primary.id,
      details: { name: primary.name, uId: primary.uId },
    }),
    createAuditRecord("account-registered", { subject: administrator.id, at, by, details: { grants: "administrator all" } }),
  ]);
};
