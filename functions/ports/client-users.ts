// The client users of each location, as MDM servers keep them there. All that changes some of them makes the next version of the location's users, and is
// recorded only over the version that was read.
import type { ClientUser, UsersVersion } from "../../domain/licenses/client-user.ts";
import type { UserChanges } from "../../domain/licenses/user-changes.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import type { Effect, Preconditions } from "./shared.ts";
import type { Progress } from "./works.ts";

/** Which users are listed. */
export type WhichUsers = "all" | "active" | "retired";

/** All reads are strongly consistent. What several of them answer is of one state when `version` is the same before and after. */
export interface ClientUsers {
  /** That of no users when there never was one. */
  version(location: LocationId): Promise<UsersVersion>;
  /** Those of `clientUserIds` who are there and not retired, by client user id. */
  getAll(location: LocationId, clientUserIds: readonly string[]): Promise<ReadonlyMap<string, ClientUser>>;
  /** Users that are not retired and have the Apple Accounts with these hashes: client user ids by hash. */
  holders(location: LocationId, idHashes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Every entry of that client user id, retired ones first. */
  entriesOf(location: LocationId, clientUserId: string): Promise<readonly ClientUser[]>;
  /** `limit` of them behind the first `skip`: retired ones first, each kind by client user id. Reads over what it skips. */
  list(location: LocationId, which: WhichUsers, at: { readonly skip: number; readonly limit: number }): Promise<readonly ClientUser[]>;
  /** Those whose entry changed after that version, in the order of `list`. Reads over all. */
  changedSince(location: LocationId, version: number, which: WhichUsers): Promise<readonly ClientUser[]>;
  /**
   * False, and nothing changed, when the users are not of the version before, work gave some of them a license since that was read, an entry is not as it
   * was read, an Apple Account is not whose it was, the work is not where it was read, or a precondition changed. Without changes only the work goes on.
   */
  record(
    changes: UserChanges,
    effects?: readonly Effect[],
    more?: { readonly progress?: Progress | undefined; readonly preconditions?: Preconditions | undefined },
  ): Promise<boolean>;
}
