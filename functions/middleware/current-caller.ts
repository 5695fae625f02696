// The caller's record, read again when an operation is retried.
import type { Account } from "../../domain/accounts/account.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import type { Ports } from "../ports/ports.ts";

/** The current record. Refuses with `sign_in_outdated` when the password changed since the request was authenticated. */
export const loadCurrentCaller = async (caller: Account, { accounts }: Pick<Ports, "accounts">): Promise<Account> => {
  const now = await accounts.get(caller.id);
  if (now === undefined || now.passwordChangedAt?.getTime() !== caller.passwordChangedAt?.getTime())
    throw new Refusal("sign_in_outdated", "The password of this account changed during the request. Sign in again.");
  return now;
};
