// What creating, updating and retiring makes of client users: an identifier has one entry at most that is not retired, an Apple Account one holder at most.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClientUser, noUsers, shownUser, type UsersVersion } from "../../../domain/licenses/client-user.ts";
import { type AskedUser, associatedBy, type EvaluatedUsers, evaluateUsers, type UserAct } from "../../../domain/licenses/user-changes.ts";
import { at, locationId } from "../../support/builders/make.ts";
import { aClientUser, hashOf } from "../../support/builders/users.ts";
import { NOW } from "../../support/database/records.ts";

const invite = { inviteCode: "f551b37da07146628e8dcbe0111f0364" };
const asked = (clientUserId: string, over: Partial<AskedUser> = {}): AskedUser => ({ clientUserId, ...invite, ...over });

/** All entries there ever were, and their version. */
type World = { readonly version: UsersVersion; readonly entries: readonly ClientUser[] };
const EMPTY: World = { version: noUsers(locationId()), entries: [] };

const activeOf = ({ entries }: World): readonly ClientUser[] => entries.filter(({ retiredAt }) => retiredAt === undefined);

const judge = (world: World, act: UserAct, all: readonly AskedUser[], when = NOW): EvaluatedUsers =>
  evaluateUsers(
    act,
    all,
    {
      version: world.version,
      users: new Map(activeOf(world).map((user) => [user.clientUserId, user])),
      holders: new Map(activeOf(world).flatMap(({ idHash, clientUserId }) => (idHash === undefined ? [] : [[idHash, clientUserId]]))),
    },
    when,
  );

const after = ({ entries }: World, { version, changes }: EvaluatedUsers): World => ({
  version,
  entries: [...entries.filter((entry) => !changes.some(({ before }) => before === entry)), ...changes.map((change) => change.after)],
});

const made = (world: World, act: UserAct, ...all: AskedUser[]): World => after(world, judge(world, act, all));

describe("an Apple Account", () => {
  const world = made(EMPTY, "CREATE", asked("a", { idHash: hashOf("a") }), asked("b", { idHash: hashOf("b") }), asked("c"));

  test("that is exchanged goes to nobody who names it before it is free, and to who names it afterwards", () => {
    const exchanged = judge(world, "UPDATE", [asked("a", { idHash: hashOf("b") }), asked("b", { idHash: hashOf("a") })]);
    expect(exchanged.refused).toEqual([
      { clientUserId: "a", errorNumber: 9641 },
      { clientUserId: "b", errorNumber: 9641 },
    ]);
    const moved = judge(world, "UPDATE", [asked("a", { idHash: hashOf("c") }), asked("c", { idHash: hashOf("a") })]);
    expect(moved.refused).toEqual([]);
    expect(associatedBy(moved.changes).map(({ clientUserId }) => clientUserId)).toEqual(["a", "c"]);
  });

  test("that is said again is no change", () => {
    const again = judge(world, "UPDATE", [asked("a", { idHash: hashOf("a") })]);
    expect(again).toMatchObject({ changes: [], refused: [], version: world.version, done: [{ clientUserId: "a" }] });
    expect(associatedBy(judge(world, "UPDATE", [asked("a", { email: "a@example.net" })]).changes)).toEqual([]);
  });

  test("of who is retired is told of no more as associated", () => {
    expect(associatedBy(judge(world, "RETIRE", [asked("a")]).changes)).toEqual([]);
  });
});

test("a user is shown with what invites one, or with the Apple Account, and with neither date nor number", () => {
  expect(shownUser(aClientUser())).toEqual({ clientUserId: "u-1", inviteCode: invite.inviteCode, status: "Registered" });
  expect(shownUser(aClientUser({ idHash: hashOf("a"), email: "a@example.net", retiredAt: NOW }))).toEqual({
    clientUserId: "u-1",
    email: "a@example.net",
    idHash: hashOf("a"),
    status: "Retired",
  });
});

test("a clock that is behind does not turn the version's time back", () => {
  const world = made(EMPTY, "CREATE", asked("a"));
  expect(judge(world, "CREATE", [asked("b")], at("2020-01-01")).version).toEqual({ ...world.version, version: 2, active: 2 });
});

const user = fc.record({
  clientUserId: fc.constantFrom("a", "b", "c", "d"),
  email: fc.constantFrom(undefined, "a@example.net", "b@example.net"),
  idHash: fc.constantFrom(undefined, ...["a", "b", "c"].map(hashOf)),
  inviteCode: fc.constant(invite.inviteCode),
});
const step = fc.record({
  act: fc.constantFrom<UserAct>("CREATE", "UPDATE", "RETIRE"),
  users: fc.uniqueArray(user, { selector: ({ clientUserId }) => clientUserId, minLength: 1 }),
});

test("whatever is asked in whichever order: one entry that is not retired, one holder, and a version that counts them", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let world = EMPTY;
      for (const { act, users } of steps) {
        const before = world;
        const preconditions = judge(world, act, users);
        world = after(world, preconditions);
        const active = activeOf(world);
        const ids = active.map(({ clientUserId }) => clientUserId);
        const hashes = active.flatMap(({ idHash }) => idHash ?? []);
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(hashes).size).toBe(hashes.length);
        expect(world.version).toMatchObject({ active: active.length, retired: world.entries.length - active.length });
        expect(preconditions.done.length + preconditions.refused.length).toBe(users.length);
        // What is created was not there, and all else was.
        const there = new Set(activeOf(before).map(({ clientUserId }) => clientUserId));
        for (const { clientUserId } of preconditions.done) expect(there.has(clientUserId)).toBe(act !== "CREATE");
        expect(world.version.version).toBe(before.version.version + (preconditions.changes.length > 0 ? 1 : 0));
        const changed = world.entries.filter(({ changedIn }) => changedIn > before.version.version);
        expect(changed).toEqual(preconditions.changes.map((change) => change.after));
      }
    }),
  );
});
