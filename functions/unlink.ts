// Recording that an MDM server no longer has a token.
import { type Account, assertMay } from "../domain/account.ts";
import type { LocationId } from "../domain/ids.ts";
import { type Link, type LocationLinks, unlinked } from "../domain/links.ts";
import { announce, custodyOf, eventOf } from "./announce.ts";
import { callerNow } from "./caller.ts";
import { resolutionTraces } from "./claim.ts";
import { judgedAgain, notFound } from "./handle.ts";
import type { Ports } from "./ports.ts";

export type UnlinkingPorts = Pick<Ports, "accounts" | "links" | "bus" | "outbox" | "log" | "now" | "random">;

/** Refuses with `not_found` when it was not linked. A conflict that this leaves with fewer than two MDM servers is settled by it. */
export const unlinkFrom = (
  locationId: LocationId,
  { tokenId, mdmServerId }: Pick<Link, "tokenId" | "mdmServerId">,
  caller: Account,
  ports: UnlinkingPorts,
): Promise<LocationLinks> =>
  judgedAgain(async () => {
    const { links, now, random } = ports;
    const judged = await callerNow(caller, ports);
    assertMay(judged, "mdm-server:link", locationId);
    const at = now();
    const unlinking = unlinked(await links.of(locationId), { tokenId, mdmServerId }, { at, by: caller.id });
    if (unlinking === undefined) throw notFound("link");
    const { after, settled } = unlinking;
    const traces = [
      eventOf("MdmServerUnlinked", { tokenId, locationId, mdmServerId }, { at, random }),
      custodyOf("token-unlinked", { subject: tokenId, at, by: caller.id, locationId, details: { mdmServerId } }),
      ...(settled === undefined ? [] : resolutionTraces(settled, random)),
    ];
    if (!(await links.replace(after, { conflict: settled }, traces, { accounts: [judged] }))) return undefined;
    await announce(traces, ports);
    return after;
  });
