// The contract of client users: what changes some of a location's users is recorded whole, over the version that was read, or not at all.
import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_JOB_LIMITS } from "../../../domain/device-api/mdm-limits.ts";
import type { ClientUser } from "../../../domain/licenses/client-user.ts";
import { noUsers } from "../../../domain/licenses/client-user.ts";
import { ClientUserId } from "../../../domain/licenses/licenses.ts";
import type { UserChange } from "../../../domain/licenses/user-changes.ts";
import { keys } from "../../../functions/aws/table.ts";
import type { WhichUsers } from "../../../functions/ports/client-users.ts";
import { aLocation, anEvent, anOrganization, at, locationId } from "../../support/builders/make.ts";
import { acquired, assigned, key, user } from "../../support/builders/postings.ts";
import { aClientUser, changesOf, hashOf, someWork } from "../../support/builders/users.ts";
import { ada, battery, NOW } from "../../support/database/records.ts";

const here = locationId();
const other = locationId(2);

battery("client users", (records) => {
  /** The changes over the users as they are. */
  const change = async (...changes: UserChange[]): Promise<boolean> =>
    records.clientUsers.record(changesOf(await records.clientUsers.version(here), ...changes));
  const added = async (...users: Partial<ClientUser>[]): Promise<ClientUser[]> => {
    expect(await change(...users.map((over) => ({ after: aClientUser(over) })))).toBe(true);
    const { version } = await records.clientUsers.version(here);
    return users.map((over) => aClientUser({ ...over, changedIn: version }));
  };
  const retire = async (before: ClientUser): Promise<ClientUser> => {
    expect(await change({ before, after: { ...before, retiredAt: NOW } })).toBe(true);
    return { ...before, retiredAt: NOW, changedIn: (await records.clientUsers.version(here)).version };
  };
  const named = async (which: WhichUsers) =>
    (await records.clientUsers.list(here, which, { skip: 0, limit: 100 })).map(({ clientUserId }) => clientUserId);

  test("of a location that never had any are none, of version 0", async () => {
    expect(await records.clientUsers.version(here)).toEqual(noUsers(here));
    expect(await records.clientUsers.getAll(here, ["u-1"])).toEqual(new Map());
    expect(await records.clientUsers.holders(here, [hashOf("a")])).toEqual(new Map());
    expect(await records.clientUsers.entriesOf(here, "u-1")).toEqual([]);
    expect(await records.clientUsers.list(here, "all", { skip: 0, limit: 5 })).toEqual([]);
    expect(await records.clientUsers.list(here, "all", { skip: 1, limit: 5 })).toEqual([]);
    expect(await records.clientUsers.changedSince(here, 0, "all")).toEqual([]);
  });

  test("come back as they were recorded, at their location alone", async () => {
    const [plain, associated] = await added({}, { clientUserId: "u-2", email: "eve@example.net", idHash: hashOf("a") });
    expect(await records.clientUsers.getAll(here, ["u-2", "u-1", "u-9", "u-2"])).toEqual(
      new Map([
        ["u-1", plain],
        ["u-2", associated],
      ]),
    );
    expect(await records.clientUsers.version(here)).toEqual({
      locationId: here,
      version: 1,
      active: 2,
      retired: 0,
      changedAt: NOW,
      given: 0,
    });
    expect(await records.clientUsers.holders(here, [hashOf("a"), hashOf("b")])).toEqual(new Map([[hashOf("a"), "u-2"]]));
    expect(await records.clientUsers.getAll(other, ["u-1"])).toEqual(new Map());
    expect(await records.clientUsers.holders(other, [hashOf("a")])).toEqual(new Map());
    expect(await records.clientUsers.version(other)).toEqual(noUsers(other));
  });

  test("are not changed over what was read before work gave some of them a license, nor given one over another version", async () => {
    const { licenses, clientUsers } = records;
    await records.organizations.found(anOrganization(), aLocation(), ada);
    await licenses.post(acquired(key(), 3));
    const [before = aClientUser()] = await added({});
    const read = await clientUsers.version(here);
    expect(await licenses.post(assigned(key(), user("u-1")), [], { givenTo: { ...read, version: 2 } })).toBe(false);
    expect(await licenses.holding(key(), [user("u-1")])).toEqual([]);
    expect(await licenses.post(assigned(key(), user("u-1")), [], { givenTo: read })).toBe(true);
    expect(await clientUsers.version(here)).toEqual({ ...read, given: 1 });
    expect(await clientUsers.record(changesOf(read, { before, after: { ...before, retiredAt: NOW } }))).toBe(false);
    expect(await named("active")).toEqual(["u-1"]);
    expect(await change({ before, after: { ...before, retiredAt: NOW } })).toBe(true);
    expect(await clientUsers.version(here)).toMatchObject({ version: 2, given: 1 });
  });

  test("are told of by what the change leaves", async () => {
    const changes = changesOf(noUsers(here), { after: aClientUser() });
    expect(await records.clientUsers.record(changes, [anEvent()])).toBe(true);
    expect(await records.untold()).toEqual([anEvent()]);
  });

  test("who are retired are no longer found as active, their Apple Account is free, and each retirement stays an entry", async () => {
    const [first] = await added({ idHash: hashOf("a") });
    const gone = await retire(first ?? aClientUser());
    expect(await records.clientUsers.getAll(here, ["u-1"])).toEqual(new Map());
    expect(await records.clientUsers.holders(here, [hashOf("a")])).toEqual(new Map());
    const [second] = await added({ idHash: hashOf("a") });
    const goneToo = await retire(second ?? aClientUser());
    const [third] = await added({ idHash: hashOf("b") });
    expect(await records.clientUsers.entriesOf(here, "u-1")).toEqual([gone, goneToo, third]);
    expect(await records.clientUsers.version(here)).toMatchObject({ version: 5, active: 1, retired: 2 });
  });

  test("whose identifier begins another one's are not taken for it", async () => {
    for (const clientUserId of ["a", "a#000000000001", "a#"]) {
      const [user] = await added({ clientUserId });
      await retire(user ?? aClientUser());
    }
    for (const clientUserId of ["a", "a#000000000001", "a#"])
      expect((await records.clientUsers.entriesOf(here, clientUserId)).map((user) => user.clientUserId)).toEqual([clientUserId]);
    expect(await named("retired")).toHaveLength(3);
  });

  test("may be called what there is just room for, and be retired", async () => {
    const clientUserId = ClientUserId.parse("😀".repeat(250));
    const { sk } = keys.retiredUser(here, clientUserId, 999_999_999_999);
    expect(Buffer.byteLength(sk)).toBeLessThanOrEqual(1024);
    const [user] = await added({ clientUserId });
    const gone = await retire(user ?? aClientUser());
    expect(await records.clientUsers.entriesOf(here, clientUserId)).toEqual([gone]);
  });

  test("are listed from anywhere on, retired ones first, in one order", async () => {
    const [a, b] = await added(...["a", "b", "c", "é", "Z"].map((clientUserId) => ({ clientUserId })));
    for (const user of [b, a]) await retire(user ?? aClientUser());
    expect(await named("active")).toEqual(["Z", "c", "é"]);
    expect(await named("retired")).toEqual(["a", "b"]);
    const all = ["a", "b", "Z", "c", "é"];
    expect(await named("all")).toEqual(all);
    for (let skip = 0; skip <= 6; skip++)
      for (const limit of [1, 2, 5]) {
        const some = await records.clientUsers.list(here, "all", { skip, limit });
        expect(some.map(({ clientUserId }) => clientUserId)).toEqual(all.slice(skip, skip + limit));
      }
  });

  test("that changed after a version are exactly those", async () => {
    const [a] = await added({ clientUserId: "a" }, { clientUserId: "b" });
    await added({ clientUserId: "c" });
    await change({ before: a ?? aClientUser(), after: { ...(a ?? aClientUser()), email: "a@example.net" } });
    const since = async (version: number, which: WhichUsers = "all") =>
      (await records.clientUsers.changedSince(here, version, which)).map(({ clientUserId }) => clientUserId);
    expect(await since(0)).toEqual(["a", "b", "c"]);
    expect(await since(1)).toEqual(["a", "c"]);
    expect(await since(2)).toEqual(["a"]);
    expect(await since(3)).toEqual([]);
    expect(await since(0, "retired")).toEqual([]);
    expect(await since(1, "active")).toEqual(["a", "c"]);
  });

  test("exchange their Apple Accounts in one change", async () => {
    const [a, b] = await added({ clientUserId: "a", idHash: hashOf("a") }, { clientUserId: "b", idHash: hashOf("b") });
    const exchanged = (user = aClientUser(), idHash = "") => ({ before: user, after: { ...user, idHash } });
    expect(await change(exchanged(a, hashOf("b")), exchanged(b, hashOf("a")))).toBe(true);
    expect(await records.clientUsers.holders(here, [hashOf("a"), hashOf("b")])).toEqual(
      new Map([
        [hashOf("a"), "b"],
        [hashOf("b"), "a"],
      ]),
    );
  });

  describe("are not changed, nor is anything told or the work moved, when", () => {
    let [active, held]: [ClientUser, ClientUser] = [aClientUser(), aClientUser()];
    beforeEach(async () => {
      const [first, second] = await added({}, { clientUserId: "u-2", idHash: hashOf("a") });
      [active, held] = [first ?? aClientUser(), second ?? aClientUser()];
      await records.works.add(someWork("x"), [{ targets: [], users: [{ clientUserId: "x" }] }], DEFAULT_JOB_LIMITS);
    });
    const fresh = () => ({ after: aClientUser({ clientUserId: "x" }) });
    test.each<[string, () => readonly UserChange[], { older?: number; preconditions?: object; step?: number }?]>([
      ["others changed them meanwhile", () => [fresh()], { older: 1 }],
      ["one who is created is there", () => [fresh(), { after: active }]],
      ["one was changed since they were read", () => [fresh(), { before: { ...active, changedIn: 9 }, after: active }]],
      [
        "one who is retired was changed since",
        () => [fresh(), { before: { ...active, changedIn: 9 }, after: { ...active, retiredAt: NOW } }],
      ],
      [
        "one who is updated is not there",
        () => [fresh(), { before: aClientUser({ clientUserId: "y" }), after: aClientUser({ clientUserId: "y" }) }],
      ],
      ["one's Apple Account is another one's", () => [{ after: { ...fresh().after, idHash: hashOf("a") } }]],
      ["an update's Apple Account is another one's", () => [fresh(), { before: active, after: { ...active, idHash: hashOf("a") } }]],
      ["what was judged changed", () => [fresh()], { preconditions: { accounts: [{ ...ada, version: 9 }] } }],
      ["the work is elsewhere", () => [fresh()], { step: 1 }],
    ])("%s", async (_, made, { older = 0, preconditions = {}, step = 0 } = {}) => {
      const before = await records.clientUsers.version(here);
      const changes = changesOf({ ...before, version: before.version - older }, ...made());
      const progress = { work: { ...someWork("x"), step }, outcome: { completed: 1, failures: [] }, at: NOW };
      expect(await records.clientUsers.record(changes, [anEvent()], { progress, preconditions })).toBe(false);
      expect(await records.clientUsers.version(here)).toEqual(before);
      expect(await records.clientUsers.list(here, "all", { skip: 0, limit: 10 })).toEqual([active, held]);
      expect(await records.clientUsers.holders(here, [hashOf("a")])).toEqual(new Map([[hashOf("a"), "u-2"]]));
      expect(await records.untold()).toEqual([]);
      expect(await records.works.get(someWork("x").id)).toMatchObject({ step: 0, completed: 0 });
    });
  });

  test("are changed with the work that it is a step of, once; a step without a change moves the work alone", async () => {
    const work = { ...someWork("x", "y"), parts: 2 };
    await records.works.add(work, [{ targets: [], users: [] }], DEFAULT_JOB_LIMITS);
    const progress = {
      work,
      outcome: { completed: 1, failures: [{ errorNumber: 9716 as const, targets: [{ clientUserId: "y" }] }] },
      at: NOW,
    };
    const before = await records.clientUsers.version(here);
    expect(await records.clientUsers.record(changesOf(before, { after: aClientUser() }), [], { progress })).toBe(true);
    expect(await records.works.get(work.id)).toMatchObject({ step: 1, completed: 1 });
    expect(await records.works.failures(work.id)).toEqual([{ step: 0, errorNumber: 9716, targets: [{ clientUserId: "y" }] }]);
    const version = await records.clientUsers.version(here);
    expect(await records.clientUsers.record({ version, changes: [] }, [], { progress })).toBe(false);
    const next = { work: { ...work, step: 1 }, outcome: { completed: 0, failures: [] }, at: NOW };
    expect(await records.clientUsers.record({ version, changes: [] }, [], { progress: next })).toBe(true);
    expect(await records.clientUsers.version(here)).toEqual(version);
  });

  test("that two create at once are created once", async () => {
    const before = await records.clientUsers.version(here);
    const creating = [1, 2].map((second) =>
      records.clientUsers.record(changesOf(before, { after: aClientUser({ createdAt: at(`2026-01-01T00:00:0${second}Z`) }) })),
    );
    expect((await Promise.all(creating)).toSorted()).toEqual([false, true]);
    expect(await named("all")).toEqual(["u-1"]);
  });
});
