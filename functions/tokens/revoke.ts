// POST /v1/content-tokens/{id}/revocation: ends a token now. Its file is erased, and links that still circulate die with it.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { ContentTokenId } from "../../domain/shared/ids.ts";
import { nameText } from "../../domain/shared/text.ts";
import { assertRevocable, tokenState } from "../../domain/tokens/content-token.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { type EndingPorts, endToken } from "./end.ts";
import { ShownToken, shownToken } from "./shown.ts";
import { loadTokenContext, loadTokenViewContext } from "./token-context.ts";

export const RevokeContentTokenInput = z.strictObject({ id: ContentTokenId, reason: nameText(500) });
export const RevokeContentTokenReply = ShownToken;

type Needs = keyof EndingPorts | "accounts" | "now";

export const revokeContentToken: Handle<typeof RevokeContentTokenInput, Needs, z.input<typeof RevokeContentTokenReply>> = async (
  { caller, input: { id, reason } },
  ports,
) => {
  const token = getOrThrow(await ports.tokens.get(id), "content token");
  assertMay(caller, "content-token:revoke", token.locationId);
  const at = ports.now();
  assertRevocable(token, at);
  // One that a password killed, and whose end nobody has recorded yet, keeps the cause that really ended it.
  const current = tokenState(token, await loadTokenContext([token], ports), at);
  const cause = current.state === "invalidated" ? current.cause : "revoked";
  await endToken(token, { at, cause, reason }, caller.id, ports);
  const ended = getOrThrow(await ports.tokens.get(id), "content token");
  return ok(shownToken(ended, await loadTokenViewContext([ended], ports)));
};
