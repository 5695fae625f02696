// GET /v1/accounts/{id}.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { AccountId } from "../../domain/shared/ids.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

export const ShowAccountInput = z.strictObject({ id: AccountId });
export const ShowAccountReply = ShownAccount;

export const showAccount: Handle<typeof ShowAccountInput, "accounts", z.input<typeof ShowAccountReply>> = async (
  { caller, input: { id } },
  { accounts },
) => {
  assertMay(caller, "account:manage");
  const account = getOrThrow(await accounts.get(id), "account");
  return ok(shownAccount(account), account.version);
};
