// Publishing of outbox messages.
import type { Announcement } from "../../domain/shared/events.ts";

export interface Bus {
  /** Tells events and notices; answers with those that were taken. Never throws: what was not told stays recorded. */
  publish(announcements: readonly Announcement[]): Promise<readonly Announcement[]>;
}
