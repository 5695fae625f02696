// Recording that MDM servers no longer have tokens: their links and sightings are closed.
import { type Account, assertMay } from "../../domain/accounts/account.ts";
import { holdingsToClose } from "../../domain/mdm-servers/holders.ts";
import { type LocationLinks, openHoldings, withClosed } from "../../domain/mdm-servers/links.ts";
import type { ServerHolding } from "../../domain/mdm-servers/sighting.ts";
import type { AccountId, LocationId, MdmServerId } from "../../domain/shared/ids.ts";
import { isLive } from "../../domain/tokens/content-token.ts";
import { createAuditRecord, createEvent, publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { notFound, retryOnConflict } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect, Preconditions } from "../ports/shared.ts";
import { loadTokenContext } from "../tokens/token-context.ts";
import { resolutionEffects } from "./record-arrival.ts";

export type UnlinkingPorts = Pick<Ports, "accounts" | "links" | "bus" | "outbox" | "log" | "now" | "random">;

/** Holdings that are closed at once: each has an event and an entry of the custody log, in a transaction that takes 100 items. */
export const CLOSED_AT_ONCE = 40;

const NO_LONGER_TWO = "no other MDM server has a token of the location any more";

/** The effects of closing the link and the sighting of one token on one MDM server. */
export const unlinkingEffects = (
  { tokenId, mdmServerId }: ServerHolding,
  locationId: LocationId,
  { at, by }: { readonly at: Date; readonly by: AccountId },
  random: Ports["random"],
): readonly Effect[] => [
  createEvent("MdmServerUnlinked", { tokenId, locationId, mdmServerId }, { at, random }),
  createAuditRecord("token-unlinked", { subject: tokenId, at, by, locationId, details: { mdmServerId } }),
];

type Selection = { readonly closing: readonly ServerHolding[]; readonly preconditions?: Preconditions };

/** Closes what `select` names, in as many transactions as that takes. A conflict that this leaves with fewer than two MDM servers is settled by it. */
const closeHoldings = async (
  locationId: LocationId,
  select: (links: LocationLinks) => Promise<Selection>,
  caller: Account,
  ports: UnlinkingPorts,
): Promise<LocationLinks> => {
  const { links, now, random } = ports;
  for (;;) {
    const { after, isComplete } = await retryOnConflict(async () => {
      const currentCaller = await loadCurrentCaller(caller, ports);
      assertMay(currentCaller, "mdm-server:link", locationId);
      const before = await links.of(locationId);
      const { closing, preconditions = {} } = await select(before);
      if (closing.length === 0) return { after: before, isComplete: true };
      const part = closing.slice(0, CLOSED_AT_ONCE);
      const by = { at: now(), by: caller.id };
      const { after: closed, settled } = withClosed(before, part, { ...by, reason: NO_LONGER_TWO });
      const effects = [...part.flatMap((each) => unlinkingEffects(each, locationId, by, random)), ...resolutionEffects(settled, random)];
      if (!(await links.replace(closed, { conflict: settled }, effects, { ...preconditions, accounts: [currentCaller] }))) return undefined;
      await publishEffects(effects, ports);
      return { after: closed, isComplete: part.length === closing.length };
    });
    if (isComplete) return after;
  }
};

/**
 * Records that the token was removed from the MDM server: closes its link and sighting, and those of the tokens that it took the place of. Refuses with
 * `not_found` when the MDM server is neither linked to the token nor was seen with it.
 */
export const unlinkFrom = (
  locationId: LocationId,
  removed: ServerHolding,
  caller: Account,
  ports: UnlinkingPorts & Pick<Ports, "tokens" | "locations">,
): Promise<LocationLinks> => {
  const select = async (links: LocationLinks): Promise<Selection> => {
    const others = openHoldings(links).filter(({ mdmServerId }) => mdmServerId === removed.mdmServerId);
    const tokens = await ports.tokens.getAll(others.map(({ tokenId }) => tokenId));
    const context = await loadTokenContext([...tokens.values()], ports);
    const live = new Map([...tokens].filter(([, token]) => isLive(token, context, ports.now())));
    const closing = holdingsToClose(links, removed, (tokenId) => !live.has(tokenId));
    if (closing.length === 0) throw notFound("link");
    // As many as fit beside the closings. A token that ends unnoticed meanwhile counts as ended after the removal.
    const kept = [...live.values()].filter(({ id }) => !closing.some(({ tokenId }) => tokenId === id));
    return { closing, preconditions: { tokens: kept.slice(0, CLOSED_AT_ONCE / 4) } };
  };
  return closeHoldings(locationId, select, caller, ports);
};

/** Closes all links and sightings of an MDM server at a location. */
export const unlinkAll = (locationId: LocationId, id: MdmServerId, caller: Account, ports: UnlinkingPorts): Promise<LocationLinks> =>
  closeHoldings(
    locationId,
    async (links) => ({ closing: openHoldings(links).filter(({ mdmServerId }) => mdmServerId === id) }),
    caller,
    ports,
  );
