// Uses of `Idempotency-Key`.
import type { Idempotency } from "./shared.ts";

/** What was asked with an `Idempotency-Key` before. */
export interface Requests {
  /** What an earlier request with the same key made, within the day before `now`; strongly consistent. */
  earlier(
    use: Pick<Idempotency, "accountId" | "key">,
    now: Date,
  ): Promise<{ readonly made: string; readonly requestSha256: string } | undefined>;
}
