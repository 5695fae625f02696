// How records are shown: the shapes that clients rely on, and what of a record goes into them. Times as ISO 8601 UTC; never a file's key, a hash of
// a secret or another key of the store.
import * as z from "zod";
import { Account, isAllowed } from "../../domain/accounts/account.ts";
import { Conflict, conflictServers } from "../../domain/mdm-servers/conflict.ts";
import { type ContentToken, daysLeft, InvalidationCause, tokenState, worksWith } from "../../domain/tokens/content-token.ts";
import { CustodyEntry } from "../../domain/custody/custody.ts";
import { AccountId, ConflictId, ContentTokenId, LocationId, MdmServerId } from "../../domain/shared/ids.ts";
import { Link, type LocationLinks, openLinks, openSightings } from "../../domain/mdm-servers/links.ts";
import { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import { Location, Organization } from "../../domain/organization/organization.ts";
import { Sighting } from "../../domain/mdm-servers/sighting.ts";
import type { Around } from "../tokens/token-context.ts";
import { ShownAppleFacts, shownAppleFacts } from "../tokens/shown-apple.ts";

/** A page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().optional().describe("Where the list goes on: the next request's `after`.") });

export const ShownOrganization = Organization.omit({ version: true });
export const shownOrganization = ({ version: _, ...organization }: Organization): z.input<typeof ShownOrganization> => organization;

export const ShownAccount = Account.pick({
  id: true,
  subject: true,
  email: true,
  grants: true,
  dedicated: true,
  passwordChangedAt: true,
  disabledAt: true,
  removedAt: true,
});
export const shownAccount = ({ createdAt: _, version: __, enabledAt: ___, ...account }: Account): z.input<typeof ShownAccount> => account;

export const ShownLocation = Location.omit({ version: true, createdAt: true, assignedThroughTokenAt: true, importedAt: true }).extend({
  conflictId: ConflictId.optional().describe("Two MDM servers have tokens of it, and nobody has said who keeps it."),
});
export const shownLocation = (
  { version: _, createdAt: __, assignedThroughTokenAt: ___, importedAt: ____, ...location }: Location,
  links: LocationLinks | undefined,
): z.input<typeof ShownLocation> => ({ ...location, conflictId: links?.conflict?.id });

const LINKS =
  "The MDM servers that people linked to it. An open link authorizes the MDM server to fetch tokens of the location; nothing else does.";
const SIGHTINGS = "Evidence that MDM servers have it. A sighting authorizes nothing.";

const ShownLink = Link.pick({ mdmServerId: true, linkedAt: true, removedAt: true });
const ShownSighting = Sighting.omit({ tokenId: true, worksWith: true });

export const ShownToken = z.object({
  id: ContentTokenId,
  locationId: LocationId,
  origin: z.enum(["issued", "imported"]),
  worksWith: z.enum(["this-service", "apple"]).describe("Whose device API it opens."),
  state: z
    .enum(["active", "expired", "invalidated", "reserved", "withdrawn"])
    .describe(
      "`reserved`: it would be good, and belongs to the built-in service while the monthly subscription runs. `withdrawn`: Apple issued it, it is no longer handed out here, and copies still open Apple's service.",
    ),
  cause: InvalidationCause.optional(),
  invalidatedAt: z.date().optional(),
  reason: z.string().optional().describe("The words of whoever revoked it."),
  supersededBy: ContentTokenId.optional(),
  downloadedBy: z
    .array(AccountId)
    .describe("The accounts that have its file. A password change of any of them ends an issued token, and not an imported one."),
  ...ShownAppleFacts,
  withoutGrant: z
    .array(AccountId)
    .optional()
    .describe("Those of `downloadedBy` who may no longer download it. A dedicated account needs no grant for it."),
  issuedAt: z.date(),
  expiresAt: z.date(),
  daysLeft: z.int().min(0).describe("Calendar days (UTC) until it ends; 0 once it has ended, for whatever cause."),
  links: z.array(ShownLink).describe(LINKS),
  sightings: z.array(ShownSighting).describe(SIGHTINGS),
});
export type ShownToken = z.input<typeof ShownToken>;

/** `viewer`: the account that reads; administrators see the Managed Apple Account of an imported token. */
export const shownToken = (token: ContentToken, around: Around, viewer?: Account): ShownToken => {
  const { holders, links, now } = around;
  const { id, locationId, origin, invalidation, downloadedBy, issuedAt, expiresAt } = token;
  const current = tokenState(token, around, now);
  const ids = downloadedBy.map(({ accountId }) => accountId);
  const withoutGrant = [...holders.values()]
    .filter((holder) => ids.includes(holder.id) && !holder.dedicated && !isAllowed(holder, "content-token:download", locationId))
    .map(({ id: accountId }) => accountId);
  return {
    id,
    locationId,
    origin,
    worksWith: worksWith(token),
    ...current,
    invalidatedAt: invalidation?.at,
    reason: invalidation?.reason,
    supersededBy: invalidation?.supersededBy,
    downloadedBy: ids,
    ...shownAppleFacts(token, current, viewer),
    ...(withoutGrant.length === 0 ? {} : { withoutGrant }),
    issuedAt,
    expiresAt,
    daysLeft: current.state === "active" || current.state === "reserved" ? daysLeft(token, now) : 0,
    links: (links.get(locationId)?.links ?? [])
      .filter(({ tokenId }) => tokenId === id)
      .map(({ mdmServerId, linkedAt, removedAt }) => ({ mdmServerId, linkedAt, removedAt })),
    sightings: (links.get(locationId)?.sightings ?? [])
      .filter(({ tokenId }) => tokenId === id)
      .map(({ tokenId: _, worksWith: __, ...sighting }) => sighting),
  };
};

/** A token as it is answered when an MDM server was linked to it or reported with it. */
export const LinkedToken = ShownToken.extend({
  conflictId: ConflictId.optional().describe("Another MDM server has a token of the same location: somebody has to say who keeps it."),
});

export const ShownLinkTo = z.object({
  url: z.url(),
  expiresAt: z.date().describe("When the link ends."),
  fileName: z.string(),
  sha256: z.string().describe("SHA-256 of the file's bytes, hex."),
});

const AtLocation = {
  locationId: LocationId,
  toBeRemoved: z
    .literal(true)
    .optional()
    .describe("The location is the built-in service's own: the token has to be removed from this MDM server."),
};

export const ShownMdmServer = MdmServer.pick({
  id: true,
  name: true,
  vendor: true,
  mdmInfo: true,
  saidAt: true,
  createdAt: true,
  lastSeenAt: true,
  removedAt: true,
}).extend({
  links: z
    .array(Link.pick({ tokenId: true, linkedAt: true }).extend(AtLocation))
    .describe("The tokens that people linked it to. It may fetch tokens of these locations, and of no others."),
  sightings: z
    .array(Sighting.omit({ mdmServerId: true, worksWith: true, removedAt: true }).extend(AtLocation))
    .describe(
      "Evidence of the tokens that it has, which authorizes nothing. Of an MDM server that people linked, only at the locations where they did: elsewhere anybody with a token can name it, which is shown with that token and in the location's conflict.",
    ),
});

type Places = { readonly links: readonly LocationLinks[]; readonly reserved: readonly LocationId[] };

export const shownMdmServer = (
  { id, name, vendor, mdmInfo, saidAt, createdAt, lastSeenAt, removedAt }: MdmServer,
  places: Places,
): z.input<typeof ShownMdmServer> => {
  const at = (locationId: LocationId) => ({ locationId, ...(places.reserved.includes(locationId) ? { toBeRemoved: true as const } : {}) });
  const isMine = ({ mdmServerId }: { readonly mdmServerId: MdmServerId }): boolean => mdmServerId === id;
  const linkedPlaces = places.links.filter((each) => openLinks(each).some(isMine));
  const seenPlaces = linkedPlaces.length === 0 ? places.links : linkedPlaces;
  return {
    id,
    name,
    vendor,
    mdmInfo,
    saidAt,
    createdAt,
    lastSeenAt,
    removedAt,
    links: linkedPlaces.flatMap((each) =>
      openLinks(each)
        .filter(isMine)
        .map(({ tokenId, linkedAt }) => ({ tokenId, linkedAt, ...at(each.location) })),
    ),
    sightings: seenPlaces.flatMap((each) =>
      openSightings(each)
        .filter(isMine)
        .map(({ mdmServerId: _, worksWith: __, ...sighting }) => ({ ...sighting, ...at(each.location) })),
    ),
  };
};

export const ShownConflict = Conflict.omit({ location: true }).extend({ locationId: LocationId, mdmServerIds: z.array(MdmServerId) });
export const shownConflict = ({ location, ...conflict }: Conflict): z.input<typeof ShownConflict> => ({
  ...conflict,
  locationId: location,
  mdmServerIds: conflictServers({ location, ...conflict }),
});

export const ShownEntry = CustodyEntry;
