// Facts about accounts that can't be applied yet.
import type { AccountFact } from "../../domain/accounts/account-fact.ts";
import type { AccountId } from "../../domain/shared/ids.ts";

/** Facts that can't be applied yet: nobody registered the account, or their time has not come. */
export interface Parking {
  /** Parking the same fact again changes nothing. */
  park(fact: AccountFact): Promise<void>;
  of(accountId: AccountId): Promise<readonly AccountFact[]>;
  all(): AsyncIterable<AccountFact>;
  done(fact: AccountFact): Promise<void>;
}
