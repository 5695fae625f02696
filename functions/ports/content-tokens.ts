// The content tokens' records.
import type { Account } from "../../domain/accounts/account.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { AccountId, ContentTokenId, LocationId } from "../../domain/shared/ids.ts";
import type { AppleCheck, Doubt } from "../../domain/tokens/apple-check.ts";
import type { ContentToken, Holding, Invalidation } from "../../domain/tokens/content-token.ts";
import type { Effect, Idempotency, Page, PageRequest, Preconditions } from "./shared.ts";

/** The preconditions of a hand-over. It is recorded only if all of them still hold. */
export type HandOver = {
  readonly token: ContentToken;
  readonly to: Account;
  readonly holders: ReadonlyMap<AccountId, Account>;
  readonly at: Date;
};

/** Further writes with a new token. `location`: the next version of its location, if the file states something new about it. */
export type Adding = {
  readonly idempotency?: Idempotency | undefined;
  readonly location?: Location | undefined;
  /** The record of the same secret that ended before. The new one takes its place in the look-up by secret. */
  readonly earlier?: ContentToken | undefined;
  readonly preconditions?: Preconditions;
};

/** `expiresAt`: the time from which Apple says the token is expired; the token is due then. `location`: its next version, with Apple's identifier of it. */
export type CheckRecording = { readonly expiresAt?: Date | undefined; readonly location?: Location | undefined };

export interface ContentTokens {
  get(id: ContentTokenId): Promise<ContentToken | undefined>;
  /** The token whose secret has this SHA-256 (hex), strongly consistent. */
  findBySecret(secretSha256: string): Promise<ContentTokenId | undefined>;
  /** Newest first, of one location or of all. Not strongly consistent. */
  list(location: LocationId | "all", page: PageRequest): Promise<Page<ContentToken>>;
  /**
   * False, and nothing changed, when a token with the same secret other than `earlier` is held already, when the idempotency key was used, when
   * a precondition changed, the location was closed, or when a planned erasure of its file has been begun. Ends the plan to erase the file.
   */
  add(token: ContentToken, effects?: readonly Effect[], adding?: Adding): Promise<boolean>;
  /** Every token the location ever had, strongly consistent, in no order. */
  ofLocation(location: LocationId): AsyncIterable<ContentToken>;
  /** Those of `ids` that exist, strongly consistent. */
  getAll(ids: readonly ContentTokenId[]): Promise<ReadonlyMap<ContentTokenId, ContentToken>>;
  /**
   * Records that an account is given the file. False, and nothing changed, when the token, any account involved or another precondition
   * changed: read again and retry.
   */
  handOver(handOver: HandOver, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
  /**
   * Ends a token and plans the erasure of its file. False when it had ended before: the first cause stays, nothing is announced. `preconditions`: a newer token
   * that takes its place; rejects when that one ended meanwhile.
   */
  invalidate(id: ContentTokenId, invalidation: Invalidation, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
  /**
   * Records a check with Apple and moves the expiry forward to `expiresAt` if Apple says that the token expired. False if the token ended or a later
   * check is recorded.
   */
  recordCheck(token: ContentToken, check: AppleCheck, effects?: readonly Effect[], more?: CheckRecording): Promise<boolean>;
  /** Records a reason for doubt, or that a notice about it was sent. False if the token ended or a later reason, or the notice, is recorded. */
  recordDoubt(token: ContentToken, doubt: Doubt, effects?: readonly Effect[]): Promise<boolean>;
  /** Every living token the account was given, with the first time it was. Strongly consistent, whole, in no order. */
  givenTo(accountId: AccountId): AsyncIterable<{ readonly tokenId: ContentTokenId; readonly holding: Holding }>;
}
