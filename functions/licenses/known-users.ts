// Loads the client users that a change is about, with the requested values. Apple Accounts appear as hashes only.
import type { RequestUser } from "../../domain/licenses/client-user.ts";
import type { AskedUser, KnownUsers } from "../../domain/licenses/user-changes.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { sha256 } from "../lib/hash.ts";
import type { Ports } from "../ports/ports.ts";

/** One text per Apple Account, whatever its name's case. */
export const idHashOf = (managedAppleId: string): string => sha256(managedAppleId.toLowerCase());

const INVITE_BYTES = 16;

export const askedUser = (
  { clientUserId, email, managedAppleId }: Pick<RequestUser, "clientUserId"> & Partial<RequestUser>,
  { random }: Pick<Ports, "random">,
): AskedUser => ({
  clientUserId,
  email,
  idHash: managedAppleId === undefined ? undefined : idHashOf(managedAppleId),
  inviteCode: Buffer.from(random(INVITE_BYTES)).toString("hex"),
});

/** The version first: what changes while the rest is read is found out when it is recorded. */
export const knownUsers = async (
  location: LocationId,
  asked: readonly AskedUser[],
  { clientUsers }: Pick<Ports, "clientUsers">,
): Promise<KnownUsers> => {
  const version = await clientUsers.version(location);
  const [users, holders] = await Promise.all([
    clientUsers.getAll(
      location,
      asked.map(({ clientUserId }) => clientUserId),
    ),
    clientUsers.holders(
      location,
      asked.flatMap(({ idHash }) => idHash ?? []),
    ),
  ]);
  return { version, users, holders };
};
