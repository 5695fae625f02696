// POST /v1/content-tokens/{id}/check: asks Apple about an imported token now. The answer appears as `lastCheck` within seconds.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { assertRevocable } from "../../domain/content-token.ts";
import { ContentTokenId } from "../../domain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import { createCheckRequest } from "../announce.ts";
import { aroundOf } from "../around.ts";
import { accepted, existing, type Handle } from "../handle.ts";
import { ShownToken, shownToken } from "./shown.ts";

export const RequestCheckInput = z.strictObject({ id: ContentTokenId });
export const RequestCheckReply = ShownToken;

/** The most checks of one location that people may request within a minute, so that nobody makes this service flood Apple. */
const CHECKS_PER_MINUTE = 10;
const MINUTE_MILLISECONDS = 60_000;

type Needs = "tokens" | "accounts" | "locations" | "links" | "rates" | "bus" | "now" | "random";

export const requestCheck: Handle<typeof RequestCheckInput, Needs, z.input<typeof RequestCheckReply>, 202> = async (
  { caller, input: { id } },
  ports,
) => {
  const token = existing(await ports.tokens.get(id), "content token");
  assertMay(caller, "content-token:read", token.locationId);
  if (token.origin !== "imported")
    throw new Refusal(
      "not_from_apple",
      "This content token was issued by this service, which knows its state. Apple is asked about imported tokens only.",
    );
  const at = ports.now();
  assertRevocable(token, at);
  const span = { seconds: MINUTE_MILLISECONDS / 1000, number: Math.floor(at.getTime() / MINUTE_MILLISECONDS) };
  if (!(await ports.rates.take(token.locationId, "checks", span, CHECKS_PER_MINUTE)))
    throw new Refusal(
      "busy",
      `At most ${CHECKS_PER_MINUTE} checks of a location can be requested in a minute. Read lastCheck, or try again in a minute.`,
    );
  const order = createCheckRequest(id, { ...ports, at });
  if ((await ports.bus.publish([order])).length === 0) throw new Error(`the check of ${id} could not be enqueued`);
  return accepted(shownToken(token, await aroundOf([token], ports), caller));
};
