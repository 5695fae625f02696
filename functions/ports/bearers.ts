// How a content token opens the device management API.
import type { Account } from "../../domain/account.ts";
import type { ContentToken } from "../../domain/content-token.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { TokenBearer } from "../handle-mdm.ts";

/** A token with all that its worth hangs on. */
export type Found = TokenBearer & { readonly token: ContentToken; readonly holders: ReadonlyMap<AccountId, Account> };

export interface Bearers {
  /**
   * The token whose secret has this SHA-256 (hex), with everyone who was given it, its location and what belongs to that: each strongly consistent, so
   * that whatever ended it counts at once.
   */
  find(secretSha256: string): Promise<Found | undefined>;
}
