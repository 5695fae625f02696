// An account as it is answered.
import type * as z from "zod";
import { Account } from "../../domain/accounts/account.ts";

export const ShownAccount = Account.pick({
  id: true,
  subject: true,
  email: true,
  grants: true,
  dedicated: true,
  passwordChangedAt: true,
  disabledAt: true,
  removedAt: true,
});

export const shownAccount = ({ createdAt: _, version: __, enabledAt: ___, ...account }: Account): z.input<typeof ShownAccount> => account;
