// DELETE /v1/mdm-servers/{id}/links/{tokenId}: records that the token was removed from the MDM server.
import * as z from "zod";
import { ContentTokenId, MdmServerId } from "../../domain/ids.ts";
import { aroundOf } from "../around.ts";
import { existing, type Handle, ok } from "../handle.ts";
import { type UnlinkingPorts, unlinkFrom } from "../unlink.ts";
import { ShownToken, shownToken } from "./shown.ts";

export const UnlinkMdmServerInput = z.strictObject({ id: MdmServerId, tokenId: ContentTokenId });
export const UnlinkMdmServerReply = ShownToken;

type Needs = keyof UnlinkingPorts | "accounts" | "tokens" | "locations";

export const unlinkMdmServer: Handle<typeof UnlinkMdmServerInput, Needs, z.input<typeof UnlinkMdmServerReply>> = async (
  { caller, input: { id, tokenId } },
  ports,
) => {
  const token = existing(await ports.tokens.get(tokenId), "content token");
  await unlinkFrom(token.locationId, { tokenId, mdmServerId: id }, caller, ports);
  return ok(shownToken(token, await aroundOf([token], ports)));
};
