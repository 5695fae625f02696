// The queue of checks with Apple.

/** The queue of checks, beyond the checks that are announced. */
export interface CheckQueue {
  /** Enqueues the rest of the daily run: the tokens after this page. Rejects if the queue did not take it. */
  continueDailyRun(after: string): Promise<void>;
}
