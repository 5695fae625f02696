// POST /v1/content-tokens/{id}/password-change-reports: a person reports that the Managed Apple Account that downloaded an imported token changed its
// password, which ends the token at Apple. A report with evidence ends it here too; one without is a doubt, which a check with Apple answers.
import * as z from "zod";
import { assertMay, CLOCK_TOLERANCE_SECONDS, isTooFarAhead } from "../../domain/accounts/account.ts";
import { ContentTokenId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { nameText } from "../../domain/shared/text.ts";
import { floorToSecond, IsoTime } from "../../domain/shared/time.ts";
import { assertRevocable } from "../../domain/tokens/content-token.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { assertMayCheck } from "./checks-budget.ts";
import { type DoubtingPorts, doubtToken } from "./doubt.ts";
import { type EndingPorts, endToken } from "./end.ts";
import { ShownToken, shownToken } from "./shown.ts";
import { loadTokenViewContext } from "./token-context.ts";

export const ReportApplePasswordChangeInput = z.strictObject({
  id: ContentTokenId,
  occurredAt: IsoTime.describe("When the password of the Managed Apple Account changed."),
  evidence: nameText(500)
    .optional()
    .describe(
      "How you know that the token ended: an error 9625 in an MDM server, for example, or the words of the person who changed it. The custody log keeps it. Without it the token is in doubt, and Apple is asked.",
    ),
});
export const ReportApplePasswordChangeReply = ShownToken;

type Needs = keyof EndingPorts | keyof DoubtingPorts | "accounts" | "rates" | "now";

export const reportApplePasswordChange: Handle<
  typeof ReportApplePasswordChangeInput,
  Needs,
  z.input<typeof ReportApplePasswordChangeReply>
> = async ({ caller, input: { id, occurredAt, evidence } }, ports) => {
  const token = getOrThrow(await ports.tokens.get(id), "content token");
  assertMay(caller, "content-token:revoke", token.locationId);
  if (token.origin !== "imported")
    throw new Refusal(
      "not_from_apple",
      "This content token was issued by this service: no Managed Apple Account downloaded it. Report the password change of the account here.",
    );
  const at = ports.now();
  assertRevocable(token, at);
  if (isTooFarAhead(occurredAt, at))
    throw new Refusal(
      "time_in_future",
      `occurredAt is ${occurredAt.toISOString()}, more than ${CLOCK_TOLERANCE_SECONDS} s ahead of this service's clock. Send the time at which the password changed.`,
    );
  if (floorToSecond(token.issuedAt) > occurredAt)
    throw new Refusal(
      "invalid_input",
      `occurredAt: this token was downloaded later, at about ${token.issuedAt.toISOString()}. A change before that ended earlier tokens, and not this one.`,
    );
  if (evidence === undefined) {
    // Each such report makes an entry of the custody log and a check with Apple.
    await assertMayCheck(token.locationId, ports);
    await doubtToken(token, { reason: "reported", at: occurredAt }, caller.id, ports);
  } else await endToken(token, { at, cause: "password-changed", reason: evidence }, caller.id, ports);
  const after = getOrThrow(await ports.tokens.get(id), "content token");
  return ok(shownToken(after, await loadTokenViewContext([after], ports), caller));
};
