// PATCH /v1/accounts/{id}: its grants, whether it is dedicated to downloading tokens, and whether a disabled one is enabled again.
import * as z from "zod";
import { Account, assertMay, enabledAgain } from "../../domain/account.ts";
import { AccountId } from "../../domain/ids.ts";
import { assertVersion } from "../../domain/version.ts";
import { custodyOf } from "../announce.ts";
import { assertReplaced, existing, type Handle, ok } from "../handle.ts";
import { assertLocations, grantsText } from "./grants.ts";
import { assertNotOwn } from "./not-own.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

const { grants } = Account.shape;
export const ChangeAccountInput = z.strictObject({
  id: AccountId,
  grants: grants.optional(),
  dedicated: z.boolean().optional(),
  enabled: z.literal(true).optional().describe("Enables a disabled account. Tokens that it was given before stay dead."),
});
export const ChangeAccountReply = ShownAccount;

export const changeAccount: Handle<
  typeof ChangeAccountInput,
  "accounts" | "locations" | "now",
  z.input<typeof ChangeAccountReply>,
  200,
  "ifMatch"
> = async ({ caller, input, ifMatch }, ports) => {
  const { accounts, now } = ports;
  assertMay(caller, "account:manage");
  if (input.grants !== undefined) {
    assertNotOwn(caller, input.id);
    await assertLocations(input.grants, ports);
  }
  const before = existing(await accounts.get(input.id), "account");
  assertVersion(before, ifMatch);
  const at = now();
  const { grants = before.grants, dedicated = before.dedicated, enabled } = input;
  const after = { ...(enabled ? enabledAgain(before, at) : before), grants, dedicated, version: before.version + 1 };
  const details = { grants: grantsText(grants), dedicated: String(dedicated), ...(enabled ? { enabled: "true" } : {}) };
  const trace = custodyOf("account-changed", { subject: before.id, at, by: caller.id, details });
  // The caller too must be what was judged: two administrators who take each other's grants at once must not both succeed.
  assertReplaced(await accounts.replace(after, [trace], { accounts: [caller] }));
  return ok(shownAccount(after), after.version);
};
