// POST /v1/content-tokens/{id}/revocation: ends a token now. Its file is erased, and links that still circulate die with it.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { assertUsable } from "../../domain/content-token.ts";
import { ContentTokenId } from "../../domain/ids.ts";
import { nameText } from "../../domain/text.ts";
import { announce, eraseFile } from "../announce.ts";
import { endToken } from "../end-token.ts";
import { found, type Handle, ok } from "../handle.ts";
import { holdersOf } from "../holders.ts";
import type { Ports } from "../ports.ts";
import { shownToken } from "./shown.ts";

export const RevokeInput = z.strictObject({ id: ContentTokenId, reason: nameText(500) });

type Needs = Exclude<keyof Ports, "organizations" | "locations" | "parking">;

export const revokeContentToken: Handle<typeof RevokeInput, Needs> = async ({ caller, input: { id, reason } }, ports) => {
  const token = found(await ports.tokens.get(id), "content token");
  assertMay(caller, "content-token:revoke", token.locationId);
  const holders = await holdersOf([token], ports);
  const at = ports.now();
  assertUsable(token, holders, at);
  const ended = await endToken(token, { at, cause: "revoked", reason }, caller.id, ports);
  if (ended !== undefined) {
    await announce(ended, ports);
    await eraseFile(token.file.key, ports);
  }
  const now = found(await ports.tokens.get(id), "content token");
  return ok(shownToken(now, holders, at));
};
