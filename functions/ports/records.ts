// What is kept of the organization, its locations, its accounts, and the MDM servers with their links.
import type { Account } from "../../domain/accounts/account.ts";
import type { Conflict } from "../../domain/mdm-servers/conflict.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import type { AccountId, ConflictId, LocationId, MdmServerId } from "../../domain/shared/ids.ts";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import type { Location, Organization } from "../../domain/organization/organization.ts";
import type { ReminderLadder } from "../../domain/tokens/reminder.ts";
import type { Subscription } from "../../domain/organization/subscription.ts";
import type { Idempotency, Judged, Page, PageRequest, Trace } from "./ports.ts";

export interface Organizations {
  /** Rejects when none was founded: nothing works before the first deployment has. */
  get(): Promise<Organization>;
  isFounded(): Promise<boolean>;
  /** The organization, its primary location and its first administrator at once. False, and nothing changed, when there is an organization already. */
  found(organization: Organization, primary: Location, administrator: Account, traces?: readonly Trace[]): Promise<boolean>;
  /**
   * Writes the next version over the one that was read; the primary location has the organization's name. False when either changed meanwhile.
   * The ladder that due times were set by is forgotten: tokens may have come under the one before.
   */
  replace(organization: Organization, primary: Location, traces?: readonly Trace[]): Promise<boolean>;
  /** The ladder that all tokens' due times were set by; `undefined` from an edit of the organization until a scan has applied what it says. */
  scannedLadder(): Promise<ReminderLadder | undefined>;
  /** Notes that every token is due by the organization's ladder. False when it was edited since it was read. */
  keepScannedLadder(organization: Organization): Promise<boolean>;
  /** When a scan last looked at all that was due; `undefined` before the first one. */
  scannedAt(): Promise<Date | undefined>;
  keepScannedAt(at: Date): Promise<void>;
}

export interface Locations {
  get(id: LocationId): Promise<Location | undefined>;
  primary(): Promise<Location>;
  /** Those of `ids` that exist, strongly consistent. */
  getAll(ids: readonly LocationId[]): Promise<ReadonlyMap<LocationId, Location>>;
  list(page: PageRequest): Promise<Page<Location>>;
  /** False, and nothing changed, when the uId is taken. */
  add(location: Location, traces?: readonly Trace[]): Promise<boolean>;
  /** Writes the next version over the one that was read. False when it changed meanwhile. */
  replace(location: Location, traces?: readonly Trace[]): Promise<boolean>;
  /** How many times licenses or a token came to it, strongly consistent: what was counted there is still all while this stays the same. */
  arrivals(id: LocationId): Promise<number>;
  /**
   * Closes it, with its links as they are then: from now on nothing comes to it, and it is in no list. False when it, its links or its arrivals
   * changed meanwhile.
   */
  close(closed: Location, closing: Closing, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
}

/** `links`: the next version, when there are any to close; `conflict`: as it is settled by that. */
export type Closing = {
  readonly arrivals: number;
  readonly links?: LocationLinks | undefined;
  readonly conflict?: Conflict | undefined;
};

export interface Subscriptions {
  /** Strongly consistent. */
  get(): Promise<Subscription>;
  /**
   * Writes the next version over the one that was read, with the location that it reserves or releases: its next version, or its first. False when
   * either, or what was judged, changed meanwhile.
   */
  replace(after: Subscription, location: Location, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
}

/** What was asked with an `Idempotency-Key` before. */
export interface Requests {
  /** What an earlier request with the same key made, within the day before `now`; strongly consistent. */
  earlier(
    use: Pick<Idempotency, "accountId" | "key">,
    now: Date,
  ): Promise<{ readonly made: string; readonly requestSha256: string } | undefined>;
}

export interface Accounts {
  /** Strongly consistent: what a decision rests on must not be older than the change that forbids it. */
  get(id: AccountId): Promise<Account | undefined>;
  /** The records of all of `ids`, strongly consistent. Those that do not exist are left out. */
  getAll(ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, Account>>;
  /** All but removed ones. */
  list(page: PageRequest): Promise<Page<Account>>;
  /** False, and nothing changed, when the account is registered already, or what was judged changed. */
  register(account: Account, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /** Writes the next version over the one that was read. False when it, or what was judged, changed meanwhile. */
  replace(account: Account, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /** Keeps the latest of all changes told. False, and nothing announced, when there is no such account. */
  recordPasswordChange(id: AccountId, occurredAt: Date, traces?: readonly Trace[]): Promise<boolean>;
  /**
   * Keeps the first time since it was last enabled. A time of whole seconds counts as that second's latest instant (`latestInstant`), so that disabling in the
   * second of enabling holds. False, and nothing announced, when there is no such account.
   */
  recordDisabled(id: AccountId, disabledAt: Date, traces?: readonly Trace[]): Promise<boolean>;
}

export interface MdmServers {
  /** Strongly consistent. */
  get(id: MdmServerId): Promise<MdmServer | undefined>;
  /** Those of `ids` that exist, strongly consistent. */
  getAll(ids: readonly MdmServerId[]): Promise<ReadonlyMap<MdmServerId, MdmServer>>;
  /** Whose credential ever had this SHA-256 (hex), strongly consistent. Whether it is still good is for `isCredentialGood` to say. */
  findByCredential(sha256: string): Promise<MdmServer | undefined>;
  /** The one in use whose `mdmInfo` has this `id`, strongly consistent. */
  findByMdmInfo(id: string): Promise<MdmServer | undefined>;
  list(page: PageRequest): Promise<Page<MdmServer>>;
  /** False, and nothing changed, when the credential or the `mdmInfo.id` is another one's, or what was judged changed. */
  register(server: MdmServer, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /**
   * Writes the next version over the one that was read. False when it, or what was judged, changed meanwhile, or when its credential or `mdmInfo.id` is
   * another one's.
   */
  replace(server: MdmServer, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /** Notes that it called. */
  seen(id: MdmServerId, at: Date): Promise<void>;
}

export interface Links {
  /** Strongly consistent. */
  of(location: LocationId): Promise<LocationLinks>;
  /** Strongly consistent; a location that nothing was ever linked to has none. */
  ofAll(locations: readonly LocationId[]): Promise<ReadonlyMap<LocationId, LocationLinks>>;
  /** Every location that has ever been linked to. Not strongly consistent. */
  all(): AsyncIterable<LocationLinks>;
  /** The locations with tokens that the MDM server was ever linked to or seen with, strongly consistent. */
  locationsOf(server: MdmServerId): Promise<readonly LocationId[]>;
  /**
   * Writes the next version over the one that was read, with the conflict as it is now, if there is one. `lookAgain`: a token that the next scan
   * has to look at, whatever comes in between. `server`: the MDM server that is found by the location from now on. False when the links,
   * or what was judged, changed meanwhile.
   */
  replace(
    after: LocationLinks,
    change: {
      readonly conflict?: Conflict | undefined;
      readonly lookAgain?: ContentToken | undefined;
      readonly server?: MdmServerId | undefined;
    },
    traces?: readonly Trace[],
    judged?: Judged,
  ): Promise<boolean>;
  conflict(id: ConflictId): Promise<Conflict | undefined>;
  conflicts(page: PageRequest): Promise<Page<Conflict>>;
}
