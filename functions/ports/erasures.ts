// Planned erasures of files.

export interface Erasures {
  /** The file is to be erased unless a token is recorded with it. */
  plan(fileKey: string, at: Date): Promise<void>;
  /** Erasures that were planned before `before`. */
  planned(before: Date): AsyncIterable<string>;
  /** When each was planned, in no order. */
  plannedTimes(): AsyncIterable<Date>;
  done(fileKey: string): Promise<void>;
}
