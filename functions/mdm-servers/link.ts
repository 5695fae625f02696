// PUT /v1/mdm-servers/{id}/links/{tokenId}: a person lets the MDM server fetch tokens of the location. Statements, fetches and uses of an MDM server open
// no link.
import * as z from "zod";
import { type Account, assertMay, isAllowed } from "../../domain/accounts/account.ts";
import { type LocationLinks, openLinks } from "../../domain/mdm-servers/links.ts";
import { ContentTokenId, MdmServerId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { assertUsable } from "../../domain/tokens/content-token.ts";
import { createAuditRecord, createEvent } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import { LinkedToken, shownToken } from "../tokens/shown.ts";
import { loadTokenContext, loadTokenViewContext, preconditionsOf } from "../tokens/token-context.ts";
import { registeredServer } from "./find.ts";
import { type ArrivalPorts, recordArrival } from "./record-arrival.ts";

export const LinkMdmServerInput = z.strictObject({ id: MdmServerId, tokenId: ContentTokenId });
export const LinkMdmServerReply = LinkedToken;

/** A content manager links only an MDM server that an administrator linked here before. A sighting does not count: anybody with a token can cause one. */
const assertLinkedBefore = (caller: Account, id: MdmServerId, { links }: LocationLinks): void => {
  if (isAllowed(caller, "mdm-server:manage") || links.some(({ mdmServerId }) => mdmServerId === id)) return;
  throw new Refusal("not_permitted", "This MDM server was never linked at this location. Ask an administrator to link it the first time.");
};

type Needs = keyof ArrivalPorts | "accounts" | "tokens" | "locations" | "servers" | "now";

export const linkMdmServer: Handle<typeof LinkMdmServerInput, Needs, z.input<typeof LinkMdmServerReply>> = async (
  { caller, input: { id, tokenId } },
  ports,
) => {
  const { tokens, links, now, random } = ports;
  const { token, after } = await retryOnConflict(async () => {
    const currentCaller = await loadCurrentCaller(caller, ports);
    const token = getOrThrow(await tokens.get(tokenId), "content token");
    const { locationId } = token;
    assertMay(currentCaller, "mdm-server:link", locationId);
    const before = await links.of(locationId);
    assertLinkedBefore(currentCaller, id, before);
    const server = await registeredServer(id, ports);
    const at = now();
    const context = await loadTokenContext([token], ports);
    assertUsable(token, context, at);
    const isLinked = openLinks(before).some((link) => link.tokenId === tokenId && link.mdmServerId === id);
    // Told again, it is no second claim.
    if (isLinked) return { token, after: before };
    const effects = [
      createEvent("MdmServerLinked", { tokenId, locationId, mdmServerId: id }, { at, random }),
      createAuditRecord("token-linked", { subject: tokenId, at, by: caller.id, locationId, details: { mdmServerId: id } }),
    ];
    const { locations } = preconditionsOf(context);
    const preconditions = { accounts: [currentCaller], servers: [server], tokens: [token], locations };
    const arrival = { mdmServerId: id, how: "linked" as const, at };
    const after = await recordArrival({ before, token, arrival, by: caller.id, effects, preconditions }, ports);
    return after === undefined ? undefined : { token, after };
  });
  return ok({ ...shownToken(token, await loadTokenViewContext([token], ports)), conflictId: after.conflict?.id });
};
