// POST /v1/content-tokens/{id}/check: asks Apple about an imported token now. The answer appears as `lastCheck` within seconds.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { ContentTokenId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { assertRevocable } from "../../domain/tokens/content-token.ts";
import { createCheckRequest } from "../lib/publish.ts";
import { accepted, getOrThrow, type Handle } from "../middleware/handler.ts";
import { assertMayCheck } from "./checks-budget.ts";
import { ShownToken, shownToken } from "./shown.ts";
import { loadTokenViewContext } from "./token-context.ts";

export const RequestCheckInput = z.strictObject({ id: ContentTokenId });
export const RequestCheckReply = ShownToken;

type Needs = "tokens" | "accounts" | "locations" | "links" | "rates" | "bus" | "now" | "random";

export const requestCheck: Handle<typeof RequestCheckInput, Needs, z.input<typeof RequestCheckReply>, 202> = async (
  { caller, input: { id } },
  ports,
) => {
  const token = getOrThrow(await ports.tokens.get(id), "content token");
  assertMay(caller, "content-token:read", token.locationId);
  if (token.origin !== "imported")
    throw new Refusal(
      "not_from_apple",
      "This content token was issued by this service, which knows its state. Apple is asked about imported tokens only.",
    );
  const at = ports.now();
  assertRevocable(token, at);
  await assertMayCheck(token.locationId, ports);
  const order = createCheckRequest(id, { ...ports, at });
  if ((await ports.bus.publish([order])).length === 0) throw new Error(`the check of ${id} could not be enqueued`);
  return accepted(shownToken(token, await loadTokenViewContext([token], ports), caller));
};
