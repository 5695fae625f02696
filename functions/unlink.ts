// Recording that an MDM server no longer has a token.
import type { AccountId, LocationId } from "../domain/ids.ts";
import { type Link, type LocationLinks, unlinked } from "../domain/links.ts";
import { announce, custodyOf, eventOf } from "./announce.ts";
import { judgedAgain, notFound } from "./handle.ts";
import type { Ports } from "./ports.ts";

export type UnlinkingPorts = Pick<Ports, "links" | "bus" | "outbox" | "log" | "now" | "random">;

/** Refuses with `not_found` when it was not linked. */
export const unlinkFrom = (
  locationId: LocationId,
  { tokenId, mdmServerId }: Pick<Link, "tokenId" | "mdmServerId">,
  by: AccountId,
  ports: UnlinkingPorts,
): Promise<LocationLinks> =>
  judgedAgain(async () => {
    const { links, now, random } = ports;
    const at = now();
    const after = unlinked(await links.of(locationId), { tokenId, mdmServerId }, at);
    if (after === undefined) throw notFound("link");
    const traces = [
      eventOf("MdmServerUnlinked", { tokenId, locationId, mdmServerId }, { at, random }),
      custodyOf("token-unlinked", { subject: tokenId, at, by, locationId, details: { mdmServerId } }),
    ];
    if (!(await links.replace(after, {}, traces))) return undefined;
    await announce(traces, ports);
    return after;
  });
