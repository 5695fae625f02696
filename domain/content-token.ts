// A content token and what it is worth now. Its state is computed from facts at each question and never stored.
import * as z from "zod";
import { type Account, isKilledByPassword } from "./account.ts";
import { AccountId, ContentTokenId, LocationId } from "./ids.ts";
import type { Location } from "./organization.ts";
import { Refusal } from "./refusal.ts";
import { assertNotReserved, isReserved } from "./subscription.ts";
import { addYears, calendarDaysBetween, floorToSecond } from "./time.ts";

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
export const Invalidation = z.object({
  at: z.date(),
  cause: InvalidationCause,
  reason: z.string().optional(),
  /** The newer token, when it was superseded. */
  supersededBy: ContentTokenId.optional(),
});
export type Invalidation = z.infer<typeof Invalidation>;

/** How long a link to a file lives unless asked otherwise, and at most: the bucket refuses older signatures. */
export const DEFAULT_LINK_SECONDS = 60;
export const MAX_LINK_SECONDS = 15 * 60;

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
  /** When the overlap ends in which older tokens of the location still work beside it. */
  supersedesAt: z.date().optional(),
  /** When the daily scan has to look at it next; absent once its end was announced. */
  dueAt: z.date().optional(),
});
export type ContentToken = z.infer<typeof ContentToken>;

/**
 * The newest first. By when they were issued: an end that is written in a file may lie in any future, and a token of 29 February ends no later than one
 * of the day before.
 */
export const byNewest = (one: ContentToken, other: ContentToken): number =>
  other.issuedAt.getTime() - one.issuedAt.getTime() ||
  other.expiresAt.getTime() - one.expiresAt.getTime() ||
  (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);

/** Whether older tokens of the location end now. What was done about it is struck out: `supersedesAt` is gone then. */
export const isOverlapOver = ({ supersedesAt }: Pick<ContentToken, "supersedesAt">, now: Date): boolean =>
  supersedesAt !== undefined && now >= supersedesAt;

export type WorksWith = "this-service" | "apple";

/** Whose device API the token opens. An imported one was issued by Apple, and means nothing to this service's own. */
export const worksWith = ({ origin }: Pick<ContentToken, "origin">): WorksWith => (origin === "issued" ? "this-service" : "apple");

export type TokenState =
  | { readonly state: "active" }
  | { readonly state: "expired" }
  /** Its location is the built-in service's own. */
  | { readonly state: "reserved" }
  | { readonly state: "invalidated"; readonly cause: InvalidationCause };

/** When a token issued at `issuedAt` ends: one calendar year later, to the second. Source: Apple, "Getting started with the management API". */
export const expiryOf = (issuedAt: Date): Date => addYears(issuedAt, 1);

/** What a token's worth hangs on beside its own record: those who were given the file, and its location. */
export type Standing = {
  readonly holders: ReadonlyMap<AccountId, Account>;
  readonly locations: ReadonlyMap<LocationId, Location>;
};

/** What the record alone says. */
const recordedState = ({ invalidation, expiresAt }: ContentToken, now: Date): TokenState => {
  if (invalidation !== undefined) return { state: "invalidated", cause: invalidation.cause };
  return { state: now >= expiresAt ? "expired" : "active" };
};

const locationOf = ({ id, locationId }: ContentToken, { locations }: Standing): Location => {
  const location = locations.get(locationId);
  if (location === undefined) throw new Error(`the record of ${locationId}, which has ${id}, was not loaded`);
  return location;
};

/**
 * The cause for which the accounts that were given the token end it: a changed password or a disabled account.
 * Throws when the record of one of them is missing: a token that can't be evaluated must not pass as good.
 */
export const causeByHolders = ({ id, downloadedBy }: ContentToken, holders: Standing["holders"]): InvalidationCause | undefined => {
  let disabled = false;
  for (const { accountId, givenAt } of downloadedBy) {
    const account = holders.get(accountId);
    if (account === undefined) throw new Error(`the record of ${accountId}, which was given ${id}, was not loaded`);
    if (isKilledByPassword(givenAt, account)) return "password-changed";
    disabled ||= account.disabledAt !== undefined;
  }
  return disabled ? "account-disabled" : undefined;
};

/**
 * A token's state at `now`. `holders` must contain the record of every account in `downloadedBy`, and `locations` its location's; one that is missing is
 * an error, since a token that can't be judged must not pass for good.
 * Invariant: a recorded invalidation is final; expiry hides no recorded cause; reservation hides no end.
 */
export const tokenState = (token: ContentToken, standing: Standing, now: Date): TokenState => {
  const recorded = recordedState(token, now);
  if (recorded.state !== "active") return recorded;
  const cause = causeByHolders(token, standing.holders);
  if (cause !== undefined) return { state: "invalidated", cause };
  return isReserved(locationOf(token, standing)) ? { state: "reserved" } : { state: "active" };
};

/** Whether it would open something but for whose location it is: whatever ends it then ends something. */
export const isLive = (token: ContentToken, standing: Standing, now: Date): boolean =>
  ["active", "reserved"].includes(tokenState(token, standing, now).state);

const assertState = (current: TokenState, { expiresAt }: ContentToken): void => {
  if (current.state === "expired")
    throw new Refusal("token_expired", `This content token expired at ${expiresAt.toISOString()}. Issue or import a new one.`);
  if (current.state === "invalidated")
    throw new Refusal("token_invalidated", `This content token is no longer valid (${current.cause}). Issue or import a new one.`);
};

/** Refuses with `token_expired`, `token_invalidated` or `location_reserved` unless the token is active. */
export const assertUsable = (token: ContentToken, standing: Standing, now: Date): void => {
  assertState(tokenState(token, standing, now), token);
  assertNotReserved(locationOf(token, standing));
};

/** Refuses with `location_reserved` when the token may not be shown: it would be good, and is the built-in service's own. */
export const assertShown = (token: ContentToken, standing: Standing, now: Date): void => {
  if (tokenState(token, standing, now).state === "reserved") assertNotReserved(locationOf(token, standing));
};

/**
 * Refuses with `token_expired` or `token_invalidated` when its end is recorded or its time is over. One that a password killed, and whose end was
 * not recorded yet, can still be ended.
 */
export const assertRevocable = (token: ContentToken, now: Date): void => assertState(recordedState(token, now), token);

/** Refuses with `too_many_holders` when the file can't be given to one account more. */
export const assertRoomFor = (token: ContentToken, accountId: AccountId): void => {
  const { length } = token.downloadedBy;
  if (length >= MAX_HOLDERS && !token.downloadedBy.some((holding) => holding.accountId === accountId))
    throw new Refusal("too_many_holders", `This file was given to ${length} accounts, the most there may be. Issue a new token.`);
};

/** When a link to the file that is given at `now` has to end: never after the token, nor after what the bucket allows a signature. */
export const linkEndOf = ({ expiresAt }: Pick<ContentToken, "expiresAt">, now: Date, seconds: number): Date => {
  const asked = now.getTime() + seconds * 1000;
  const longest = floorToSecond(now).getTime() + MAX_LINK_SECONDS * 1000;
  return new Date(Math.min(asked, longest, expiresAt.getTime()));
};

/** Calendar days (UTC) until the day it ends: 0 on that day and after. */
export const daysLeft = (token: Pick<ContentToken, "expiresAt">, now: Date): number =>
  Math.max(0, calendarDaysBetween(now, token.expiresAt));
