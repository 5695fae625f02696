// What handlers need from outside. Declared for whoever calls it: no SDK type, no key layout and no environment shows here.
// Every act takes the traces it leaves and records them in its own transaction; announcements are told afterwards (`announce`).
import type { Account } from "../domain/account.ts";
import type { AccountFact } from "../domain/account-fact.ts";
import type { ContentToken, Holding, Invalidation, StoredFile } from "../domain/content-token.ts";
import type { CustodyEntry, CustodyRecord, SubjectId } from "../domain/custody.ts";
import type { Found } from "../domain/custody-verification.ts";
import type { Announcement } from "../domain/events.ts";
import type { AccountId, ConflictId, ContentTokenId, LocationId, MdmServerId } from "../domain/ids.ts";
import type { Conflict, LocationLinks } from "../domain/links.ts";
import type { MdmServer } from "../domain/mdm-server.ts";
import type { Location, Organization } from "../domain/organization.ts";
import type { ReminderLadder } from "../domain/reminder.ts";
import type { Seal } from "../domain/seal.ts";
import type { Count, Gauge } from "./metrics.ts";

/** `next` is opaque and fits only the list that gave it. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string };
export type PageRequest = { readonly limit: number; readonly after?: string | undefined };

/** What an act leaves behind: what is to be told of it, and what the custody log keeps of it. */
export type Trace = Announcement | CustodyRecord;

/** What a decision rested on. An act is recorded only if none of it changed meanwhile: false means read again, judge again. */
export type Judged = {
  readonly organization?: Organization;
  readonly accounts?: Iterable<Account>;
  readonly servers?: readonly MdmServer[];
  readonly tokens?: readonly ContentToken[];
};

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
}

export interface Accounts {
  /** Strongly consistent: what a decision rests on must not be older than the change that forbids it. */
  get(id: AccountId): Promise<Account | undefined>;
  /** The records of all of `ids`, strongly consistent. Those that do not exist are left out. */
  getAll(ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, Account>>;
  list(page: PageRequest): Promise<Page<Account>>;
  /** False, and nothing changed, when the account is registered already. */
  register(account: Account, traces?: readonly Trace[]): Promise<boolean>;
  /** Writes the next version over the one that was read. False when it, or what was judged, changed meanwhile. */
  replace(account: Account, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /** Keeps the latest of all changes told. False, and nothing announced, when there is no such account. */
  recordPasswordChange(id: AccountId, occurredAt: Date, traces?: readonly Trace[]): Promise<boolean>;
  /** Keeps the first time since it was last enabled. False, and nothing announced, when there is no such account or what was judged changed. */
  recordDisabled(id: AccountId, disabledAt: Date, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
}

/** What a hand-over was judged on. It is recorded only if all of it still holds. */
export type HandOver = {
  readonly token: ContentToken;
  readonly to: Account;
  readonly holders: ReadonlyMap<AccountId, Account>;
  readonly at: Date;
};

/** One use of an `Idempotency-Key`: whose, and the SHA-256 of what was asked with it. Kept for a day. */
export type Idempotency = { readonly accountId: AccountId; readonly key: string; readonly requestSha256: string };

/** What is written with a new token. `location`: its location's next version, with what the token is the first to tell of it. */
export type Adding = {
  readonly idempotency?: Idempotency | undefined;
  readonly location?: Location | undefined;
  readonly judged?: Judged;
};

export interface ContentTokens {
  get(id: ContentTokenId): Promise<ContentToken | undefined>;
  /** The token whose secret has this SHA-256 (hex), strongly consistent. */
  findBySecret(secretSha256: string): Promise<ContentTokenId | undefined>;
  /** What an earlier request with the same key made. */
  findByIdempotencyKey(
    use: Pick<Idempotency, "accountId" | "key">,
  ): Promise<{ tokenId: ContentTokenId; requestSha256: string } | undefined>;
  /** Newest first, of one location or of all. Not strongly consistent. */
  list(location: LocationId | "all", page: PageRequest): Promise<Page<ContentToken>>;
  /**
   * False, and nothing changed, when a token with the same secret is held already, whatever became of it, when the idempotency key was used, when
   * what was judged changed, or when a planned erasure of its file has been begun. Ends the plan to erase the file.
   */
  add(token: ContentToken, traces?: readonly Trace[], adding?: Adding): Promise<boolean>;
  /** Every token the location ever had. Not strongly consistent. */
  ofLocation(location: LocationId): AsyncIterable<ContentToken>;
  /** Those of `ids` that exist, strongly consistent. */
  getAll(ids: readonly ContentTokenId[]): Promise<ReadonlyMap<ContentTokenId, ContentToken>>;
  /**
   * Records that an account is given the file. False, and nothing changed, when the token or any account involved
   * is no longer what `HandOver` says: read again, judge again.
   */
  handOver(handOver: HandOver, traces?: readonly Trace[]): Promise<boolean>;
  /**
   * Ends a token and plans the erasure of its file. False when it had ended before: the first cause stays, nothing is announced. `judged`: a newer token
   * that takes its place; rejects when that one ended meanwhile.
   */
  invalidate(id: ContentTokenId, invalidation: Invalidation, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
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

export interface MdmServers {
  /** Strongly consistent. */
  get(id: MdmServerId): Promise<MdmServer | undefined>;
  /** Those of `ids` that exist, strongly consistent. */
  getAll(ids: readonly MdmServerId[]): Promise<ReadonlyMap<MdmServerId, MdmServer>>;
  /** Whose credential ever had this SHA-256 (hex), strongly consistent. Whether it is still good is for `isCredentialGood` to say. */
  findByCredential(sha256: string): Promise<MdmServer | undefined>;
  list(page: PageRequest): Promise<Page<MdmServer>>;
  /** False, and nothing changed, when the credential is another one's, or what was judged changed. */
  register(server: MdmServer, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /** Writes the next version over the one that was read. False when it, or what was judged, changed meanwhile. */
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
  /** The locations with tokens that the MDM server was ever linked to, strongly consistent. */
  locationsOf(server: MdmServerId): Promise<readonly LocationId[]>;
  /**
   * Writes the next version over the one that was read, with the conflict as it is now, if there is one. `lookAgain`: a token that the next scan
   * has to look at, whatever comes in between. `server`: the MDM server that is found by the location from now on. False when the links, or what was judged, changed meanwhile.
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

export interface Outbox {
  /** Recorded before `before` and not told yet, oldest first. */
  pending(before: Date): AsyncIterable<Announcement>;
  done(announcements: readonly Announcement[]): Promise<void>;
}

export interface Bus {
  /** Tells events and notices; answers with those that were taken. Never throws: what was not told stays recorded. */
  publish(announcements: readonly Announcement[]): Promise<readonly Announcement[]>;
}

/** Facts that can't be applied yet: nobody registered the account, or their time has not come. */
export interface Parking {
  /** Parking the same fact again changes nothing. */
  park(fact: AccountFact): Promise<void>;
  of(accountId: AccountId): Promise<readonly AccountFact[]>;
  all(): AsyncIterable<AccountFact>;
  done(fact: AccountFact): Promise<void>;
}

/** Entries are written with the acts they tell of, see `Trace`; here they are read. Lists are newest first. */
export interface CustodyLog {
  /** One chain. */
  history(subject: SubjectId, page: PageRequest): Promise<Page<CustodyEntry>>;
  /** All chains, by time; both ends belong to it. Not strongly consistent. */
  list(between: { readonly from?: Date | undefined; readonly to?: Date | undefined }, page: PageRequest): Promise<Page<CustodyEntry>>;
  /** Whose chains have entries from `since` on, oldest first, each as often as it has; of all time without `since`. Not strongly consistent. */
  changedSince(since: Date | undefined): AsyncIterable<string>;
  /** What stands in one chain from entry `from` on, oldest first, strongly consistent. */
  chain(subject: string, from: number): AsyncIterable<Found>;
}

/** Where the custody log's heads are kept out of everybody's reach. */
export interface Seals {
  /** The newest one as it was first written, whatever was put over it; `undefined` when nothing was ever sealed. Throws when it can't be read. */
  last(): Promise<Seal | undefined>;
  /** False, and nothing changed, when there is a seal of that number: another run was here. */
  add(seal: Seal): Promise<boolean>;
}

/** Those who sign in, at the identity provider. */
export interface People {
  /** Invites somebody by e-mail, unless they are known already; answers their subject. */
  invite(email: string): Promise<string>;
}

/** What operations watch. Fields carry identifiers and reasons only. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, string | number>>): void;
  error(message: string, error: unknown, fields?: Readonly<Record<string, string | number>>): void;
  count(metric: Count, value: number): void;
  /** Its unit belongs to the metric. */
  gauge(metric: Gauge, value: number): void;
}

export type Ports = {
  readonly organizations: Organizations;
  readonly locations: Locations;
  readonly accounts: Accounts;
  readonly tokens: ContentTokens;
  readonly reminders: Reminders;
  readonly servers: MdmServers;
  readonly links: Links;
  readonly files: Files;
  readonly erasures: Erasures;
  readonly outbox: Outbox;
  readonly bus: Bus;
  readonly parking: Parking;
  readonly custody: CustodyLog;
  readonly log: Log;
  readonly now: () => Date;
  /** Bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
};
