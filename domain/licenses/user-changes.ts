// What creating, updating and retiring client users changes. Some of the users of a request may be refused, each with a number, while the others are
// changed: they are judged one after the other, each against what those before it made.

import type { MdmErrorNumber } from "../device-api/mdm-error.ts";
import type { ClientUser, RequestUser, UsersVersion } from "./client-user.ts";

/** As the protocol spells them. */
export type UserAct = "CREATE" | "UPDATE" | "RETIRE";

/** A requested change of one user. `idHash` is the hash of the named Apple Account; `inviteCode` is used if the change creates the user. */
export type AskedUser = Pick<RequestUser, "clientUserId" | "email"> & { readonly idHash?: string | undefined; readonly inviteCode: string };

/** The users that a request is about, all read at one version. */
export type KnownUsers = {
  readonly version: UsersVersion;
  /** Those who are not retired, by client user id. */
  readonly users: ReadonlyMap<string, ClientUser>;
  /** Which of those who are not retired has an Apple Account: client user ids by its hash. */
  readonly holders: ReadonlyMap<string, string>;
};

/** An entry as it was, if there was one, and as it is now. */
export type UserChange = { readonly before?: ClientUser; readonly after: ClientUser };

/**
 * Invariant: each client user id is changed once at most; afterwards it has one entry at most that is not retired, and an Apple Account belongs to one
 * such entry at most.
 */
export type UserChanges = {
  /** The next one; the one that was read when nothing changed. */
  readonly version: UsersVersion;
  readonly changes: readonly UserChange[];
};

export type EvaluatedUsers = UserChanges & {
  /** As they are now, also those for whom nothing changed. */
  readonly done: readonly ClientUser[];
  readonly refused: readonly { readonly clientUserId: string; readonly errorNumber: MdmErrorNumber }[];
};

/** An entry as it is afterwards, or why not: 9716 it exists, 9609 it does not, 9641 the Apple Account is another one's. */
type Judge = (asked: AskedUser, before: ClientUser | undefined, holder: string | undefined) => ClientUser | MdmErrorNumber;

const judges = (locationId: ClientUser["locationId"], at: Date, changedIn: number): Readonly<Record<UserAct, Judge>> => ({
  CREATE({ clientUserId, email, idHash, inviteCode }, before, holder) {
    if (before !== undefined) return 9716;
    if (holder !== undefined) return 9641;
    return {
      locationId,
      clientUserId,
      ...(email === undefined ? {} : { email }),
      ...(idHash === undefined ? {} : { idHash }),
      inviteCode,
      createdAt: at,
      changedIn,
    };
  },
  /** Properties that the request omits keep their values. */
  UPDATE({ clientUserId, email, idHash }, before, holder) {
    if (before === undefined) return 9609;
    if (holder !== undefined && holder !== clientUserId) return 9641;
    const after = { ...before, ...(email === undefined ? {} : { email }), ...(idHash === undefined ? {} : { idHash }) };
    return after.email === before.email && after.idHash === before.idHash ? before : { ...after, changedIn };
  },
  RETIRE(_, before) {
    return before === undefined ? 9609 : { ...before, retiredAt: at, changedIn };
  },
});

const versionAfter = (before: UsersVersion, changes: readonly UserChange[], at: Date): UsersVersion => {
  if (changes.length === 0) return before;
  const created = changes.filter((change) => change.before === undefined).length;
  const retired = changes.filter(({ after }) => after.retiredAt !== undefined).length;
  return {
    ...before,
    version: before.version + 1,
    active: before.active + created - retired,
    retired: before.retired + retired,
    // A clock that is behind the one before does not turn it back.
    changedAt: at > before.changedAt ? at : before.changedAt,
  };
};

/** Evaluates a request for `asked`, each named once, against `known`. */
export const evaluateUsers = (act: UserAct, asked: readonly AskedUser[], known: KnownUsers, at: Date): EvaluatedUsers => {
  const judge = judges(known.version.locationId, at, known.version.version + 1)[act];
  const holders = new Map(known.holders);
  const changes: UserChange[] = [];
  const done: ClientUser[] = [];
  const refused: { clientUserId: string; errorNumber: MdmErrorNumber }[] = [];
  for (const one of asked) {
    const { clientUserId, idHash } = one;
    const before = known.users.get(clientUserId);
    const after = judge(one, before, idHash === undefined ? undefined : holders.get(idHash));
    if (typeof after === "number") {
      refused.push({ clientUserId, errorNumber: after });
      continue;
    }
    done.push(after);
    if (after === before) continue;
    changes.push({ ...(before === undefined ? {} : { before }), after });
    if (before?.idHash !== undefined) holders.delete(before.idHash);
    if (after.idHash !== undefined && after.retiredAt === undefined) holders.set(after.idHash, clientUserId);
  }
  return { version: versionAfter(known.version, changes, at), changes, done, refused };
};

/** Those who have an Apple Account by it that they did not have before. */
export const associatedBy = (changes: readonly UserChange[]): readonly ClientUser[] =>
  changes.flatMap(({ before, after }) => (after.idHash !== undefined && after.idHash !== before?.idHash ? [after] : []));
