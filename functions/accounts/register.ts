// POST /v1/accounts: invites somebody by e-mail, or registers somebody of the identity provider, who may sign in or once downloaded a token.
import * as z from "zod";
import { Account, assertInvitable, assertMay, assertNotRemoved, Email } from "../../domain/accounts/account.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { FIRST_VERSION } from "../../domain/shared/version.ts";
import { accountIdOf } from "../lib/account-id.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { assertReplaced, created, getOrThrow, type Handle } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import { applyParked } from "./apply-fact.ts";
import { assertLocations, grantsText } from "./grants.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

const { subject, grants, dedicated } = Account.shape;
export const RegisterAccountInput = z.strictObject({
  subject: subject
    .optional()
    .describe(
      "Whom the identity provider knows by it. Left out, whoever has the e-mail address is invited, unless the user pool knows them already.",
    ),
  email: Email,
  grants: grants.default([]),
  dedicated,
});
export const RegisterAccountReply = ShownAccount;

type Needs = "accounts" | "locations" | "people" | "parking" | "bus" | "outbox" | "log" | "now" | "random";

/** Refuses when the account exists, when it existed before, or when the caller changed. */
const assertRegistered = async (isRegistered: boolean, { id }: Account, { accounts }: Pick<Ports, "accounts">): Promise<void> => {
  if (isRegistered) return;
  const known = await accounts.get(id);
  assertReplaced(known !== undefined);
  if (known !== undefined) assertNotRemoved(known);
  throw new Refusal("account_exists", `This subject is registered as ${id}. Change that account instead.`);
};

export const registerAccount: Handle<typeof RegisterAccountInput, Needs, z.input<typeof RegisterAccountReply>, 201> = async (
  { caller, input },
  ports,
) => {
  const { accounts, people, now } = ports;
  assertMay(caller, "account:manage");
  await assertLocations(input.grants, ports);
  if (input.subject === undefined) assertInvitable(input.email);
  // The pool may know the person from an invitation before a crash: the retry registers them without a second invitation.
  const subject = input.subject ?? (await people.invite(input.email));
  const at = now();
  const account: Account = { ...input, subject, id: accountIdOf(subject), createdAt: at, version: FIRST_VERSION };
  const invited = input.subject === undefined ? { invited: "true" } : {};
  const details = { grants: grantsText(account.grants), dedicated: String(account.dedicated), ...invited };
  const effect = createAuditRecord("account-registered", { subject: account.id, at, by: caller.id, details });
  await assertRegistered(await accounts.register(account, [effect], { accounts: [caller] }), account, ports);
  // Facts about the subject that were parked before it had an account count from now on.
  await applyParked(account.id, ports);
  const registered = getOrThrow(await accounts.get(account.id), "account");
  return created(shownAccount(registered), registered.version);
};
