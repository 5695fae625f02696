// Due times of tokens, and the ledger of sent reminders.
import type { ContentTokenId } from "../../domain/shared/ids.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import type { Effect } from "./shared.ts";

/** The result of processing a due token. `step`: the reminder that is sent. `isOverlapDone`: the earlier tokens have ended. */
export type Move = { readonly nextDueAt: Date; readonly step?: number | undefined; readonly isOverlapDone?: boolean };

/** Due times of tokens, and the ledger of reminders that were sent. */
export interface Reminders {
  /** Due by `until`, longest overdue first; reads nothing else. Throws, after all others, when some records can't be read. */
  due(until: Date): AsyncIterable<ContentToken>;
  /** The steps of the ladder of which a reminder was sent. */
  sentSteps(id: ContentTokenId): Promise<ReadonlySet<number>>;
  /**
   * Moves the token to its next due time, enters the step in the ledger and records the effects, all or nothing. False when
   * the token's due time is not the one that was read, or the step was sent: another run was here.
   */
  remind(token: ContentToken, move: Move, effects?: readonly Effect[]): Promise<boolean>;
  /** Records that the end was announced and plans the erasure of the file. False when another run was here. */
  expire(token: ContentToken, effects: readonly Effect[]): Promise<boolean>;
}
