// Authentication of the device management API by content token.
import type { Account } from "../../domain/accounts/account.ts";
import type { ClientConfig } from "../../domain/device-api/client-config.ts";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { AccountId, ContentTokenId } from "../../domain/shared/ids.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";

/** A token with its token context, and the records of its location. */
export type BearerFound = {
  readonly token: ContentToken;
  readonly holders: ReadonlyMap<AccountId, Account>;
  readonly location: Location;
  readonly links: LocationLinks;
  readonly config: ClientConfig;
};

export interface Bearers {
  /**
   * The token whose secret has this SHA-256 (hex), with everyone who was given it, its location and what belongs to that: each strongly consistent, so
   * that whatever ended it counts at once.
   */
  find(secretSha256: string): Promise<BearerFound | undefined>;
  /** The same by the token's identifier. Rejects when there is no such token. */
  get(token: ContentTokenId): Promise<BearerFound>;
}
