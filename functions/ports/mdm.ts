// What the device management API keeps beside the ledger: the work that MDM servers asked for, what they said of themselves and where they want to be told,
// how often they ask, and what they last used a token for.
import type { ClientConfig, SaidConfig } from "../../domain/client-config.ts";
import type { ContentTokenId, LocationId, MdmServerId } from "../../domain/ids.ts";
import type { Failure, Outcome, Part, Work, WorkId } from "../../domain/work.ts";
import type { Judged, Trace } from "../ports.ts";

/** How far the work at hand comes by an act that is a part of it. The act is recorded only while the work is where it was read. */
export type Progress = { readonly work: Work; readonly outcome: Outcome };

export interface Works {
  /** Strongly consistent. */
  get(id: WorkId): Promise<Work | undefined>;
  /** Writes down all of it at once. False when there is work of that id. */
  add(work: Work, parts: readonly Part[], traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  part(id: WorkId, index: number): Promise<Part>;
  /** Strongly consistent, whole. */
  failures(id: WorkId): Promise<readonly Failure[]>;
  /** A step that changed nothing else. False when the work is not where it was read, or what was judged changed. */
  advance(progress: Progress, traces?: readonly Trace[], judged?: Judged): Promise<boolean>;
  /** Gives up what is left. False when nothing is left, or it was given up. */
  giveUp(work: Work, at: Date): Promise<boolean>;
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
 * Counted events: of a location what its MDM servers ask, and how often somebody's address is tried for them; of a token the entries of the custody log that
 * identifications with it made.
 */
export type Rated = "requests" | "tests" | "identifications";

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
