// POST /v1/accounts: registers somebody of the identity provider, who may sign in or once downloaded a token.
import * as z from "zod";
import { Account, assertMay } from "../../domain/account.ts";
import { Refusal } from "../../domain/refusal.ts";
import { FIRST_VERSION } from "../../domain/version.ts";
import { applyParked } from "../account-facts.ts";
import { custodyOf } from "../announce.ts";
import { created, existing, type Handle } from "../handle.ts";
import { accountIdOf } from "../identity.ts";
import { assertLocations, grantsText } from "./grants.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

const { subject, email, grants, dedicated } = Account.shape;
export const RegisterAccountInput = z.strictObject({ subject, email, grants: grants.default([]), dedicated });
export const RegisterAccountReply = ShownAccount;

type Needs = "accounts" | "locations" | "parking" | "bus" | "outbox" | "log" | "now" | "random";

export const registerAccount: Handle<typeof RegisterAccountInput, Needs, z.input<typeof RegisterAccountReply>, 201> = async (
  { caller, input },
  ports,
) => {
  const { accounts, now } = ports;
  assertMay(caller, "account:manage");
  await assertLocations(input.grants, ports);
  const at = now();
  const account: Account = { ...input, id: accountIdOf(input.subject), createdAt: at, version: FIRST_VERSION };
  const details = { grants: grantsText(account.grants), dedicated: String(account.dedicated) };
  const trace = custodyOf("account-registered", { subject: account.id, at, by: caller.id, details });
  if (!(await accounts.register(account, [trace])))
    throw new Refusal("account_exists", `This subject is registered as ${account.id}. Change that account instead.`);
  // What was told about the subject before it had an account counts from now on.
  await applyParked(account.id, ports);
  const registered = existing(await accounts.get(account.id), "account");
  return created(shownAccount(registered), registered.version);
};
