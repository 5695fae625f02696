// GET /v1/accounts: everyone who is registered, newest first.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { type Handle, ok } from "../middleware/handler.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

export const ListAccountsInput = z.strictObject(PageInput);
export const ListAccountsReply = pageOf(ShownAccount);

export const listAccounts: Handle<typeof ListAccountsInput, "accounts", z.input<typeof ListAccountsReply>> = async (
  { caller, input },
  { accounts },
) => {
  assertMay(caller, "account:manage");
  const { items, ...rest } = await accounts.list(input);
  return ok({ items: items.map(shownAccount), ...rest });
};
