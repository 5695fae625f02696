// What handlers need from outside. Declared for whoever calls it: no SDK type, no key layout and no environment shows here.
import type { Account } from "../domain/account.ts";
import type { ContentToken, Holding, InvalidationCause } from "../domain/content-token.ts";
import type { AccountId, ContentTokenId } from "../domain/ids.ts";

export interface Accounts {
  /** Strongly consistent: what a decision rests on must not be older than the change that forbids it. */
  get(id: AccountId): Promise<Account | undefined>;
  /** The records of all of `ids`, strongly consistent. Those that do not exist are left out. */
  getAll(ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, Account>>;
  /** False, and nothing changed, when the account is registered already. */
  register(account: Account): Promise<boolean>;
  /** Keeps the latest of all changes told. False when there is no such account. */
  recordPasswordChange(id: AccountId, occurredAt: Date): Promise<boolean>;
  /** Keeps the first time. False when there is no such account. */
  recordDisabled(id: AccountId, disabledAt: Date): Promise<boolean>;
}

/** What a hand-over was judged on. It is recorded only if all of it still holds. */
export type HandOver = {
  readonly token: ContentToken;
  readonly to: Account;
  readonly holders: ReadonlyMap<AccountId, Account>;
  readonly at: Date;
};

export interface ContentTokens {
  get(id: ContentTokenId): Promise<ContentToken | undefined>;
  /** The token whose secret has this SHA-256 (hex), strongly consistent. */
  findBySecret(secretSha256: string): Promise<ContentTokenId | undefined>;
  /** False, and nothing changed, when a token with the same secret is held already, whatever became of it. */
  add(token: ContentToken): Promise<boolean>;
  /**
   * Records that an account is given the file. False, and nothing changed, when the token or any account involved
   * is no longer what `HandOver` says: read again, judge again.
   */
  handOver(handOver: HandOver): Promise<boolean>;
  /** Ends a token. False when it had ended before: the first cause stays. */
  invalidate(id: ContentTokenId, at: Date, cause: InvalidationCause): Promise<boolean>;
  /** Every token the account was given, with the first time it was. Strongly consistent, whole, in no order. */
  givenTo(accountId: AccountId): AsyncIterable<{ readonly tokenId: ContentTokenId; readonly holding: Holding }>;
}
