// What is told to others and what others tell: events and notices, facts about accounts, the custody log, what operations watch.
import type { AccountFact } from "../../domain/accounts/account-fact.ts";
import type { CustodyEntry, SubjectId } from "../../domain/custody/custody.ts";
import type { Found } from "../../domain/custody/custody-verification.ts";
import type { Delivery, NotificationCall } from "../../domain/device-api/delivery.ts";
import type { Announcement } from "../../domain/shared/events.ts";
import type { AccountId } from "../../domain/shared/ids.ts";
import type { Seal } from "../../domain/custody/seal.ts";
import type { Count, Gauge } from "../contract/metrics.ts";
import type { Page, PageRequest } from "./ports.ts";

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
  /** Sends the invitation again, with a new temporary password, unless they have set a password of their own or nobody there has this subject. */
  inviteAgain(subject: string): Promise<"sent" | "accepted" | "unknown">;
  /** Nobody signs in as them any more. Harmless when nobody there has this subject. */
  remove(subject: string): Promise<void>;
}

/** Calls addresses that MDM servers chose, from where there is nothing to be had. */
export interface Notifier {
  /** Whether such a URL may be called at all. */
  readonly isTarget: (url: string) => boolean;
  /** One attempt. What the other side did or did not do is answered; rejects when nobody could try. */
  deliver(call: NotificationCall): Promise<Delivery>;
}

/** What operations watch. Fields carry identifiers and reasons only. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, string | number>>): void;
  error(message: string, error: unknown, fields?: Readonly<Record<string, string | number>>): void;
  count(metric: Count, value: number): void;
  /** Its unit belongs to the metric. */
  gauge(metric: Gauge, value: number): void;
}
