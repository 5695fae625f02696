// The device management API's own records: client configurations, uses of tokens, and counters of requests.
import type { ClientConfig, SaidConfig } from "../../domain/device-api/client-config.ts";
import type { ContentTokenId, LocationId, MdmServerId } from "../../domain/shared/ids.ts";

export interface ClientConfigs {
  /** Strongly consistent; `undefined` while nobody said anything. */
  get(location: LocationId): Promise<ClientConfig | undefined>;
  /** Writes what is said over what was, whoever said it, and leaves the rest as it is; answers all of it as it is then. */
  change(said: SaidConfig): Promise<ClientConfig>;
}

/** The use of a token by an MDM server. `mdmServerId` is absent if the MDM server is not known. */
export type TokenUse = {
  readonly tokenId: ContentTokenId;
  readonly mdmServerId?: MdmServerId | undefined;
  readonly what: string;
  readonly at: Date;
};

export interface TokenUses {
  /** Keeps the latest of each MDM server; one of less than `afterSeconds` later is not worth a write. */
  note(use: TokenUse, afterSeconds: number): Promise<void>;
  of(token: ContentTokenId): Promise<readonly TokenUse[]>;
}

/**
 * Counters: of a location the requests of its MDM servers, their name look-ups, the links that they fetch, tests of notification URLs, and checks with Apple that
 * people ask for; of a token the custody log entries that identifications with it made.
 */
export type Rated = "requests" | "lookups" | "tests" | "checks" | "fetches" | "identifications";

export interface Rates {
  /** Counts one within a span of time, by its number. False when there were `most` already. */
  take(
    of: LocationId | ContentTokenId,
    what: Rated,
    span: { readonly seconds: number; readonly number: number },
    most: number,
  ): Promise<boolean>;
}
