// Client users as the tests give them, and changes of them made by hand: the rules that refuse some of them are not in the way.

import { WorkId, workOf } from "../../../domain/device-api/work.ts";
import type { ClientUser, UsersVersion } from "../../../domain/licenses/client-user.ts";
import type { UserChange, UserChanges } from "../../../domain/licenses/user-changes.ts";
import { NOW } from "../database/records.ts";
import { contentTokenId, locationId } from "./make.ts";

export const aClientUser = (over: Partial<ClientUser> = {}): ClientUser => ({
  locationId: locationId(),
  clientUserId: "u-1",
  inviteCode: "f551b37da07146628e8dcbe0111f0364",
  createdAt: NOW,
  changedIn: 1,
  ...over,
});

/** A hash as it is in the records. */
export const hashOf = (digit: string): string => digit.repeat(64);

/** Over the version that was read. */
export const changesOf = (before: UsersVersion, ...changes: readonly UserChange[]): UserChanges => {
  const version = before.version + 1;
  const created = changes.filter((change) => change.before === undefined).length;
  const retired = changes.filter(({ after }) => after.retiredAt !== undefined).length;
  return {
    version: { ...before, version, active: before.active + created - retired, retired: before.retired + retired, changedAt: NOW },
    changes: changes.map((change) => ({ ...change, after: { ...change.after, changedIn: version } })),
  };
};

/** Work that creates as many users as are named. */
export const someWork = (...clientUserIds: readonly string[]) =>
  workOf(
    { type: "CREATE", users: clientUserIds.map((clientUserId) => ({ clientUserId })) },
    {
      id: WorkId.parse("0b1f9b9e-9d0c-4a5b-8a0f-5d6d2f0e7a11"),
      locationId: locationId(),
      tokenId: contentTokenId(),
      requestedAt: NOW,
    },
  );
