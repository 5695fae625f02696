// What handlers need from outside. Declared for whoever calls it: no SDK type, no key layout and no environment shows here.
// Every act takes the traces it leaves and records them in its own transaction; announcements are told afterwards (`announce`).
import type { Account } from "../../domain/accounts/account.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import type { CustodyRecord } from "../../domain/custody/custody.ts";
import type { Announcement } from "../../domain/shared/events.ts";
import type { AccountId, LocationId } from "../../domain/shared/ids.ts";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import type { Location, Organization } from "../../domain/organization/organization.ts";
import type { AppleApi, CheckQueue } from "./apple.ts";
import type { Bearers } from "./bearers.ts";
import type { ClientUsers } from "./client-users.ts";
import type { Licenses } from "./licenses.ts";
import type { Cipher, ClientConfigs, PendingJobs, Rates, TokenUses, Works } from "./mdm.ts";
import type { Accounts, Links, Locations, MdmServers, Organizations, Requests, Subscriptions } from "./records.ts";
import type { Bus, CustodyLog, Log, Notifier, Outbox, Parking, People } from "./telling.ts";
import type { ContentTokens, Erasures, Files, Reminders } from "./tokens.ts";

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
  /** None of them is closed. */
  readonly locations?: readonly Location[];
  readonly links?: readonly LocationLinks[];
  /** How many times licenses or a token had come to a location. */
  readonly arrivals?: readonly { readonly location: LocationId; readonly count: number }[];
};

/** One use of an `Idempotency-Key`: whose, and the SHA-256 of what was asked with it. Kept for a day. */
export type Idempotency = { readonly accountId: AccountId; readonly key: string; readonly requestSha256: string };

export type Ports = {
  readonly organizations: Organizations;
  readonly locations: Locations;
  readonly accounts: Accounts;
  readonly tokens: ContentTokens;
  readonly reminders: Reminders;
  readonly servers: MdmServers;
  readonly links: Links;
  readonly subscriptions: Subscriptions;
  readonly licenses: Licenses;
  readonly requests: Requests;
  readonly bearers: Bearers;
  readonly works: Works;
  readonly pendingJobs: PendingJobs;
  readonly clientConfigs: ClientConfigs;
  readonly clientUsers: ClientUsers;
  readonly uses: TokenUses;
  readonly rates: Rates;
  readonly cipher: Cipher;
  readonly notifier: Notifier;
  readonly apple: AppleApi;
  readonly checkQueue: CheckQueue;
  readonly files: Files;
  readonly erasures: Erasures;
  readonly outbox: Outbox;
  readonly bus: Bus;
  readonly parking: Parking;
  readonly custody: CustodyLog;
  readonly people: People;
  readonly log: Log;
  readonly now: () => Date;
  /** Bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
};
