// The organization and its locations as they are answered.
import type * as z from "zod";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import { Location, Organization } from "../../domain/organization/organization.ts";
import { ConflictId } from "../../domain/shared/ids.ts";

export const ShownOrganization = Organization.omit({ version: true });

export const shownOrganization = ({ version: _, ...organization }: Organization): z.input<typeof ShownOrganization> => organization;

export const ShownLocation = Location.omit({ version: true, createdAt: true, assignedThroughTokenAt: true, importedAt: true }).extend({
  conflictId: ConflictId.optional().describe("Two MDM servers have tokens of it, and nobody has said who keeps it."),
});

export const shownLocation = (
  { version: _, createdAt: __, assignedThroughTokenAt: ___, importedAt: ____, ...location }: Location,
  links: LocationLinks | undefined,
): z.input<typeof ShownLocation> => ({ ...location, conflictId: links?.conflict?.id });
