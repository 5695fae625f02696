// POST /v1/accounts/{id}/password-changes: reports one by hand. It counts at once; the files of the tokens that it ends are erased by the function
// that listens to the event.
import * as z from "zod";
import { assertMay, assertNotRemoved, CLOCK_TOLERANCE_SECONDS, isTooFarAhead } from "../../domain/accounts/account.ts";
import { AccountId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { IsoTime } from "../../domain/shared/time.ts";
import { createAuditRecord, createEvent, publishEffects } from "../lib/publish.ts";
import { accepted, getOrThrow, type Handle, notFound } from "../middleware/handler.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

export const ReportPasswordChangeInput = z.strictObject({
  id: AccountId,
  /** When the password changed; now, when left out. */
  occurredAt: IsoTime.optional(),
});
export const ReportPasswordChangeReply = ShownAccount;

type Needs = "accounts" | "bus" | "outbox" | "log" | "now" | "random";

export const reportPasswordChange: Handle<typeof ReportPasswordChangeInput, Needs, z.input<typeof ReportPasswordChangeReply>, 202> = async (
  { caller, input: { id, ...input } },
  ports,
) => {
  assertMay(caller, "account:manage");
  const at = ports.now();
  const occurredAt = input.occurredAt ?? at;
  if (isTooFarAhead(occurredAt, at))
    throw new Refusal(
      "time_in_future",
      `occurredAt is ${occurredAt.toISOString()}, more than ${CLOCK_TOLERANCE_SECONDS} s ahead of this service's clock. Send the time at which the password changed.`,
    );
  assertNotRemoved(getOrThrow(await ports.accounts.get(id), "account"));
  const effects = [
    createEvent("account.password-changed", { accountId: id, occurredAt }, { ...ports, at }),
    createAuditRecord("password-changed", { subject: id, at, by: caller.id, details: { occurredAt: occurredAt.toISOString() } }),
  ];
  if (!(await ports.accounts.recordPasswordChange(id, occurredAt, effects))) throw notFound("account");
  await publishEffects(effects, ports);
  return accepted(shownAccount(getOrThrow(await ports.accounts.get(id), "account")));
};
