// GET /v1/content-tokens/{id}: what it is, what it is worth now, and how to renew it for the MDM servers that have it.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { holdingServers } from "../../domain/mdm-servers/holders.ts";
import { Vendor } from "../../domain/mdm-servers/mdm-server.ts";
import { ContentTokenId, MdmServerId } from "../../domain/shared/ids.ts";
import { assertShown, worksWith } from "../../domain/tokens/content-token.ts";
import { renewalSteps } from "../../domain/tokens/renewal-steps.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { ShownToken, shownToken } from "./shown.ts";
import { loadTokenViewContext } from "./token-context.ts";

export const ShowContentTokenInput = z.strictObject({ id: ContentTokenId });
export const ShowContentTokenReply = ShownToken.extend({
  renewal: z
    .array(z.object({ mdmServerId: MdmServerId, name: z.string(), vendor: Vendor, steps: z.array(z.string()) }))
    .describe("For each MDM server that would be cut off if the token ended, what a person has to do."),
  uses: z
    .array(z.object({ mdmServerId: MdmServerId.optional(), what: z.string(), at: z.date() }))
    .describe(
      "What each MDM server was last seen to ask this service's device API with it, to a few minutes; without mdmServerId where it can't be told which one it was.",
    ),
});

type Needs = "accounts" | "tokens" | "locations" | "links" | "servers" | "uses" | "now";

export const showContentToken: Handle<typeof ShowContentTokenInput, Needs, z.input<typeof ShowContentTokenReply>> = async (
  { caller, input: { id } },
  ports,
) => {
  const token = getOrThrow(await ports.tokens.get(id), "content token");
  assertMay(caller, "content-token:read", token.locationId);
  const context = await loadTokenViewContext([token], ports);
  const current = assertShown(token, context, context.now);
  const links = context.links.get(token.locationId);
  const servers = await ports.servers.getAll(links === undefined ? [] : holdingServers(links, id));
  const renewal = [...servers.values()].map(({ id: mdmServerId, name, vendor }) => ({
    mdmServerId,
    name,
    vendor,
    steps: [...renewalSteps(vendor, worksWith(token), current.state)],
  }));
  const uses = (await ports.uses.of(id)).map(({ mdmServerId, what, at }) => ({ mdmServerId, what, at }));
  return ok({ ...shownToken(token, context, caller), renewal, uses });
};
