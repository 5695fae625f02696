// A content token as it is answered. Times are ISO 8601 UTC. The file's key and the hash of the secret are never shown.
import * as z from "zod";
import { type Account, isAllowed } from "../../domain/accounts/account.ts";
import { Link } from "../../domain/mdm-servers/links.ts";
import { Sighting } from "../../domain/mdm-servers/sighting.ts";
import { AccountId, ConflictId, ContentTokenId, LocationId } from "../../domain/shared/ids.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { daysLeft, InvalidationCause, tokenState, worksWith } from "../../domain/tokens/content-token.ts";
import { ShownAppleFacts, shownAppleFacts } from "./shown-apple.ts";
import type { TokenViewContext } from "./token-context.ts";

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
export const shownToken = (token: ContentToken, context: TokenViewContext, viewer?: Account): ShownToken => {
  const { holders, links, now } = context;
  const { id, locationId, origin, invalidation, downloadedBy, issuedAt, expiresAt } = token;
  const current = tokenState(token, context, now);
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
