// A content token and what it is worth now. Its state is computed from facts at each question and never stored.
import * as z from "zod";
import { type Account, isKilledByPassword } from "../accounts/account.ts";
import { ManagedAppleId } from "../licenses/client-user.ts";
import type { Location } from "../organization/organization.ts";
import { assertNotReserved, isReserved } from "../organization/subscription.ts";
import { AccountId, ContentTokenId, LocationId } from "../shared/ids.ts";
import { Refusal } from "../shared/refusal.ts";
import { addYears, calendarDaysBetween, floorToSecond, latestInstant } from "../shared/time.ts";
import { AppleCheck, Doubt, isEnding } from "./apple-check.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `revoked-by-apple` and `unknown-to-apple` are answers of Apple's; for an imported token `password-changed` is a person's report. */
export const InvalidationCause = z.enum([
  "password-changed",
  "account-disabled",
  "revoked",
  "superseded",
  "location-closed",
  "revoked-by-apple",
  "unknown-to-apple",
]);
export type InvalidationCause = z.infer<typeof InvalidationCause>;

/** The key of the token's file in object storage, and the SHA-256 of its bytes (hex). */
export const StoredFile = z.object({ key: z.string().min(1), version: z.string().min(1), sha256: Sha256 });
export type StoredFile = z.infer<typeof StoredFile>;

/** One account that was given the file, and the FIRST time it was: later hand-overs never make an account's copy younger. */
export const Holding = z.object({ accountId: AccountId, givenAt: z.date() });
export type Holding = z.infer<typeof Holding>;

/** The end of a token: time, cause, and for a revocation the reason that the person gave. */
export const Invalidation = z.object({
  at: z.date(),
  cause: InvalidationCause,
  reason: z.string().optional(),
  /** The newer token, when it was superseded. */
  supersededBy: ContentTokenId.optional(),
});
export type Invalidation = z.infer<typeof Invalidation>;

/** The default and the largest lifetime of a link, in seconds. The bucket refuses older signatures. */
export const DEFAULT_LINK_SECONDS = 60;
export const MAX_LINK_SECONDS = 15 * 60;

/** The most accounts one file can be given to: a hand-over checks every one of them in a transaction, which takes 100 items. */
export const MAX_HOLDERS = 80;

/** The download of an imported token from Apple. A password change of `managedAppleAccount` ends the token at Apple. */
export const AppleDownload = z.object({
  managedAppleAccount: ManagedAppleId.optional(),
  /** The person here who uses that Managed Apple Account. Identity events about them lead to a check with Apple. */
  accountId: AccountId.optional(),
});
export type AppleDownload = z.infer<typeof AppleDownload>;

export const ContentToken = z.object({
  id: ContentTokenId,
  locationId: LocationId,
  origin: z.enum(["issued", "imported"]),
  /** The accounts that have the file. For an issued token each of them can end it; for an imported one they are custody and end nothing. */
  downloadedBy: z.array(Holding),
  /** Imported tokens only. */
  appleDownload: AppleDownload.optional(),
  /** Imported tokens only: the last concluded check, and the time of the last one that Apple answered. */
  lastCheck: AppleCheck.optional(),
  answeredAt: z.date().optional(),
  doubt: Doubt.optional(),
  /** The earlier record of the same file, which ended or was withdrawn before the file was imported again. */
  earlierRecord: ContentTokenId.optional(),
  issuedAt: z.date(),
  /** Imported tokens only: the time of the import. */
  importedAt: z.date().optional(),
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

/** True if earlier tokens of the location end now. `supersedesAt` is removed once they have ended. */
export const isOverlapOver = ({ supersedesAt }: Pick<ContentToken, "supersedesAt">, now: Date): boolean =>
  supersedesAt !== undefined && now >= supersedesAt;

export type WorksWith = "this-service" | "apple";

/** The device API that accepts the token. This service's API does not accept imported tokens, which Apple issued. */
export const worksWith = ({ origin }: Pick<ContentToken, "origin">): WorksWith => (origin === "issued" ? "this-service" : "apple");

export type TokenState =
  | { readonly state: "active" }
  | { readonly state: "expired" }
  /** Its location is the built-in service's own. */
  | { readonly state: "reserved" }
  /** An imported token that is no longer handed out here. Copies still open Apple's service. */
  | { readonly state: "withdrawn"; readonly cause: InvalidationCause }
  | { readonly state: "invalidated"; readonly cause: InvalidationCause };

/** Causes that lie with this service: they end an issued token, and only withdraw an imported one. */
const OWN_CAUSES: ReadonlySet<InvalidationCause> = new Set(["account-disabled", "revoked", "superseded", "location-closed"]);

/** True if the end is a withdrawal: Apple issued the token, and nothing says that Apple ended it. */
export const isWithdrawal = ({ origin }: Pick<ContentToken, "origin">, { cause }: Pick<Invalidation, "cause">): boolean =>
  origin === "imported" && OWN_CAUSES.has(cause);

/** When a token issued at `issuedAt` ends: one calendar year later, to the second. Source: Apple, "Getting started with the management API". */
export const expiryOf = (issuedAt: Date): Date => addYears(issuedAt, 1);

/** The records that a token's state depends on beside its own: the accounts that have the file, and its location. */
export type TokenContext = {
  readonly holders: ReadonlyMap<AccountId, Account>;
  readonly locations: ReadonlyMap<LocationId, Location>;
};

/** The state by the token's record alone. */
const recordedState = (token: ContentToken, now: Date): TokenState => {
  const { invalidation, expiresAt, lastCheck } = token;
  if (invalidation !== undefined)
    return { state: isWithdrawal(token, invalidation) ? "withdrawn" : "invalidated", cause: invalidation.cause };
  // Apple's answer counts from the moment it is recorded; the end follows in a write of its own.
  if (lastCheck !== undefined && isEnding(lastCheck.outcome)) return { state: "invalidated", cause: lastCheck.outcome };
  return { state: now >= expiresAt ? "expired" : "active" };
};

const locationOf = ({ id, locationId }: ContentToken, { locations }: TokenContext): Location => {
  const location = locations.get(locationId);
  if (location === undefined) throw new Error(`the record of ${locationId}, which has ${id}, was not loaded`);
  return location;
};

/**
 * The cause for which the accounts that were given an issued token end it: a changed password or, failing that, a disabled account.
 * Throws when the record of one of them is missing: a token that can't be evaluated must not pass as good.
 * Invariant: accounts of this service never end an imported token. Apple knows nothing of them.
 */
export const causeByHolders = (token: ContentToken, holders: TokenContext["holders"]): InvalidationCause | undefined => {
  const { id, origin, downloadedBy } = token;
  if (origin === "imported") return undefined;
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
 * A token's state at `now`. `holders` must contain every account in `downloadedBy`, and `locations` the token's location. Throws when one is missing: a token
 * that can't be evaluated must not count as active.
 * Invariant: a recorded invalidation is final; expiry hides no recorded cause; reservation hides no end.
 */
export const tokenState = (token: ContentToken, context: TokenContext, now: Date): TokenState => {
  const recorded = recordedState(token, now);
  if (recorded.state !== "active") return recorded;
  const cause = causeByHolders(token, context.holders);
  if (cause !== undefined) return { state: "invalidated", cause };
  return isReserved(locationOf(token, context)) ? { state: "reserved" } : { state: "active" };
};

/** The unresolved reason to doubt an imported token: no check that was made after it has an answer. */
export const openDoubt = ({ doubt, answeredAt }: Pick<ContentToken, "doubt" | "answeredAt">): Doubt | undefined =>
  doubt !== undefined && (answeredAt === undefined || answeredAt <= latestInstant(doubt.at)) ? doubt : undefined;

/** True if the token is active, or would be if its location were not reserved: its end then needs an event. */
export const isLive = (token: ContentToken, context: TokenContext, now: Date): boolean =>
  ["active", "reserved"].includes(tokenState(token, context, now).state);

/** The warning that every answer, notice and page about a withdrawn token carries. */
export const STILL_OPENS_APPLE =
  "Copies of its file still open Apple's service until the token expires or is ended at Apple. To end it at Apple, change the password of the Managed Apple Account that downloaded it, then download a new token.";

const assertState = (current: TokenState, { expiresAt }: ContentToken): void => {
  if (current.state === "expired")
    throw new Refusal("token_expired", `This content token expired at ${expiresAt.toISOString()}. Issue or import a new one.`);
  if (current.state === "withdrawn") throw new Refusal("token_withdrawn", `This content token was withdrawn here. ${STILL_OPENS_APPLE}`);
  if (current.state === "invalidated")
    throw new Refusal("token_invalidated", `This content token is no longer valid (${current.cause}). Issue or import a new one.`);
};

/** Refuses with `token_expired`, `token_invalidated` or `location_reserved` unless the token is active. */
export const assertUsable = (token: ContentToken, context: TokenContext, now: Date): void => {
  assertState(tokenState(token, context, now), token);
  assertNotReserved(locationOf(token, context));
};

/** The token's state. Refuses with `location_reserved` if the token may not be shown: it would be good, and is the built-in service's own. */
export const assertShown = (token: ContentToken, context: TokenContext, now: Date): TokenState => {
  const current = tokenState(token, context, now);
  if (current.state === "reserved") assertNotReserved(locationOf(token, context));
  return current;
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
