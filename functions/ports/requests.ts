// Uses of `Idempotency-Key`.
import type { Idempotency } from "./shared.ts";

/** Earlier requests by `Idempotency-Key`. */
export interface Requests {
  /** The result of a request with the same key within the day before `now`; strongly consistent. */
  earlier(
    use: Pick<Idempotency, "accountId" | "key">,
    now: Date,
  ): Promise<{ readonly made: string; readonly requestSha256: string } | undefined>;
}
