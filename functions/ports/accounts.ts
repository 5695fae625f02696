// The accounts' records.
import type { Account } from "../../domain/accounts/account.ts";
import type { AccountId } from "../../domain/shared/ids.ts";
import type { Effect, Page, PageRequest, Preconditions } from "./shared.ts";

export interface Accounts {
  /** Strongly consistent: what a decision rests on must not be older than the change that forbids it. */
  get(id: AccountId): Promise<Account | undefined>;
  /** The records of all of `ids`, strongly consistent. Those that do not exist are left out. */
  getAll(ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, Account>>;
  /** All but removed ones. */
  list(page: PageRequest): Promise<Page<Account>>;
  /** False, and nothing changed, when the account is registered already, or a precondition changed. */
  register(account: Account, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
  /** Writes the next version over the one that was read. False when it, or a precondition, changed meanwhile. */
  replace(account: Account, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
  /** Keeps the latest of all changes told. False, and nothing announced, when there is no such account. */
  recordPasswordChange(id: AccountId, occurredAt: Date, effects?: readonly Effect[]): Promise<boolean>;
  /**
   * Keeps the first time since it was last enabled. A time of whole seconds counts as that second's latest instant (`latestInstant`), so that disabling in the
   * second of enabling holds. False, and nothing announced, when there is no such account.
   */
  recordDisabled(id: AccountId, disabledAt: Date, effects?: readonly Effect[]): Promise<boolean>;
}
