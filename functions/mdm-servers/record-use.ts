// Uses of content tokens by MDM servers: noted now and then, since a write for each read would cost more than the read. A use is attributed to the only MDM
// server that is known to have the token, for people to see. It proves nothing: anybody may try the token.

import { type LocationLinks, openSighting, serversOn } from "../../domain/mdm-servers/links.ts";
import { SIGHTING_INTERVAL_SECONDS } from "../../domain/mdm-servers/sighting.ts";
import type { ContentTokenId, MdmServerId } from "../../domain/shared/ids.ts";
import { createAuditRecord } from "../lib/publish.ts";
import type { TokenBearer } from "../middleware/mdm-handler.ts";
import type { Ports } from "../ports/ports.ts";
import { type ArrivalPorts, recordArrival } from "./record-arrival.ts";

export type UsePorts = ArrivalPorts & Pick<Ports, "uses" | "now">;

/** The MDM server that a use is attributed to: none where none has an open link or sighting of the token, or several have. */
const userOf = (links: LocationLinks, tokenId: ContentTokenId): MdmServerId | undefined => {
  const [only, ...others] = serversOn(links, tokenId);
  return others.length === 0 ? only : undefined;
};

/** Records the first use that is attributed to the MDM server; false when the links changed meanwhile. */
const recordFirstUse = async ({ token, links }: TokenBearer, mdmServerId: MdmServerId, at: Date, ports: UsePorts): Promise<boolean> => {
  const { id: tokenId, locationId } = token;
  const effects = [createAuditRecord("token-used", { subject: tokenId, at, by: tokenId, locationId, details: { mdmServerId } })];
  const arrival = { mdmServerId, how: "used" as const, at };
  return (
    (await recordArrival({ before: links, token, arrival, by: tokenId, effects, preconditions: { tokens: [token] } }, ports)) !== undefined
  );
};

const MOST_REMEMBERED = 1000;

/** Remembers the latest notes within the instance, only to save calls. */
const memory = () => {
  const noted = new Map<string, number>();
  return {
    isDue(key: string, at: Date): boolean {
      const last = noted.get(key);
      return last === undefined || at.getTime() - last >= SIGHTING_INTERVAL_SECONDS * 1000 || at.getTime() < last;
    },
    remember(key: string, at: Date): void {
      if (noted.size >= MOST_REMEMBERED) noted.clear();
      noted.set(key, at.getTime());
    },
  };
};

/**
 * Notes what callers use their tokens for, at most every five minutes per token and MDM server; the first use at once. Never throws: the request of the MDM
 * server does not depend on it, and the next request tries again.
 */
export const noting = (ports: UsePorts): ((caller: TokenBearer, what: string) => Promise<void>) => {
  const { isDue, remember } = memory();
  return async (caller, what) => {
    const { token, links } = caller;
    const { id: tokenId } = token;
    const at = ports.now();
    const mdmServerId = userOf(links, tokenId);
    const key = `${tokenId} ${mdmServerId}`;
    if (!isDue(key, at)) return;
    try {
      const isFirst = mdmServerId !== undefined && openSighting(links, { tokenId, mdmServerId })?.usedAt === undefined;
      if (isFirst && !(await recordFirstUse(caller, mdmServerId, at, ports))) return;
      await ports.uses.note({ tokenId, mdmServerId, what, at }, SIGHTING_INTERVAL_SECONDS);
      remember(key, at);
    } catch (error) {
      ports.log.error("a token's use could not be noted", error, { tokenId });
    }
  };
};
