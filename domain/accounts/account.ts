// Accounts: who may do what, and what a new password or a disabled account ends. The record decides, never the sign-in token:
// sign-in tokens outlive a password change.
import * as z from "zod";
import { AccountId, LocationId } from "../shared/ids.ts";
import { Refusal } from "../shared/refusal.ts";
import { plainText } from "../shared/text.ts";
import { floorToSecond } from "../shared/time.ts";
import { Version } from "../shared/version.ts";

export const Grant = z.strictObject({
  role: z.enum(["administrator", "content-manager"]),
  location: z.union([z.literal("all"), LocationId]),
});
export type Grant = z.infer<typeof Grant>;

/** Somebody at the identity provider, as it calls them. */
export const Subject = plainText(128);

export const Email = z.email("must be an e-mail address").max(254);

export const Account = z.object({
  id: AccountId,
  subject: Subject,
  email: Email.optional().describe("Erased when the account is removed."),
  grants: z.array(Grant).max(100),
  dedicated: z
    .boolean()
    .default(false)
    .describe("Made for downloading tokens alone, not a person's: nobody changes its password in passing."),
  passwordChangedAt: z.date().optional(),
  disabledAt: z.date().optional(),
  removedAt: z
    .date()
    .optional()
    .describe("It was removed for good: without grants and e-mail address, kept since tokens and the custody log refer to it."),
  /** When it was last enabled again: a report that it was disabled before that is an old one. */
  enabledAt: z.date().optional(),
  createdAt: z.date(),
  version: Version,
});
export type Account = z.infer<typeof Account>;

/** Permissions. Those that content managers do not have below are for administrators only. */
export type Act =
  | "organization:read"
  | "organization:manage"
  | "account:manage"
  | "location:read"
  | "location:manage"
  | "content-token:read"
  | "content-token:issue"
  | "content-token:import"
  | "content-token:force-import"
  | "content-token:download"
  | "content-token:revoke"
  | "apple-account:read"
  | "mdm-server:manage"
  | "mdm-server:link"
  | "custody-log:read"
  | "subscription:read"
  | "subscription:manage"
  | "license:read"
  | "license:acquire"
  | "license:transfer"
  | "license:assign";

const CONTENT_MANAGER_ACTS: ReadonlySet<Act> = new Set([
  "organization:read",
  "location:read",
  "content-token:read",
  "content-token:issue",
  "content-token:import",
  "content-token:download",
  "content-token:revoke",
  "mdm-server:link",
  "subscription:read",
  "license:read",
  "license:acquire",
  "license:transfer",
  "license:assign",
]);

const covers = (grant: Grant, location: LocationId | undefined): boolean =>
  grant.location === "all" || (location !== undefined && grant.location === location);

const allows = (grant: Grant, act: Act): boolean => grant.role === "administrator" || CONTENT_MANAGER_ACTS.has(act);

/** True if the account has the permission, at one location or (without one) for the whole organization. */
export const isAllowed = (account: Account, act: Act, location?: LocationId): boolean =>
  account.disabledAt === undefined && account.grants.some((grant) => covers(grant, location) && allows(grant, act));

const assertEnabled = (account: Account): void => {
  if (account.disabledAt !== undefined) throw new Refusal("account_disabled", "This account is disabled. Ask an administrator.");
};

/** Refuses with `account_disabled` or `not_permitted`. */
export const assertMay = (account: Account, act: Act, location?: LocationId): void => {
  assertEnabled(account);
  if (!isAllowed(account, act, location)) {
    const where = location === undefined ? "the whole organization" : "this location";
    throw new Refusal("not_permitted", `This account has no grant that allows ${act} for ${where}. Ask an administrator for one.`);
  }
};

/**
 * The locations an account may act in: "all", or those of its grants, in their order. Refuses with `account_disabled`, or with `not_permitted` when
 * there are none.
 */
export const scopeFor = (account: Account, act: Act): "all" | readonly LocationId[] => {
  assertEnabled(account);
  const grants = account.grants.filter((grant) => allows(grant, act));
  if (grants.length === 0)
    throw new Refusal("not_permitted", `This account has no grant that allows ${act} for any location. Ask an administrator for one.`);
  if (grants.some((grant) => grant.location === "all")) return "all";
  return [...new Set(grants.flatMap((grant) => (grant.location === "all" ? [] : [grant.location])))].toSorted();
};

/** The largest clock difference of a reported change, in seconds. With `max`, a time further ahead would end every later token. */
export const CLOCK_TOLERANCE_SECONDS = 60;

export const isTooFarAhead = (occurredAt: Date, now: Date): boolean =>
  occurredAt.getTime() > now.getTime() + CLOCK_TOLERANCE_SECONDS * 1000;

/**
 * The account's password-change time after one more change was told.
 * Invariant: commutative, associative, idempotent, so the order and number of reports never matter.
 */
export const latestChange = (known: Date | undefined, occurredAt: Date): Date =>
  known !== undefined && known >= occurredAt ? known : occurredAt;

/**
 * True if the latest password change ended a file that the account received at `givenAt`.
 * Identity events tell whole seconds only, so a file given in the very second of the change counts as given before it.
 */
export const isKilledByPassword = (givenAt: Date, account: Pick<Account, "passwordChangedAt">): boolean =>
  account.passwordChangedAt !== undefined && floorToSecond(givenAt) <= account.passwordChangedAt;

/**
 * An account that is enabled again. What it was given before stays dead: enabling counts as a change of its password.
 */
export const enabledAgain = ({ disabledAt, ...account }: Account, now: Date): Account =>
  disabledAt === undefined ? account : { ...account, enabledAt: now, passwordChangedAt: latestChange(account.passwordChangedAt, now) };

/** An account that is disabled: it may do nothing, and what it was given is dead. The first time counts. */
export const disabledFrom = (account: Account, at: Date): Account => ({ ...account, disabledAt: account.disabledAt ?? at });

/**
 * The record that remains of a removed account, for references to it. It has no grants and no personal data.
 * Invariant: a removed account is disabled, so that every rule about disabled accounts applies to it.
 */
export const removedFrom = ({ email: _, ...account }: Account, at: Date): Account => ({
  ...disabledFrom(account, at),
  grants: [],
  removedAt: at,
});

/** Refuses with `account_removed`: a removal can't be taken back. */
export const assertNotRemoved = ({ id, removedAt }: Pick<Account, "id" | "removedAt">): void => {
  if (removedAt !== undefined)
    throw new Refusal(
      "account_removed",
      `${id} was removed, which can't be taken back. Remove it again if the user pool still knows its person, then invite them anew.`,
    );
};

/** The user pool's own limit for a name to sign in with. */
const MAX_SIGN_IN_LENGTH = 128;

/** Refuses with `invalid_input` an address that the user pool would not take. */
export const assertInvitable = (email: string): void => {
  if (email.length > MAX_SIGN_IN_LENGTH)
    throw new Refusal("invalid_input", `email: must have at most ${MAX_SIGN_IN_LENGTH} characters for an invitation`);
};

/** True if a sign-in at `authenticatedAt` (whole seconds, the `auth_time` claim) is newer than the account's latest password. */
export const isSignInCurrent = (authenticatedAt: Date, account: Pick<Account, "passwordChangedAt">): boolean =>
  account.passwordChangedAt === undefined || authenticatedAt > account.passwordChangedAt;
