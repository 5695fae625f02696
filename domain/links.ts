// Which MDM server has which token of a location. All links of one location are one record, so that two MDM servers that claim it at once can't
// overlook each other. Two on one location corrupt each other's license counts: that is a conflict, which is recorded and told, never overwritten.
import * as z from "zod";
import { type ContentToken, worksWith } from "./content-token.ts";
import { AccountId, ConflictId, ContentTokenId, LocationId, MdmServerId } from "./ids.ts";

/**
 * How an MDM server came to have a token: somebody linked it, it fetched it, it named itself (`MdmInfo`) to the device API that the token opens, or it was
 * seen to use it there.
 */
const How = z.enum(["linked", "fetched", "said", "used"]);

export const Link = z.object({
  tokenId: ContentTokenId,
  tokenExpiresAt: z.date(),
  worksWith: z.enum(["this-service", "apple"]),
  mdmServerId: MdmServerId,
  how: How,
  linkedAt: z.date(),
  fetchedAt: z.date().optional().describe("When the MDM server was last given a link to the file."),
  usedAt: z
    .date()
    .optional()
    .describe(
      "When it was last seen that the MDM server has the token: it told the file's hash, or named itself to the device API, or used it there.",
    ),
  removedAt: z.date().optional().describe("When somebody said that the token was removed from the MDM server, or its location was closed."),
});
export type Link = z.infer<typeof Link>;

export const Claim = z.object({ mdmServerId: MdmServerId, tokenId: ContentTokenId, how: How, at: z.date() });
export type Claim = z.infer<typeof Claim>;

export const Conflict = z.object({
  id: ConflictId,
  location: LocationId,
  foundAt: z.date(),
  claims: z
    .array(Claim)
    .min(2)
    .describe("The claims that led to it and those that followed, oldest first. Beyond 50, only the first of each further MDM server."),
  /** `keptBy` is left out when no MDM server has a token of the location any more. */
  resolution: z.object({ keptBy: MdmServerId.optional(), at: z.date(), by: AccountId, reason: z.string() }).optional(),
});
export type Conflict = z.infer<typeof Conflict>;

export const LocationLinks = z.object({
  location: LocationId,
  links: z.array(Link),
  /** The one that is not resolved yet. */
  conflict: Conflict.optional(),
  /** 0 while nothing was ever linked. */
  version: z.int().min(0),
});
export type LocationLinks = z.infer<typeof LocationLinks>;

export const noLinks = (location: LocationId): LocationLinks => ({ location, links: [], version: 0 });

/** How many links a location's record keeps: beyond it, those that were removed longest ago are dropped. The custody log has them. */
const MAX_LINKS = 200;
/** The most claims a conflict keeps: two MDM servers that fetch by the hour would fill it. The first ones tell how it came about. */
const MAX_CLAIMS = 50;

export const openLinks = ({ links }: LocationLinks): readonly Link[] => links.filter(({ removedAt }) => removedAt === undefined);

/** The MDM servers that have a token of the location now. */
export const claimants = (links: LocationLinks): readonly MdmServerId[] => [
  ...new Set(openLinks(links).map(({ mdmServerId }) => mdmServerId)),
];

/** The MDM servers that have this token now. */
export const serversOn = (links: LocationLinks, tokenId: ContentTokenId): readonly MdmServerId[] => [
  ...new Set(openLinks(links).flatMap((link) => (link.tokenId === tokenId ? [link.mdmServerId] : []))),
];

const isSame = (one: Link, { tokenId, mdmServerId }: Pick<Link, "tokenId" | "mdmServerId">): boolean =>
  one.tokenId === tokenId && one.mdmServerId === mdmServerId;

/** The last thing that is known of a link. */
const latestOf = ({ linkedAt, fetchedAt, usedAt }: Link): number =>
  Math.max(linkedAt.getTime(), fetchedAt?.getTime() ?? 0, usedAt?.getTime() ?? 0);

/**
 * What a claim says. `proved`: the MDM server has the file for sure; a link may never have been followed. Whoever names itself with a token has it too, but
 * only a poll tells it to one who may end earlier tokens for it.
 */
type Claiming = Omit<Claim, "tokenId"> & { readonly proved?: boolean };

const withLink = (links: readonly Link[], token: ContentToken, { mdmServerId, how, at, proved }: Claiming): readonly Link[] => {
  const key = { tokenId: token.id, mdmServerId };
  const before = links.find((link) => isSame(link, key) && link.removedAt === undefined);
  const seen = proved || how === "said" || how === "used" ? { usedAt: at } : how === "fetched" ? { fetchedAt: at } : {};
  const link: Link = { ...key, tokenExpiresAt: token.expiresAt, worksWith: worksWith(token), how, linkedAt: at, ...before, ...seen };
  return [...links.filter((each) => each !== before), link];
};

/** Without the oldest of those that nothing hangs on, beyond what a record keeps. */
const trimmed = (links: LocationLinks): Link[] => {
  const idle = links.links
    .filter((link) => link.removedAt !== undefined || isReplaced(link, links))
    .toSorted((one, other) => latestOf(one) - latestOf(other));
  const surplus = new Set(idle.slice(0, Math.max(0, links.links.length - MAX_LINKS)));
  return links.links.filter((link) => !surplus.has(link));
};

/** A claim that is in the history already adds nothing; one of an MDM server that is not named yet is always kept. */
const withClaim = (claims: readonly Claim[], claim: Claim): Claim[] => {
  const isNamed = claims.some(({ mdmServerId }) => mdmServerId === claim.mdmServerId);
  const isKnown = claims.some(
    ({ mdmServerId, tokenId, how }) => mdmServerId === claim.mdmServerId && tokenId === claim.tokenId && how === claim.how,
  );
  return isKnown || (isNamed && claims.length >= MAX_CLAIMS) ? [...claims] : [...claims, claim];
};

/**
 * The links after an MDM server was linked to a token, fetched it, or named itself with it. `found`: this began a conflict, or another MDM server joined one.
 * `conflictId` is the identifier of one that begins.
 * Invariant: as soon as two MDM servers have open links there is a conflict, and it names every one that has.
 */
export const claimed = (
  before: LocationLinks,
  token: ContentToken,
  claiming: Claiming,
  conflictId: ConflictId,
): { readonly after: LocationLinks; readonly found: boolean } => {
  const { mdmServerId, how, at } = claiming;
  const claim: Claim = { mdmServerId, tokenId: token.id, how, at };
  const { conflict: open, ...kept } = before;
  const linked = { ...kept, links: [...withLink(before.links, token, claiming)], version: before.version + 1 };
  const after = { ...linked, links: trimmed(linked) };
  if (open !== undefined) {
    const found = !open.claims.some((earlier) => earlier.mdmServerId === mdmServerId);
    return { after: { ...after, conflict: { ...open, claims: withClaim(open.claims, claim) } }, found };
  }
  if (claimants(after).length < 2) return { after, found: false };
  const earlier = openLinks(before)
    .filter((link) => link.mdmServerId !== mdmServerId)
    .map(({ mdmServerId: other, tokenId, how: earlierHow, linkedAt }) => ({ mdmServerId: other, tokenId, how: earlierHow, at: linkedAt }));
  const claims = [...earlier.toSorted((one, other) => one.at.getTime() - other.at.getTime()), claim];
  return { after: { ...after, conflict: { id: conflictId, location: before.location, foundAt: at, claims } }, found: true };
};

const NO_LONGER_TWO = "no other MDM server has a token of the location any more";

/**
 * The links after somebody said that the MDM server no longer has the token; `undefined` when it had none. `settled` is the conflict that this ended.
 * Invariant: a conflict is open only while two MDM servers have open links.
 */
export const unlinked = (
  before: LocationLinks,
  key: Pick<Link, "tokenId" | "mdmServerId">,
  { at, by }: { readonly at: Date; readonly by: AccountId },
): { readonly after: LocationLinks; readonly settled?: Conflict } | undefined => {
  const open = before.links.find((link) => isSame(link, key) && link.removedAt === undefined);
  if (open === undefined) return undefined;
  const { conflict, ...kept } = before;
  const links = before.links.map((link) => (link === open ? { ...link, removedAt: at } : link));
  const after = { ...kept, links, version: before.version + 1 };
  const [keptBy, ...others] = claimants(after);
  if (conflict === undefined) return { after };
  if (others.length > 0) return { after: { ...after, conflict } };
  return { after, settled: { ...conflict, resolution: { ...(keptBy === undefined ? {} : { keptBy }), at, by, reason: NO_LONGER_TWO } } };
};

/** The links after these were closed: their MDM servers may fetch no more. A conflict stays open. */
export const withClosed = (before: LocationLinks, closing: readonly Link[], at: Date): LocationLinks => ({
  ...before,
  links: before.links.map((link) => (closing.includes(link) ? { ...link, removedAt: at } : link)),
  version: before.version + 1,
});

/** The links after somebody said which MDM server keeps the location: all others' are closed, and the conflict is over. */
export const resolved = (before: LocationLinks, resolution: Pick<NonNullable<Conflict["resolution"]>, "keptBy" | "at">): LocationLinks => {
  const closing = openLinks(before).filter(({ mdmServerId }) => mdmServerId !== resolution.keptBy);
  const { conflict: _, ...after } = withClosed(before, closing, resolution.at);
  return after;
};

/** Whether the MDM server of an open link has moved on: it was seen to have another token, for the same service, after anything known of this one. */
export const isReplaced = (link: Link, links: LocationLinks): boolean =>
  openLinks(links).some(
    (other) =>
      other.tokenId !== link.tokenId &&
      other.mdmServerId === link.mdmServerId &&
      other.worksWith === link.worksWith &&
      other.usedAt !== undefined &&
      other.usedAt.getTime() > latestOf(link),
  );

/** Whether it is news that the MDM server has this token: it was not seen to, or had another one since. */
export const isProofNew = (links: LocationLinks, { tokenId, mdmServerId }: Pick<Link, "tokenId" | "mdmServerId">): boolean => {
  const link = openLinks(links).find((each) => isSame(each, { tokenId, mdmServerId }));
  return link?.usedAt === undefined || isReplaced(link, links);
};

/** The open links whose MDM servers have no later one. */
export const latestLinks = (links: LocationLinks): readonly Link[] => openLinks(links).filter((link) => !isReplaced(link, links));

/** The open links of a token whose MDM servers have no later one: who would be cut off if it ended. */
export const holdingLinks = (links: LocationLinks, tokenId: ContentTokenId): readonly Link[] =>
  latestLinks(links).filter((link) => link.tokenId === tokenId);

/** The tokens of the location that an MDM server holds and has no later one of. */
export const heldTokens = (links: LocationLinks): readonly ContentTokenId[] => [
  ...new Set(latestLinks(links).map(({ tokenId }) => tokenId)),
];

/** Whether every MDM server that was linked to the token has moved on to a later one. One that nobody is linked to says nothing. */
export const isLeft = (links: LocationLinks, token: Pick<ContentToken, "id">): boolean =>
  openLinks(links).some(({ tokenId }) => tokenId === token.id) && holdingLinks(links, token.id).length === 0;

/** The tokens of the location that every MDM server has left: they may have to end. */
export const leftTokens = (links: LocationLinks): readonly ContentTokenId[] =>
  [...new Set(openLinks(links).map(({ tokenId }) => tokenId))].filter((id) => isLeft(links, { id }));
