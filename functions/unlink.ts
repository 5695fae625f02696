// Recording that an MDM server no longer has a token.
import { type Account, assertMay } from "../domain/account.ts";
import type { AccountId, LocationId } from "../domain/ids.ts";
import { type Link, type LocationLinks, unlinked } from "../domain/links.ts";
import { announce, custodyOf, eventOf } from "./announce.ts";
import { callerNow } from "./caller.ts";
import { resolutionTraces } from "./claim.ts";
import { judgedAgain, notFound } from "./handle.ts";
import type { Ports, Trace } from "./ports.ts";

export type UnlinkingPorts = Pick<Ports, "accounts" | "links" | "bus" | "outbox" | "log" | "now" | "random">;

/** What a link that is closed leaves. */
export const unlinkingTraces = (
  { tokenId, mdmServerId }: Pick<Link, "tokenId" | "mdmServerId">,
  locationId: LocationId,
  { at, by }: { readonly at: Date; readonly by: AccountId },
  random: Ports["random"],
): readonly Trace[] => [
  eventOf("MdmServerUnlinked", { tokenId, locationId, mdmServerId }, { at, random }),
  custodyOf("token-unlinked", { subject: tokenId, at, by, locationId, details: { mdmServerId } }),
];

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
      ...unlinkingTraces({ tokenId, mdmServerId }, locationId, { at, by: caller.id }, random),
      ...(settled === undefined ? [] : resolutionTraces(settled, random)),
    ];
    if (!(await links.replace(after, { conflict: settled }, traces, { accounts: [judged] }))) return undefined;
    await announce(traces, ports);
    return after;
  });
