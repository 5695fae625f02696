// The record of the monthly subscription.
import type { Location } from "../../domain/organization/organization.ts";
import type { Subscription } from "../../domain/organization/subscription.ts";
import type { Effect, Preconditions } from "./shared.ts";

export interface Subscriptions {
  /** Strongly consistent. */
  get(): Promise<Subscription>;
  /**
   * Writes the next version over the one that was read, with the location that it reserves or releases: its next version, or its first. False when
   * either, or a precondition, changed meanwhile.
   */
  replace(after: Subscription, location: Location, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
}
