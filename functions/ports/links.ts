// Links, sightings and conflicts of each location.
import type { Conflict } from "../../domain/mdm-servers/conflict.ts";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { ConflictId, LocationId, MdmServerId } from "../../domain/shared/ids.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import type { Effect, Page, PageRequest, Preconditions } from "./shared.ts";

export interface Links {
  /** Strongly consistent. */
  of(location: LocationId): Promise<LocationLinks>;
  /** Strongly consistent; a location that nothing was ever linked to has none. */
  ofAll(locations: readonly LocationId[]): Promise<ReadonlyMap<LocationId, LocationLinks>>;
  /** Every location that has ever been linked to. Not strongly consistent. */
  all(): AsyncIterable<LocationLinks>;
  /** The locations with tokens that the MDM server was ever linked to or seen with, strongly consistent. */
  locationsOf(server: MdmServerId): Promise<readonly LocationId[]>;
  /**
   * Writes the next version over the one that was read, with the conflict as it is now, if there is one. `lookAgain`: a token that the next scan
   * has to look at, whatever comes in between. `server`: the MDM server that is found by the location from now on. False when the links,
   * or a precondition, changed meanwhile.
   */
  replace(
    after: LocationLinks,
    change: {
      readonly conflict?: Conflict | undefined;
      readonly lookAgain?: ContentToken | undefined;
      readonly server?: MdmServerId | undefined;
    },
    effects?: readonly Effect[],
    preconditions?: Preconditions,
  ): Promise<boolean>;
  conflict(id: ConflictId): Promise<Conflict | undefined>;
  conflicts(page: PageRequest): Promise<Page<Conflict>>;
}
