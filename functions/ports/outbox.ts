// Outbox messages that are recorded and not published yet.
import type { OutboxMessage } from "../../domain/shared/events.ts";

export interface Outbox {
  /** Messages recorded before `before` and not published yet, oldest first. */
  pending(before: Date): AsyncIterable<OutboxMessage>;
  done(messages: readonly OutboxMessage[]): Promise<void>;
}
