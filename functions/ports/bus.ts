// Publishing of outbox messages.
import type { OutboxMessage } from "../../domain/shared/events.ts";

export interface Bus {
  /** Publishes outbox messages; returns those that were accepted. Never throws: the others stay in the outbox. */
  publish(messages: readonly OutboxMessage[]): Promise<readonly OutboxMessage[]>;
}
