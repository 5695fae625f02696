// Administrators can't lock themselves out: so there is always one left.
import type { Account } from "../../domain/accounts/account.ts";
import type { AccountId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";

/** Refuses with `own_account`. */
export const assertNotOwn = (caller: Account, id: AccountId): void => {
  if (caller.id === id) throw new Refusal("own_account", "Nobody can lock themselves out: let another administrator do this.");
};
