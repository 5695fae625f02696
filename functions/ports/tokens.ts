// What is kept of content tokens: their records, what they are due for, and their files.
import type { Account } from "../../domain/accounts/account.ts";
import type { AppleCheck, Doubt } from "../../domain/tokens/apple-check.ts";
import type { ContentToken, Holding, Invalidation, StoredFile } from "../../domain/tokens/content-token.ts";
import type { AccountId, ContentTokenId, LocationId } from "../../domain/shared/ids.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { Idempotency, Judged, Page, PageRequest, Trace } from "./ports.ts";

/** What a hand-over was judged on. It is recorded only if all of it still holds. */
export type HandOver = {
  readonly token: ContentToken;
  readonly to: Account;
  readonly holders: ReadonlyMap<AccountId, Account>;
  readonly at: Date;
};

/** What is written with a new token. `location`: its location's next version, with what the token is the first to tell of it. */
export type Adding = {
  readonly idempotency?: Idempotency | undefined;
  readonly location?: Location | undefined;
  /** The record of the same secret that ended before. The new one takes its place in the look-up by secret. */
  readonly earlier?: ContentToken | undefined;
  readonly judged?: Judged;
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
   * what was judged changed, the location was closed, or when a planned erasure of its file has been begun. Ends the plan to erase the file.
   */
  add(token: ContentToken, traces?: readonly Trace[], adding?: Adding): Promise<boolean>;
  /** Every token the location ever had, strongly consistent, in no order. */
  ofLocation(location: LocationId): AsyncIterable<ContentToken>;
  /** Those of `ids` that exist, strongly consistent. */
  getAll(ids: readonly ContentTokenId[]): Promise<ReadonlyMap<ContentTokenId, ContentToken>>;
  /**
   * Records that an account is given the file. False, and nothing changed, when the token, any account involved or what else was judged
   * is no longer what it was: read again, judge again.
   */
  handOver(handOver: HandOver, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /**
   * Ends a token and plans the erasure of its file. False when it had ended before: the first cause stays, nothing is announced. `judged`: a newer token
   * that takes its place; rejects when that one ended meanwhile.
   */
  invalidate(id: ContentTokenId, invalidation: Invalidation, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /**
   * Records a check with Apple and moves the expiry forward to `expiresAt` if Apple says that the token expired. False if the token ended or a later
   * check is recorded.
   */
  recordCheck(token: ContentToken, check: AppleCheck, traces?: readonly Trace[], more?: CheckRecording): Promise<boolean>;
  /** Records a reason for doubt, or that a notice about it was sent. False if the token ended or a later reason, or the notice, is recorded. */
  recordDoubt(token: ContentToken, doubt: Doubt, traces?: readonly Trace[]): Promise<boolean>;
  /** Every living token the account was given, with the first time it was. Strongly consistent, whole, in no order. */
  givenTo(accountId: AccountId): AsyncIterable<{ readonly tokenId: ContentTokenId; readonly holding: Holding }>;
}

/** Where a look at a due token takes it. `step`: of which a reminder is sent with it. `isOverlapDone`: its older tokens have ended. */
export type Move = { readonly nextDueAt: Date; readonly step?: number | undefined; readonly isOverlapDone?: boolean };

/** What tokens are due for, and which reminders were sent. */
export interface Reminders {
  /** Due by `until`, longest overdue first; reads nothing else. Throws, after all others, when some records can't be read. */
  due(until: Date): AsyncIterable<ContentToken>;
  /** The steps of the ladder of which a reminder was sent. */
  sentSteps(id: ContentTokenId): Promise<ReadonlySet<number>>;
  /**
   * Moves the token to its next due time, enters the step in the ledger and records the traces, all or nothing. False when
   * the token's due time is not the one that was read, or the step was sent: another run was here.
   */
  remind(token: ContentToken, move: Move, traces?: readonly Trace[]): Promise<boolean>;
  /** Records that the end was announced and plans the erasure of the file. False when another run was here. */
  expire(token: ContentToken, traces: readonly Trace[]): Promise<boolean>;
}

export interface Files {
  /** Stores the file under a key of its own. Plan its erasure first: a file that no record names must not stay. */
  put(key: string, bytes: Uint8Array): Promise<StoredFile>;
  /** A link to the file that ends at `until`, or earlier where the signing credentials do: the answer tells. */
  signDownload(file: StoredFile, fileName: string, until: Date): Promise<{ readonly url: string; readonly expiresAt: Date }>;
  /** Every version of it. Harmless when there is none. */
  erase(key: string): Promise<void>;
}

export interface Erasures {
  /** The file is to be erased unless a token is recorded with it. */
  plan(fileKey: string, at: Date): Promise<void>;
  /** What was planned before `before`. */
  planned(before: Date): AsyncIterable<string>;
  /** When each was planned, in no order. */
  plannedTimes(): AsyncIterable<Date>;
  done(fileKey: string): Promise<void>;
}
