// The locations' records.
import type { Conflict } from "../../domain/mdm-servers/conflict.ts";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import type { Effect, Page, PageRequest, Preconditions } from "./shared.ts";

export interface Locations {
  get(id: LocationId): Promise<Location | undefined>;
  primary(): Promise<Location>;
  /** Those of `ids` that exist, strongly consistent. */
  getAll(ids: readonly LocationId[]): Promise<ReadonlyMap<LocationId, Location>>;
  list(page: PageRequest): Promise<Page<Location>>;
  /** False, and nothing changed, when the uId is taken. */
  add(location: Location, effects?: readonly Effect[]): Promise<boolean>;
  /** Writes the next version over the one that was read. False when it changed meanwhile. */
  replace(location: Location, effects?: readonly Effect[]): Promise<boolean>;
  /** The number of times that licenses or a token arrived at it, strongly consistent. While it is unchanged, an earlier count of them is complete. */
  arrivals(id: LocationId): Promise<number>;
  /**
   * Closes it, with its links as they are then: from now on nothing comes to it, and it is in no list. False when it, its links or its arrivals
   * changed meanwhile.
   */
  close(closed: Location, closing: Closing, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
}

/** `links`: the next version, when there are any to close; `conflict`: as it is settled by that. */
export type Closing = {
  readonly arrivals: number;
  readonly links?: LocationLinks | undefined;
  readonly conflict?: Conflict | undefined;
};
