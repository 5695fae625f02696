// DELETE /v1/mdm-servers/{id}/links/{tokenId}: records that the token was removed from the MDM server. Its link and sighting are closed, and with the latest
// token those of the earlier ones that it took the place of.
import * as z from "zod";
import { mayFetch } from "../../domain/mdm-servers/links.ts";
import { ContentTokenId, MdmServerId } from "../../domain/shared/ids.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { ShownToken, shownToken } from "../tokens/shown.ts";
import { loadTokenViewContext } from "../tokens/token-context.ts";
import { type UnlinkingPorts, unlinkFrom } from "./close-link.ts";

export const UnlinkMdmServerInput = z.strictObject({ id: MdmServerId, tokenId: ContentTokenId });
export const UnlinkMdmServerReply = ShownToken.extend({
  mayFetch: z
    .boolean()
    .describe("True if the MDM server may still fetch tokens of the location, since a person linked it to another one that it has."),
});

type Needs = keyof UnlinkingPorts | "accounts" | "tokens" | "locations";

export const unlinkMdmServer: Handle<typeof UnlinkMdmServerInput, Needs, z.input<typeof UnlinkMdmServerReply>> = async (
  { caller, input: { id, tokenId } },
  ports,
) => {
  const token = getOrThrow(await ports.tokens.get(tokenId), "content token");
  const after = await unlinkFrom(token.locationId, { tokenId, mdmServerId: id }, caller, ports);
  return ok({ ...shownToken(token, await loadTokenViewContext([token], ports)), mayFetch: mayFetch(after, id) });
};
