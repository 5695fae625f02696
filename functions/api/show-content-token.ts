// GET /v1/content-tokens/{id}: what it is, and what it is worth now.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { ContentTokenId } from "../../domain/ids.ts";
import { found, type Handle, ok } from "../handle.ts";
import { holdersOf } from "../holders.ts";
import { shownToken } from "./shown.ts";

export const ShowTokenInput = z.strictObject({ id: ContentTokenId });

export const showContentToken: Handle<typeof ShowTokenInput, "tokens" | "accounts" | "now"> = async ({ caller, input: { id } }, ports) => {
  const token = found(await ports.tokens.get(id), "content token");
  assertMay(caller, "content-token:read", token.locationId);
  return ok(shownToken(token, await holdersOf([token], ports), ports.now()));
};
