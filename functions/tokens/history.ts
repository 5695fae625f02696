// GET /v1/content-tokens/{id}/history: who did what to a token, and why; newest first.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { CustodyEntry } from "../../domain/custody/custody.ts";
import { ContentTokenId } from "../../domain/shared/ids.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";

export const ShowHistoryInput = z.strictObject({ id: ContentTokenId, ...PageInput });
export const ShowHistoryReply = pageOf(CustodyEntry);

export const showHistory: Handle<typeof ShowHistoryInput, "tokens" | "custody", z.input<typeof ShowHistoryReply>> = async (
  { caller, input: { id, ...page } },
  { tokens, custody },
) => {
  const token = getOrThrow(await tokens.get(id), "content token");
  assertMay(caller, "content-token:read", token.locationId);
  const { items, next } = await custody.history(id, page);
  return ok({ items: [...items], next });
};
