// The MDM servers that would miss a token, those that have moved on from it, and what recording a removal closes.
import type { ContentTokenId, MdmServerId } from "../shared/ids.ts";
import {
  isReplaced,
  type KnownHolding,
  type LocationLinks,
  latestEvidence,
  openHoldings,
  openLinks,
  openSighting,
  openSightings,
} from "./links.ts";
import type { ServerHolding, Sighting } from "./sighting.ts";

/** Holdings whose MDM server proved no later token. */
const heldHoldings = (links: LocationLinks): readonly KnownHolding[] =>
  openHoldings(links).filter((holding) => !isReplaced(links, holding));

/** The MDM servers that would be cut off if the token ended. */
export const holdingServers = (links: LocationLinks, tokenId: ContentTokenId): readonly MdmServerId[] =>
  heldHoldings(links).flatMap((holding) => (holding.tokenId === tokenId ? [holding.mdmServerId] : []));

/** The tokens of the location that some MDM server has, and has proved no later one. */
export const heldTokens = (links: LocationLinks): readonly ContentTokenId[] => [
  ...new Set(heldHoldings(links).map(({ tokenId }) => tokenId)),
];

type Older = { readonly id: ContentTokenId; readonly worksWith: Sighting["worksWith"] };

/** The MDM servers whose proof ends the token: those that a person linked and that have it, or else all that were seen with it. */
const serversToProve = (links: LocationLinks, { id, worksWith }: Older): readonly MdmServerId[] => {
  const having = openHoldings(links).flatMap(({ tokenId, mdmServerId }) => (tokenId === id ? [mdmServerId] : []));
  const linked = openLinks(links).flatMap((link) => (link.worksWith === worksWith ? [link.mdmServerId] : []));
  const linkedHaving = having.filter((server) => linked.includes(server));
  return linkedHaving.length > 0 ? linkedHaving : having;
};

/**
 * True if each MDM server that has the older token proved one of `renewals` after the last evidence of the older one. False if nobody is linked to the older
 * token or was seen with it: its MDM servers may not be registered.
 */
export const haveAllMovedOn = (links: LocationLinks, older: Older, renewals: ReadonlySet<ContentTokenId>): boolean => {
  const servers = serversToProve(links, older);
  const hasMovedOn = (mdmServerId: MdmServerId): boolean =>
    openSightings(links).some(
      (seen) =>
        seen.mdmServerId === mdmServerId &&
        renewals.has(seen.tokenId) &&
        (seen.provedAt?.getTime() ?? 0) > latestEvidence(links, { tokenId: older.id, mdmServerId }),
    );
  return servers.length > 0 && servers.every(hasMovedOn);
};

/** True if a holding is replaced by the new state that was not before: an earlier token may have to end. */
export const hasReplacedMore = (before: LocationLinks, after: LocationLinks): boolean =>
  openHoldings(before).some((holding) => !isReplaced(before, holding) && isReplaced(after, holding));

/** The last time anything showed that the MDM server has the token. */
const latestOf = (links: LocationLinks, holding: ServerHolding): number =>
  Math.max(latestEvidence(links, holding), openSighting(links, holding)?.usedAt?.getTime() ?? 0);

/**
 * The holdings that are closed when a token is recorded as removed from an MDM server: that token, and if it is the latest one that the MDM server has for
 * its service, also the ones it took the place of. So no forgotten older link keeps authorizing. A token that still works, and that the MDM server was not
 * seen to leave, stays. Empty when the MDM server does not have the token.
 */
export const holdingsToClose = (
  links: LocationLinks,
  removed: ServerHolding,
  isEnded: (tokenId: ContentTokenId) => boolean,
): readonly ServerHolding[] => {
  const holdings = openHoldings(links).filter(({ mdmServerId }) => mdmServerId === removed.mdmServerId);
  const named = holdings.find(({ tokenId }) => tokenId === removed.tokenId);
  if (named === undefined) return [];
  const others = holdings.filter((each) => each !== named && each.worksWith === named.worksWith);
  if (others.some((each) => !isEnded(each.tokenId) && latestOf(links, each) > latestOf(links, named))) return [removed];
  const seen = openSighting(links, named);
  const seenAt = seen === undefined || seen.how === "used" ? 0 : seen.lastAt.getTime();
  return [...others.filter((each) => isEnded(each.tokenId) || seenAt > latestOf(links, each)), removed];
};
