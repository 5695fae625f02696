// Links and sightings of one location. A link is opened and closed by people and authorizes an MDM server to fetch the location's tokens, including later
// ones. A sighting is evidence that an MDM server has a token. Both are one record, so that two MDM servers that arrive at once can't overlook each other.
import * as z from "zod";
import { ConflictId, ContentTokenId, LocationId, MdmServerId } from "../shared/ids.ts";
import { type ContentToken, worksWith } from "../tokens/content-token.ts";
import { Conflict, conflictServers, type HolderHow, joinConflict, openConflict, type Resolution, settleConflict } from "./conflict.ts";
import { isSameHolding, type ServerHolding, SIGHTING_INTERVAL_SECONDS, Sighting, TokenService } from "./sighting.ts";

export const Link = z.object({
  tokenId: ContentTokenId,
  mdmServerId: MdmServerId,
  worksWith: TokenService,
  linkedAt: z.date().describe("When a person opened the link."),
  /** The earliest one decides which location a fetch without `?location=` is for. */
  sinceAt: z.date().describe("Since when the MDM server may fetch at this location without a break."),
  removedAt: z.date().optional().describe("When the link was closed: it authorizes nothing any more."),
});
export type Link = z.infer<typeof Link>;

export const LocationLinks = z.object({
  location: LocationId,
  links: z.array(Link),
  sightings: z.array(Sighting),
  /** The open one. */
  conflict: Conflict.optional(),
  /** Conflicts that were resolved, newest first, the last 20: one is reopened when an MDM server that it names is back. */
  settled: z.array(z.object({ id: ConflictId, mdmServerIds: z.array(MdmServerId) })),
  /** 0 while nothing was ever linked or seen. */
  version: z.int().min(0),
});
export type LocationLinks = z.infer<typeof LocationLinks>;

export const noLinks = (location: LocationId): LocationLinks => ({ location, links: [], sightings: [], settled: [], version: 0 });

/** The most closed links, and the most sightings, that a record keeps. The custody log has all of them. */
const MAX_KEPT = 200;
const MAX_SETTLED = 20;

export const openLinks = ({ links }: Pick<LocationLinks, "links">): readonly Link[] =>
  links.filter(({ removedAt }) => removedAt === undefined);

export const openSightings = ({ sightings }: Pick<LocationLinks, "sightings">): readonly Sighting[] =>
  sightings.filter(({ removedAt }) => removedAt === undefined);

/** True if a person's link lets the MDM server fetch tokens of the location. Sightings do not count. */
export const mayFetch = (links: LocationLinks, mdmServerId: MdmServerId): boolean =>
  openLinks(links).some((link) => link.mdmServerId === mdmServerId);

export type KnownHolding = ServerHolding & Pick<Sighting, "worksWith" | "firstAt">;

/** Each MDM server with each token that it is linked to or was seen with, and the time of the first link or sighting. */
export const openHoldings = (links: LocationLinks): readonly KnownHolding[] => {
  const found = new Map<string, KnownHolding>();
  const all = [...openLinks(links).map((link) => ({ ...link, firstAt: link.linkedAt })), ...openSightings(links)];
  for (const { tokenId, mdmServerId, worksWith: service, firstAt } of all) {
    const key = `${tokenId} ${mdmServerId}`;
    const before = found.get(key);
    if (before === undefined || firstAt < before.firstAt) found.set(key, { tokenId, mdmServerId, worksWith: service, firstAt });
  }
  return [...found.values()];
};

/** The MDM servers that are linked to, or were seen with, a token of the location. Two of them are a conflict. */
export const claimants = (links: LocationLinks): readonly MdmServerId[] => [
  ...new Set(openHoldings(links).map(({ mdmServerId }) => mdmServerId)),
];

/** The MDM servers that are linked to, or were seen with, this token. */
export const serversOn = (links: LocationLinks, tokenId: ContentTokenId): readonly MdmServerId[] => [
  ...new Set(openHoldings(links).flatMap((holding) => (holding.tokenId === tokenId ? [holding.mdmServerId] : []))),
];

export const openSighting = (links: LocationLinks, holding: ServerHolding): Sighting | undefined =>
  openSightings(links).find((sighting) => isSameHolding(sighting, holding));

/**
 * The last time that something but a use showed that the MDM server has the token, as milliseconds; 0 for none. A use can't be attributed for sure, so that
 * it must not take back what the MDM server proved.
 */
export const latestEvidence = (links: LocationLinks, holding: ServerHolding): number => {
  const linked = openLinks(links).filter((link) => isSameHolding(link, holding));
  const seen = openSighting(links, holding);
  const times = [...linked.map(({ linkedAt }) => linkedAt), ...(seen === undefined || seen.how === "used" ? [] : [seen.lastAt])];
  return Math.max(0, ...times.map((time) => time.getTime()));
};

/** True if the MDM server proved another token, for the same service, after the last evidence of this one. */
export const isReplaced = (links: LocationLinks, holding: ServerHolding & Pick<Sighting, "worksWith">): boolean =>
  openSightings(links).some(
    (other) =>
      other.mdmServerId === holding.mdmServerId &&
      other.tokenId !== holding.tokenId &&
      other.worksWith === holding.worksWith &&
      other.provedAt !== undefined &&
      other.provedAt.getTime() > latestEvidence(links, holding),
  );

/** An MDM server that arrives at a location: a person links it, or it is seen with a token. */
export type Arrival = {
  readonly mdmServerId: MdmServerId;
  readonly how: HolderHow;
  readonly at: Date;
  /** The MDM server itself proved that it has the token. */
  readonly isProof?: boolean;
  readonly statedName?: string;
};

const withLink = (before: LocationLinks, token: ContentToken, { mdmServerId, how, at }: Arrival): readonly Link[] => {
  if (how !== "linked") return before.links;
  const holding = { tokenId: token.id, mdmServerId };
  const mine = openLinks(before).filter((link) => link.mdmServerId === mdmServerId);
  if (mine.some((link) => isSameHolding(link, holding))) return before.links;
  const sinceAt = new Date(Math.min(at.getTime(), ...mine.map((link) => link.sinceAt.getTime())));
  return [...before.links, { ...holding, worksWith: worksWith(token), linkedAt: at, sinceAt }];
};

const withSighting = (before: LocationLinks, token: ContentToken, arrival: Arrival): readonly Sighting[] => {
  const { mdmServerId, how, at, isProof, statedName } = arrival;
  if (how === "linked") return before.sightings;
  const holding = { tokenId: token.id, mdmServerId };
  const earlier = openSighting(before, holding);
  const first = { ...holding, worksWith: worksWith(token), how, firstAt: at, lastAt: at };
  const sighting: Sighting = {
    ...first,
    ...earlier,
    ...(how === "used" ? {} : { how, lastAt: at }),
    // An identification to the device API is a use of the token.
    ...(how === "used" || how === "identified" ? { usedAt: earlier?.usedAt ?? at } : {}),
    ...(isProof ? { provedAt: at } : {}),
    ...(statedName === undefined ? {} : { statedName }),
  };
  return [...before.sightings.filter((each) => each !== earlier), sighting];
};

/** Without the oldest idle entries beyond what a record keeps. Invariant: an open link is never dropped, nor the last sighting of an MDM server. */
const trimmed = (links: LocationLinks): LocationLinks => {
  const closed = links.links.filter(({ removedAt }) => removedAt !== undefined).toSorted((one, other) => +one.linkedAt - +other.linkedAt);
  const idle = links.sightings
    .filter((sighting) => sighting.removedAt !== undefined || isReplaced(links, sighting))
    .toSorted((one, other) => +one.lastAt - +other.lastAt);
  const surplus = new Set<Link | Sighting>([
    ...closed.slice(0, Math.max(0, closed.length - MAX_KEPT)),
    ...idle.slice(0, Math.max(0, links.sightings.length - MAX_KEPT)),
  ]);
  if (surplus.size === 0) return links;
  const isKept = (each: Link | Sighting): boolean => !surplus.has(each);
  return { ...links, links: links.links.filter(isKept), sightings: links.sightings.filter(isKept) };
};

/** The claims by which each other MDM server at the location became known, oldest first: by its link, or else by its sighting. */
const claimsOfOthers = (links: LocationLinks, mdmServerId: MdmServerId) => {
  const claims = [
    ...openLinks(links).map(({ linkedAt: at, ...link }) => ({ ...link, how: "linked" as const, at })),
    ...openSightings(links).map(({ firstAt: at, ...sighting }) => ({ ...sighting, at })),
  ].map(({ mdmServerId: id, tokenId, how, at }) => ({ mdmServerId: id, tokenId, how, at }));
  const others = claims.filter(
    (claim, index) => claim.mdmServerId !== mdmServerId && claims.findIndex((one) => isSameHolding(one, claim)) === index,
  );
  return others.toSorted((one, other) => +one.at - +other.at);
};

/** The resolved conflict that is reopened if the MDM server makes one now. */
export const findSettledConflict = ({ conflict, settled }: LocationLinks, mdmServerId: MdmServerId): ConflictId | undefined =>
  conflict === undefined ? settled.find(({ mdmServerIds }) => mdmServerIds.includes(mdmServerId))?.id : undefined;

/**
 * The record after an MDM server arrived. `found`: this began or reopened a conflict, or another MDM server joined one. `conflictId` is for a conflict that
 * begins; `settled` is the one that `findSettledConflict` names.
 * Invariant: a conflict is open exactly while two MDM servers have an open link or sighting, and it names every one of them.
 */
export const withArrival = (
  before: LocationLinks,
  token: ContentToken,
  arrival: Arrival,
  { conflictId, settled }: { readonly conflictId: ConflictId; readonly settled?: Conflict | undefined },
): { readonly after: LocationLinks; readonly found: boolean } => {
  const { mdmServerId, how, at } = arrival;
  const claim = { mdmServerId, tokenId: token.id, how, at };
  const after = trimmed({
    ...before,
    links: [...withLink(before, token, arrival)],
    sightings: [...withSighting(before, token, arrival)],
    version: before.version + 1,
  });
  if (before.conflict !== undefined) {
    const { conflict, found } = joinConflict(before.conflict, claim);
    return { after: { ...after, conflict }, found };
  }
  if (claimants(after).length < 2) return { after, found: false };
  const claims = [...claimsOfOthers(before, mdmServerId), claim];
  const conflict = openConflict(claims, { settled, location: before.location, conflictId, at });
  return { after: { ...after, settled: after.settled.filter(({ id }) => id !== conflict.id), conflict }, found: true };
};

/** True if a sighting that changes nothing but its time is worth a write, or the MDM server proves the token for the first time. */
export const isSightingDue = (
  links: LocationLinks,
  holding: ServerHolding,
  { at, isProof }: { readonly at: Date; readonly isProof: boolean },
): boolean => {
  const seen = openSighting(links, holding);
  if (seen === undefined || (isProof && seen.provedAt === undefined)) return true;
  return at.getTime() - seen.lastAt.getTime() >= SIGHTING_INTERVAL_SECONDS * 1000;
};

/** True if the MDM server did not prove this token yet, or proved another one since. */
export const isProofNew = (links: LocationLinks, holding: ServerHolding): boolean => {
  const seen = openSighting(links, holding);
  return seen?.provedAt === undefined || isReplaced(links, seen);
};

/** The author and time of a closing, and the reason that a conflict is resolved with when that settles it. */
export type Closing = Omit<Resolution, "keptBy">;

/**
 * The record after the links and sightings of these holdings were closed. `settled`: the conflict that this ended, since fewer than two MDM servers are left.
 */
export const withClosed = (
  before: LocationLinks,
  closing: readonly ServerHolding[],
  why: Closing,
): { readonly after: LocationLinks; readonly settled?: Conflict } => {
  const close = <Each extends ServerHolding & { removedAt?: Date | undefined }>(each: Each): Each =>
    each.removedAt === undefined && closing.some((holding) => isSameHolding(holding, each)) ? { ...each, removedAt: why.at } : each;
  const { conflict, ...kept } = before;
  const after = { ...kept, links: before.links.map(close), sightings: before.sightings.map(close), version: before.version + 1 };
  const [keptBy, ...others] = claimants(after);
  if (conflict === undefined) return { after };
  if (others.length > 0) return { after: { ...after, conflict } };
  const settled = settleConflict(conflict, { ...(keptBy === undefined ? {} : { keptBy }), ...why });
  const reference = { id: settled.id, mdmServerIds: conflictServers(settled) };
  return { after: { ...after, settled: [reference, ...after.settled].slice(0, MAX_SETTLED) }, settled };
};
