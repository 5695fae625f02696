// PUT /v1/mdm-servers/{id}/links/{tokenId}: the MDM server has the token, or is to fetch it. From then on it is told of in reminders, and fetches the
// tokens that renew this one by itself.
import * as z from "zod";
import { type Account, assertMay, isAllowed } from "../../domain/account.ts";
import { assertUsable } from "../../domain/content-token.ts";
import { ContentTokenId, type LocationId, MdmServerId } from "../../domain/ids.ts";
import { openLinks } from "../../domain/links.ts";
import { Refusal } from "../../domain/refusal.ts";
import { custodyOf, eventOf } from "../announce.ts";
import { aroundOf, judgedOf, standingOf } from "../around.ts";
import { callerNow } from "../caller.ts";
import { type ClaimingPorts, claim } from "../claim.ts";
import { existing, type Handle, judgedAgain, ok } from "../handle.ts";
import type { Ports } from "../ports.ts";
import { registeredServer } from "../registered-server.ts";
import { LinkedToken, shownToken } from "./shown.ts";

export const LinkMdmServerInput = z.strictObject({ id: MdmServerId, tokenId: ContentTokenId });
export const LinkMdmServerReply = LinkedToken;

/** A content manager links an MDM server that an administrator linked here before: one of another location would no longer know which to fetch for. */
const assertKnownHere = async (caller: Account, id: MdmServerId, location: LocationId, { links }: Pick<Ports, "links">): Promise<void> => {
  if (isAllowed(caller, "mdm-server:manage") || (await links.locationsOf(id)).includes(location)) return;
  throw new Refusal("not_permitted", "This MDM server was never linked at this location. Ask an administrator to link it the first time.");
};

type Needs = keyof ClaimingPorts | "accounts" | "tokens" | "locations" | "servers" | "now";

export const linkMdmServer: Handle<typeof LinkMdmServerInput, Needs, z.input<typeof LinkMdmServerReply>> = async (
  { caller, input: { id, tokenId } },
  ports,
) => {
  const { tokens, links, now, random } = ports;
  const { token, after } = await judgedAgain(async () => {
    const judgedCaller = await callerNow(caller, ports);
    const token = existing(await tokens.get(tokenId), "content token");
    const { locationId } = token;
    assertMay(judgedCaller, "mdm-server:link", locationId);
    await assertKnownHere(judgedCaller, id, locationId, ports);
    const server = await registeredServer(id, ports);
    const at = now();
    const standing = await standingOf([token], ports);
    assertUsable(token, standing, at);
    const before = await links.of(locationId);
    const isLinked = openLinks(before).some((link) => link.tokenId === tokenId && link.mdmServerId === id);
    // Told again, it is no second claim.
    if (isLinked) return { token, after: before };
    const traces = [
      eventOf("MdmServerLinked", { tokenId, locationId, mdmServerId: id }, { at, random }),
      custodyOf("token-linked", { subject: tokenId, at, by: caller.id, locationId, details: { mdmServerId: id } }),
    ];
    const { locations } = judgedOf(standing);
    const judged = { accounts: [judgedCaller], servers: [server], tokens: [token], locations };
    const claiming = { before, token, claim: { mdmServerId: id, how: "linked" as const, at }, by: caller.id, traces, judged };
    const after = await claim(claiming, ports);
    return after === undefined ? undefined : { token, after };
  });
  return ok({ ...shownToken(token, await aroundOf([token], ports)), conflictId: after.conflict?.id });
};
