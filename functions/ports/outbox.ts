// Outbox messages that are recorded and not published yet.
import type { Announcement } from "../../domain/shared/events.ts";

export interface Outbox {
  /** Recorded before `before` and not told yet, oldest first. */
  pending(before: Date): AsyncIterable<Announcement>;
  done(announcements: readonly Announcement[]): Promise<void>;
}
