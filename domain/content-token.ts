// A content token and what it is worth now. Its state is computed from facts at each question and never stored.
import * as z from "zod";
import { type Account, isKilledByPassword } from "./account.ts";
import { AccountId, ContentTokenId, LocationId } from "./ids.ts";
import { Refusal } from "./refusal.ts";
import { addYears, calendarDaysBetween } from "./time.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const InvalidationCause = z.enum(["password-changed", "account-disabled", "revoked", "superseded", "location-closed"]);
export type InvalidationCause = z.infer<typeof InvalidationCause>;

/** Where the token's file lies in object storage, and the SHA-256 of its bytes (hex). */
export const StoredFile = z.object({ key: z.string().min(1), version: z.string().min(1), sha256: Sha256 });
export type StoredFile = z.infer<typeof StoredFile>;

/** One account that was given the file, and the FIRST time it was: later hand-overs never make an account's copy younger. */
export const Holding = z.object({ accountId: AccountId, givenAt: z.date() });
export type Holding = z.infer<typeof Holding>;

/** How a token was ended: when, why, and for a revocation the words of whoever revoked it. */
export const Invalidation = z.object({ at: z.date(), cause: InvalidationCause, reason: z.string().optional() });
export type Invalidation = z.infer<typeof Invalidation>;

/** The most accounts one file can be given to: a hand-over checks every one of them in a transaction, which takes 100 items. */
export const MAX_HOLDERS = 80;

export const ContentToken = z.object({
  id: ContentTokenId,
  locationId: LocationId,
  origin: z.enum(["issued", "imported"]),
  downloadedBy: z.array(Holding),
  issuedAt: z.date(),
  expiresAt: z.date(),
  /** SHA-256 (hex) of the inner `token` string's UTF-8. The secret itself lives in the file alone. */
  secretSha256: Sha256,
  file: StoredFile,
  invalidation: Invalidation.optional(),
  /** When the daily scan has to look at it next; absent once its end was announced. */
  dueAt: z.date().optional(),
});
export type ContentToken = z.infer<typeof ContentToken>;

export type TokenState =
  | { readonly state: "active" }
  | { readonly state: "expired" }
  | { readonly state: "invalidated"; readonly cause: InvalidationCause };

/** When a token issued at `issuedAt` ends: one calendar year later, to the second. Source: Apple, "Getting started with the management API". */
export const expiryOf = (issuedAt: Date): Date => addYears(issuedAt, 1);

/**
 * A token's state at `now`. `holders` must contain the record of every account in `downloadedBy`; one that is missing is an error,
 * since a token whose holders can't be judged must not pass for good.
 * Invariant: a recorded invalidation is final; expiry hides no recorded cause.
 */
export const tokenState = (token: ContentToken, holders: ReadonlyMap<AccountId, Account>, now: Date): TokenState => {
  if (token.invalidation !== undefined) return { state: "invalidated", cause: token.invalidation.cause };
  if (now >= token.expiresAt) return { state: "expired" };
  let disabled = false;
  for (const { accountId, givenAt } of token.downloadedBy) {
    const account = holders.get(accountId);
    if (account === undefined) throw new Error(`the record of ${accountId}, which was given ${token.id}, was not loaded`);
    if (isKilledByPassword(givenAt, account)) return { state: "invalidated", cause: "password-changed" };
    disabled ||= account.disabledAt !== undefined;
  }
  return disabled ? { state: "invalidated", cause: "account-disabled" } : { state: "active" };
};

/** Refuses with `token_expired` or `token_invalidated` unless the token is active. */
export const assertUsable = (token: ContentToken, holders: ReadonlyMap<AccountId, Account>, now: Date): void => {
  const current = tokenState(token, holders, now);
  if (current.state === "expired")
    throw new Refusal("token_expired", `This content token expired at ${token.expiresAt.toISOString()}. Issue or import a new one.`);
  if (current.state === "invalidated")
    throw new Refusal("token_invalidated", `This content token is no longer valid (${current.cause}). Issue or import a new one.`);
};

/** Calendar days (UTC) until the day it ends: 0 on that day and after. */
export const daysLeft = (token: Pick<ContentToken, "expiresAt">, now: Date): number =>
  Math.max(0, calendarDaysBetween(now, token.expiresAt));
