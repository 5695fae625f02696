// What the device management API keeps beside the ledger: the work that MDM servers asked for, what they said of themselves and where they want to be told,
// how often they ask, and what they last used a token for.
import type { ClientConfig, SaidConfig } from "../../domain/device-api/client-config.ts";
import type { ContentTokenId, LocationId, MdmServerId } from "../../domain/shared/ids.ts";
import type { JobLimits, PendingCount, PendingJob, Resumed } from "../../domain/device-api/job.ts";
import type { Failure, Outcome, Part, Work, WorkId } from "../../domain/device-api/work.ts";
import type { Judged, Trace } from "./ports.ts";

/** How far the work at hand comes by an act that is a part of it. The act is recorded only while the work is where it was read. */
export type Progress = { readonly work: Work; readonly outcome: Outcome; readonly at: Date };

export interface Works {
  /** Strongly consistent. */
  get(id: WorkId): Promise<Work | undefined>;
  /**
   * Writes the whole job at once. Writes nothing when the location would have more pending than `limits` ("full"), or when the id is taken or a precondition
   * changed ("changed").
   */
  add(
    work: Work,
    parts: readonly Part[],
    limits: JobLimits,
    traces?: readonly Trace[],
    judged?: Judged,
  ): Promise<"added" | "full" | "changed">;
  part(id: WorkId, index: number): Promise<Part>;
  /** Strongly consistent, whole. */
  failures(id: WorkId): Promise<readonly Failure[]>;
  /** A step that changed nothing else. False when the work is not where it was read, or what was judged changed. */
  advance(progress: Progress, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /** Ends the job before its last step, at any step. False when it ended already. */
  stop(work: Work, stopped: NonNullable<Work["stopped"]>, traces?: readonly Trace[]): Promise<boolean>;
}

/** Jobs that have not ended. One is listed and counted from the transaction that adds it until the one that ends it. */
export interface PendingJobs {
  /** Jobs that were requested at `last` or before, the earliest first, strongly consistent. */
  requestedUntil(last: Date): AsyncIterable<PendingJob>;
  /** Notes that the job was put back into the queue; nothing when it ended meanwhile. */
  noteResumed(job: PendingJob, resumed: Resumed): Promise<void>;
  /** Strongly consistent. */
  countAt(location: LocationId): Promise<PendingCount>;
}

export interface ClientConfigs {
  /** Strongly consistent; `undefined` while nobody said anything. */
  get(location: LocationId): Promise<ClientConfig | undefined>;
  /** Writes what is said over what was, whoever said it, and leaves the rest as it is; answers all of it as it is then. */
  change(said: SaidConfig): Promise<ClientConfig>;
}

/** What an MDM server was seen to use a token for. `mdmServerId` is absent where it can't be told which one it was. */
export type TokenUse = {
  readonly tokenId: ContentTokenId;
  readonly mdmServerId?: MdmServerId | undefined;
  readonly what: string;
  readonly at: Date;
};

export interface TokenUses {
  /** Keeps the latest of each MDM server; one of less than `afterSeconds` later is not worth a write. */
  note(use: TokenUse, afterSeconds: number): Promise<void>;
  of(token: ContentTokenId): Promise<readonly TokenUse[]>;
}

/**
 * Counters: of a location the requests of its MDM servers, their name look-ups, the links that they fetch, tests of notification URLs, and checks with Apple that
 * people ask for; of a token the custody log entries that identifications with it made.
 */
export type Rated = "requests" | "lookups" | "tests" | "checks" | "fetches" | "identifications";

export interface Rates {
  /** Counts one within a span of time, by its number. False when there were `most` already. */
  take(
    of: LocationId | ContentTokenId,
    what: Rated,
    span: { readonly seconds: number; readonly number: number },
    most: number,
  ): Promise<boolean>;
}

/** Encrypts what has to be shown again, each for what it belongs to. */
export interface Cipher {
  encrypt(text: string, belongsTo: string): Promise<string>;
  /** Rejects what was encrypted for something else. */
  decrypt(ciphertext: string, belongsTo: string): Promise<string>;
}
