// Ports without a world, continued: the client users of each location, in memory.
import { type ClientUser, noUsers, type UsersVersion } from "../../../domain/licenses/client-user.ts";
import type { LocationId } from "../../../domain/shared/ids.ts";
import type { ClientUsers, WhichUsers } from "../../../functions/ports/client-users.ts";
import type { WorksInMemory } from "./world-mdm.ts";
import type { SharedPlaces } from "./world-organization.ts";

/** One text per entry, in whose order they are listed. */
const placeOf = ({ clientUserId, retiredAt, changedIn }: ClientUser): string =>
  retiredAt === undefined ? `USER#${clientUserId}` : `RETIRED#${clientUserId}#${String(changedIn).padStart(12, "0")}`;

const isOf = (which: WhichUsers, { retiredAt }: ClientUser): boolean =>
  which === "all" || (which === "retired") === (retiredAt !== undefined);

/** By location: those that licenses are given to share them. */
export type UsersVersions = Map<LocationId, UsersVersion>;

export const clientUsersInMemory = (
  { record, areMet }: Pick<SharedPlaces, "record" | "areMet">,
  works: Pick<WorksInMemory, "isThere" | "move">,
  versions: UsersVersions,
): ClientUsers => {
  const entries = new Map<string, ClientUser>();

  const keyOf = (user: ClientUser): string => `${user.locationId} ${placeOf(user)}`;
  const of = (location: LocationId, which: WhichUsers): ClientUser[] =>
    [...entries.values()]
      .filter((user) => user.locationId === location && isOf(which, user))
      .toSorted((one, other) => Buffer.compare(Buffer.from(placeOf(one)), Buffer.from(placeOf(other))));
  const versionOf = (location: LocationId): UsersVersion => versions.get(location) ?? noUsers(location);
  const holderOf = (location: LocationId, idHash: string): string | undefined =>
    of(location, "active").find((user) => user.idHash === idHash)?.clientUserId;

  return {
    async version(location) {
      return versionOf(location);
    },
    async getAll(location, clientUserIds) {
      const found = of(location, "active").filter(({ clientUserId }) => clientUserIds.includes(clientUserId));
      return new Map(found.map((user) => [user.clientUserId, user]));
    },
    async holders(location, idHashes) {
      return new Map(
        idHashes.flatMap((idHash) => {
          const holder = holderOf(location, idHash);
          return holder === undefined ? [] : [[idHash, holder] as const];
        }),
      );
    },
    async entriesOf(location, clientUserId) {
      return of(location, "all").filter((user) => user.clientUserId === clientUserId);
    },
    async list(location, which, { skip, limit }) {
      return of(location, which).slice(skip, skip + limit);
    },
    async changedSince(location, version, which) {
      return of(location, which).filter(({ changedIn }) => changedIn > version);
    },
    async record({ version, changes }, effects, { progress, preconditions } = {}) {
      if (!works.isThere(progress) || !areMet(preconditions)) return false;
      const { locationId } = version;
      if (changes.length > 0) {
        const before = versionOf(locationId);
        if (before.version !== version.version - 1 || before.given !== version.given) return false;
        const isAsRead = changes.every(({ before, after }) => {
          const now = entries.get(`${locationId} USER#${after.clientUserId}`);
          return now?.changedIn === before?.changedIn;
        });
        const changed = new Set(changes.map(({ after }) => after.clientUserId));
        const isFree = changes.every(({ after: { idHash, retiredAt } }) => {
          const holder = idHash === undefined || retiredAt !== undefined ? undefined : holderOf(locationId, idHash);
          return holder === undefined || changed.has(holder);
        });
        if (!isAsRead || !isFree) return false;
        for (const { before } of changes) if (before !== undefined) entries.delete(keyOf(before));
        for (const { after } of changes) entries.set(keyOf(after), after);
        versions.set(locationId, version);
      }
      works.move(progress);
      return record(effects);
    },
  };
};
