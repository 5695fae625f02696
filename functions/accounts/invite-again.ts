// POST /v1/accounts/{id}/invitation: sends the invitation again, with a new temporary password; the one before ends after seven days.
import * as z from "zod";
import { assertMay, assertNotRemoved } from "../../domain/accounts/account.ts";
import { AccountId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { accepted, assertReplaced, getOrThrow, type Handle } from "../middleware/handler.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

export const InviteAgainInput = z.strictObject({ id: AccountId });
export const InviteAgainReply = ShownAccount;

/** Refuses with `invitation_accepted` or `not_found`. */
const assertSent = (answer: "sent" | "accepted" | "unknown"): void => {
  if (answer === "accepted")
    throw new Refusal(
      "invitation_accepted",
      "This person has set a password already: whoever forgot it asks for another one at the sign-in.",
    );
  if (answer === "unknown")
    throw new Refusal(
      "not_found",
      "The user pool knows nobody under this account's subject: there is nobody to invite. Invite them by e-mail (POST /v1/accounts).",
    );
};

export const inviteAgain: Handle<typeof InviteAgainInput, "accounts" | "people" | "now", z.input<typeof InviteAgainReply>, 202> = async (
  { caller, input: { id } },
  { accounts, people, now },
) => {
  assertMay(caller, "account:manage");
  const account = getOrThrow(await accounts.get(id), "account");
  assertNotRemoved(account);
  // Sent before it is recorded, since a refusal must leave nothing. Asked again after a crash, it is sent again and recorded.
  assertSent(await people.inviteAgain(account.subject));
  const after = { ...account, version: account.version + 1 };
  assertReplaced(
    await accounts.replace(after, [createAuditRecord("invitation-sent", { subject: id, at: now(), by: caller.id })], {
      accounts: [caller],
    }),
  );
  return accepted(shownAccount(after));
};
