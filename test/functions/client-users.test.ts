// Client users over the device management API: what a request is refused for, what the work makes of it, what is listed of it, and who is told.
import { beforeEach, describe, expect, test } from "vitest";
import type * as z from "zod";
import { noClientConfig } from "../../domain/client-config.ts";
import { noLinks } from "../../domain/links.ts";
import { failuresOf, statusOf, type Work, WorkId } from "../../domain/work.ts";
import { parsedBy } from "../../functions/doors/mdm-event.ts";
import type { MdmHandle, TokenBearer } from "../../functions/handle-mdm.ts";
import { sha256 } from "../../functions/hash.ts";
import { ListUsersInput, listUsers } from "../../functions/mdm/list-users.ts";
import { createUsers, ManageUsersInput, retireUsers, updateUsers } from "../../functions/mdm/manage-users.ts";
import { RegisterUserInput, registerUser } from "../../functions/mdm/register-user.ts";
import type { Ports } from "../../functions/ports.ts";
import { doWork } from "../../functions/work/do-work.ts";
import { aContentToken, aLocation, locationId } from "../make.ts";
import { makeService } from "../service.ts";

const location = aLocation();
const here = location.id;
const bearer = (over: Partial<TokenBearer> = {}): TokenBearer => ({
  token: aContentToken({ locationId: here }),
  location,
  links: noLinks(here),
  config: noClientConfig(here),
  ...over,
});
const LISTENING = {
  locationId: here,
  notificationUrl: "https://mdm.example.org/told",
  notificationAuthToken: "x",
  notificationTypes: ["USER_MANAGEMENT" as const, "USER_ASSOCIATED" as const],
};

let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
});

const asking = <Input extends z.ZodType, Body>(
  handle: MdmHandle<Input, keyof Ports, Body>,
  input: Input,
  asked: object,
  caller = bearer(),
): Promise<Body> => Promise.resolve().then(() => handle({ caller, input: parsedBy(input, asked), base: "https://api" }, service.ports));
const list = (query: Record<string, string> = {}) => asking(listUsers, ListUsersInput, query);
const register = (body: object, caller?: TokenBearer) => asking(registerUser, RegisterUserInput, body, caller);

const HANDLES = { CREATE: createUsers, UPDATE: updateUsers, RETIRE: retireUsers };
type Act = keyof typeof HANDLES;
const order = (act: Act, users: readonly object[]) => asking(HANDLES[act], ManageUsersInput, { users });
/** Orders the work and does it. */
const done = async (act: Act, ...users: object[]): Promise<Work> => {
  const { eventId } = await order(act, users);
  for (;;) {
    await doWork({ workId: eventId }, service.ports, () => false);
    const work = await service.ports.works.get(WorkId.parse(eventId));
    if (work === undefined) throw new Error("the work is gone");
    if (statusOf(work) !== "PENDING") return work;
  }
};
const endOf = async (work: Work) => ({
  status: statusOf(work),
  completed: work.completed,
  failures: failuresOf(work, await service.ports.works.failures(work.id)).map(({ errorNumber, errorInfo }) => [
    errorNumber,
    errorInfo?.clientUserIds,
  ]),
});
const COMPLETE = (completed: number) => ({ status: "COMPLETE", completed, failures: [] });
const refusedWith = async (asked: Promise<unknown>) => asked.then(() => undefined).catch((error) => error.error);
const told = () => service.published.flatMap((one) => (one.kind === "telling" ? [one] : []));
const shown = async (query?: Record<string, string>) =>
  (await list(query)).users.map(({ clientUserId, status }) => `${clientUserId} ${status}`);

describe("a request for users is refused at once", () => {
  test.each<[string, Act, unknown, object]>([
    ["that names none", "CREATE", [], { errorNumber: 9720 }],
    ["that names none at all", "RETIRE", undefined, { errorNumber: 9720 }],
    ["of more than 100", "UPDATE", Array.from({ length: 101 }, (_, index) => ({ clientUserId: `${index}` })), { errorNumber: 9714 }],
    [
      "that names one twice",
      "CREATE",
      ["a", "b", "a"].map((clientUserId) => ({ clientUserId })),
      { errorNumber: 9715, errorInfo: { clientUserIds: ["a"] } },
    ],
    [
      "with an e-mail address that is none",
      "CREATE",
      [
        { clientUserId: "a", email: "a@example.net" },
        { clientUserId: "b", email: "nonsense" },
        { clientUserId: "c", email: "" },
      ],
      { errorNumber: 9717, errorInfo: { clientUserIds: ["b", "c"] } },
    ],
    ["without a client user id", "CREATE", [{ email: "a@example.net" }], { errorNumber: 9602 }],
    ["with a client user id that is no text", "RETIRE", [{ clientUserId: 7 }], { errorNumber: 9602 }],
    ["whose users are no list", "CREATE", "a", { errorNumber: 9602 }],
  ])("%s", async (_, act, users, expected) => {
    const refused = await refusedWith(asking(HANDLES[act], ManageUsersInput, users === undefined ? {} : { users }));
    expect(refused).toMatchObject(expected);
    expect(JSON.stringify(refused)).not.toContain("nonsense");
    expect(service.published).toEqual([]);
  });

  test("but not for what it says of those who go, nor for what it leaves open", async () => {
    expect(await order("RETIRE", [{ clientUserId: "a", email: "nonsense" }])).toMatchObject({ eventId: expect.any(String) });
    expect(await order("CREATE", [{ clientUserId: "a", email: null, managedAppleId: null }])).toMatchObject({
      eventId: expect.any(String),
    });
  });
});

describe("users", () => {
  test("who are created are invited; with an Apple Account they are associated at once", async () => {
    const work = await done(
      "CREATE",
      { clientUserId: "a", email: "a@example.net" },
      { clientUserId: "b", managedAppleId: "Eve@Example.Net" },
    );
    expect(await endOf(work)).toEqual(COMPLETE(2));
    const { users } = await list();
    expect(users).toEqual([
      { clientUserId: "a", email: "a@example.net", inviteCode: expect.stringMatching(/^[0-9a-f]{32}$/), status: "Registered" },
      { clientUserId: "b", idHash: sha256("eve@example.net"), status: "Associated" },
    ]);
  });

  test("who are there are not created again, nor with an Apple Account that somebody has; the others are", async () => {
    await done("CREATE", { clientUserId: "a", managedAppleId: "eve@example.net" });
    const work = await done(
      "CREATE",
      { clientUserId: "a", managedAppleId: "eve@example.net" },
      { clientUserId: "b", managedAppleId: "EVE@example.net" },
      { clientUserId: "c", managedAppleId: "mallory@example.net" },
      { clientUserId: "d", managedAppleId: "Mallory@example.net" },
    );
    expect(await endOf(work)).toEqual({
      status: "FAILED",
      completed: 1,
      failures: [
        [9716, ["a"]],
        [9641, ["b", "d"]],
      ],
    });
    expect(await shown()).toEqual(["a Associated", "c Associated"]);
  });

  test("are updated in what is said of them alone", async () => {
    await done("CREATE", { clientUserId: "a", email: "a@example.net" }, { clientUserId: "b", managedAppleId: "eve@example.net" });
    const work = await done(
      "UPDATE",
      { clientUserId: "a", managedAppleId: "a@example.net" },
      { clientUserId: "b", email: "b@example.net", managedAppleId: "a@example.net" },
      { clientUserId: "nobody", email: "x@example.net" },
    );
    expect(await endOf(work)).toMatchObject({
      completed: 1,
      failures: [
        [9641, ["b"]],
        [9609, ["nobody"]],
      ],
    });
    expect((await list()).users).toEqual([
      { clientUserId: "a", email: "a@example.net", idHash: sha256("a@example.net"), status: "Associated" },
      { clientUserId: "b", idHash: sha256("eve@example.net"), status: "Associated" },
    ]);
  });

  test("who are retired can be created anew, and their Apple Account is free", async () => {
    await done("CREATE", { clientUserId: "a", managedAppleId: "eve@example.net" });
    expect(await endOf(await done("RETIRE", { clientUserId: "a" }, { clientUserId: "b" }))).toMatchObject({
      completed: 1,
      failures: [[9609, ["b"]]],
    });
    expect(await endOf(await done("RETIRE", { clientUserId: "a" }))).toMatchObject({ failures: [[9609, ["a"]]] });
    await done("CREATE", { clientUserId: "b", managedAppleId: "eve@example.net" }, { clientUserId: "a" });
    expect(await shown()).toEqual(["a Retired", "a Registered", "b Associated"]);
  });

  test("of one request are all done, however many parts they are in", async () => {
    const users = Array.from({ length: 100 }, (_, index) => ({ clientUserId: `u-${index}`, managedAppleId: `u-${index}@example.net` }));
    expect(await endOf(await done("CREATE", ...users))).toEqual(COMPLETE(100));
    expect(await endOf(await done("RETIRE", ...users))).toEqual(COMPLETE(100));
    expect((await list({ activeOnly: "true" })).size).toBe(0);
    expect((await list({ retiredOnly: "true" })).size).toBe(100);
  });

  test("are not changed once the location is the built-in service's", async () => {
    await done("CREATE", { clientUserId: "a" });
    const { eventId } = await order("CREATE", [{ clientUserId: "b" }]);
    const retirement = await order("RETIRE", [{ clientUserId: "a" }]);
    await service.call("PUT /v1/subscription", [], { body: { plan: "monthly" } });
    for (const workId of [eventId, retirement.eventId]) {
      await doWork({ workId }, service.ports, () => false);
      const work = await service.ports.works.get(WorkId.parse(workId));
      expect(work && (await endOf(work))).toMatchObject({ completed: 0, failures: [[9645, [workId === eventId ? "b" : "a"]]] });
    }
    expect(await shown()).toEqual(["a Registered"]);
  });
});

describe("a retired user's licenses", () => {
  const ASSET = { locationId: here, adamId: "361309726" };
  const licensesOf = async () =>
    (await service.ports.licenses.assets(here)).map(({ adamId, available, assigned, retired }) => ({
      adamId,
      available,
      assigned,
      retired,
    }));
  beforeEach(async () => {
    await done("CREATE", { clientUserId: "u" }, { clientUserId: "v" });
    for (const over of [{}, { adamId: "500", productType: "Book" }])
      await service.call("POST /v1/licenses", [], { body: { ...ASSET, productType: "App", quantity: 5, ...over } });
    for (const adamId of ["361309726", "500"])
      await service.call("POST /v1/assignments", [], { body: { ...ASSET, adamId, clientUserIds: ["u", "v", "stranger"] } });
  });

  test("come back or are retired with them; those of others, also of whom nobody created, stay", async () => {
    expect(await endOf(await done("RETIRE", { clientUserId: "u" }, { clientUserId: "stranger" }))).toMatchObject({
      completed: 1,
      failures: [[9609, ["stranger"]]],
    });
    expect(await licensesOf()).toEqual([
      { adamId: "361309726", available: 3, assigned: 2, retired: 0 },
      { adamId: "500", available: 2, assigned: 2, retired: 1 },
    ]);
  });

  test("are taken once, when the work is given again or was cut short after they were", async () => {
    const { eventId } = await order("RETIRE", [{ clientUserId: "u" }]);
    const { record } = service.ports.clientUsers;
    service.ports.clientUsers.record = async () => {
      throw new Error("the process died");
    };
    await expect(doWork({ workId: eventId }, service.ports, () => false)).rejects.toThrow("died");
    service.ports.clientUsers.record = record;
    for (const _ of [1, 2]) await doWork({ workId: eventId }, service.ports, () => false);
    const work = await service.ports.works.get(WorkId.parse(eventId));
    expect(work && (await endOf(work))).toEqual(COMPLETE(1));
    expect((await licensesOf())[0]).toMatchObject({ available: 3, assigned: 2 });
    expect(await shown()).toEqual(["u Retired", "v Registered"]);
  });

  test("go when a person retires them, who is then retired for MDM servers too", async () => {
    const retire = () =>
      service.call("POST /v1/assignments/retirements", [], { body: { locationId: here, clientUserIds: ["u", "stranger", "nobody"] } });
    expect((await retire()).body).toEqual({ unassigned: 2, retired: 2 });
    expect(await shown()).toEqual(["u Retired", "v Registered"]);
    expect((await retire()).body).toEqual({ unassigned: 0, retired: 0 });
    expect(await shown()).toEqual(["u Retired", "v Registered"]);
  });
});

describe("the location's MDM server", () => {
  test("is told what was done and what failed, and who has an Apple Account now", async () => {
    await service.ports.clientConfigs.change(LISTENING);
    const { id } = await done(
      "CREATE",
      { clientUserId: "a" },
      { clientUserId: "b", email: "b@example.net", managedAppleId: "eve@example.net" },
      { clientUserId: "c", managedAppleId: "eve@example.net" },
    );
    const b = { clientUserId: "b", email: "b@example.net", idHash: sha256("eve@example.net"), status: "Associated" };
    expect(told().map(({ type, notification }) => ({ type, ...notification }))).toMatchObject([
      {
        type: "CREATE",
        eventId: id,
        result: "SUCCESS",
        users: [{ clientUserId: "a", status: "Registered" }, b],
      },
      { type: "CREATE", eventId: id, result: "FAILURE", users: [{ clientUserId: "c" }], error: { errorNumber: 9641 } },
      { type: "USER_ASSOCIATED", associatedUsers: [b] },
    ]);
    await done("UPDATE", { clientUserId: "b", email: "c@example.net" });
    expect(
      told()
        .slice(3)
        .map(({ type }) => type),
    ).toEqual(["USER_MANAGEMENT"]);
  });

  test.each<[string, object, readonly string[]]>([
    ["of nothing", noClientConfig(here), []],
    ["of one type", { ...LISTENING, notificationTypes: ["USER_ASSOCIATED"] }, ["USER_ASSOCIATED"]],
    ["nowhere", { ...LISTENING, notificationUrl: undefined }, []],
  ])("that wants to be told %s is told that", async (_, config, types) => {
    await service.ports.clientConfigs.change({ ...noClientConfig(here), ...config });
    await done("CREATE", { clientUserId: "b", managedAppleId: "eve@example.net" });
    expect(told().map(({ type }) => type)).toEqual(types);
  });

  test("alone is told e-mail addresses: neither events, nor the custody log, nor any line of the log has one", async () => {
    await service.ports.clientConfigs.change(LISTENING);
    await done("CREATE", { clientUserId: "secret@example.net", email: "secret@example.net", managedAppleId: "secret@example.net" });
    await done("UPDATE", { clientUserId: "secret@example.net", email: "secret2@example.net" });
    await register({ clientUserIdStr: "secret3@example.net", managedAppleIDStr: "secret3@example.net" });
    await done("RETIRE", { clientUserId: "secret@example.net" });
    const entries = (await service.ports.custody.list({}, { limit: 100 })).items;
    const others = service.published.filter(({ kind }) => kind !== "telling");
    expect(others.length).toBeGreaterThan(0);
    expect(JSON.stringify([others, service.logged, entries])).not.toContain("secret");
    const kept = JSON.stringify([await service.ports.clientUsers.list(here, "all", { skip: 0, limit: 10 })]);
    expect(kept.match(/secret3@example.net/g)).toHaveLength(1);
  });
});

describe("users are listed", () => {
  beforeEach(async () => {
    await done("CREATE", ...["a", "b", "c"].map((clientUserId) => ({ clientUserId, managedAppleId: `${clientUserId}@example.net` })));
    await done("RETIRE", { clientUserId: "a" });
    await done("CREATE", { clientUserId: "a" });
  });

  test.each<[Record<string, string>, readonly string[]]>([
    [{}, ["a Retired", "a Registered", "b Associated", "c Associated"]],
    [{ activeOnly: "false", retiredOnly: "false", includeRetired: "1" }, ["a Retired", "a Registered", "b Associated", "c Associated"]],
    [{ activeOnly: "true" }, ["a Registered", "b Associated", "c Associated"]],
    [{ includeRetired: "0" }, ["a Registered", "b Associated", "c Associated"]],
    [{ retiredOnly: "true" }, ["a Retired"]],
    [{ clientUserId: "a" }, ["a Retired", "a Registered"]],
    [{ clientUserId: "a", activeOnly: "true" }, ["a Registered"]],
    [{ clientUserId: "nobody" }, []],
    [{ managedAppleId: "B@example.net" }, ["b Associated"]],
    [{ managedAppleId: "a@example.net" }, []],
    [{ managedAppleId: "b@example.net", clientUserId: "c" }, []],
    [{ managedAppleId: "b@example.net", retiredOnly: "true" }, []],
  ])("by %j", async (query, expected) => {
    expect(await shown(query)).toEqual(expected);
    expect(await list(query)).toMatchObject({ currentPageIndex: 0, size: expected.length, totalPages: 1 });
    expect(await list(query)).not.toHaveProperty("nextPageIndex");
  });

  test.each<[Record<string, string>, number]>([
    [{ activeOnly: "true", retiredOnly: "true" }, 9602],
    [{ activeOnly: "perhaps" }, 9602],
    [{ pageIndex: "first" }, 9602],
    [{ pageIndex: "1" }, 9650],
    [{ pageIndex: "-1" }, 9650],
    [{ pageIndex: "1", clientUserId: "a" }, 9650],
    [{ sinceVersionId: "nonsense" }, 9721],
    [{ sinceVersionId: "5f1b5c40-3b1e-11ee-8080-808080808080" }, 9721],
  ])("not by %j", async (query, errorNumber) => {
    expect(await refusedWith(list(query))).toMatchObject({ errorNumber });
  });

  test("since a version exactly as far as they changed after it, and none when nothing did", async () => {
    const { versionId } = await list();
    expect(await list({ sinceVersionId: versionId })).toMatchObject({ users: [], size: 0, totalPages: 1, versionId });
    await done("UPDATE", { clientUserId: "b", email: "b@example.net" }, { clientUserId: "c", managedAppleId: "c@example.net" });
    const second = await list({ sinceVersionId: versionId });
    expect(second.users.map(({ clientUserId }) => clientUserId)).toEqual(["b"]);
    expect(second.versionId).not.toBe(versionId);
    await done("RETIRE", { clientUserId: "c" });
    expect(await shown({ sinceVersionId: versionId })).toEqual(["c Retired", "b Associated"]);
    expect(await shown({ sinceVersionId: versionId, activeOnly: "true" })).toEqual(["b Associated"]);
    expect(await shown({ sinceVersionId: versionId, clientUserId: "c" })).toEqual(["c Retired"]);
    expect(await shown({ sinceVersionId: second.versionId })).toEqual(["c Retired"]);
  });

  test("since no version of another location's users, nor one that is yet to come", async () => {
    const { versionId } = await list();
    const away = aLocation({ id: locationId(2), uId: "1000000000000001", primary: false });
    await service.ports.locations.add(away);
    for (let count = 0; count < 5; count++) await register({ clientUserIdStr: `${count}` }, bearer({ location: away }));
    const asked = asking(listUsers, ListUsersInput, { sinceVersionId: versionId }, bearer({ location: away }));
    expect(await refusedWith(asked)).toMatchObject({ errorNumber: 9721 });
    service = await makeService();
    expect(await refusedWith(list({ sinceVersionId: versionId }))).toMatchObject({ errorNumber: 9721 });
  });

  test("where there are none as one page without any", async () => {
    service = await makeService();
    expect(await list()).toMatchObject({ users: [], currentPageIndex: 0, size: 0, totalPages: 1 });
  });

  test("a thousand on a page", async () => {
    for (let start = 0; start < 2000; start += 100)
      await done("CREATE", ...Array.from({ length: 100 }, (_, index) => ({ clientUserId: `u-${start + index}` })));
    const pages = await Promise.all([0, 1, 2].map((index) => list({ pageIndex: String(index) })));
    expect(
      pages.map(({ size, currentPageIndex, nextPageIndex, totalPages }) => [size, currentPageIndex, nextPageIndex, totalPages]),
    ).toEqual([
      [1000, 0, 1, 3],
      [1000, 1, 2, 3],
      [4, 2, undefined, 3],
    ]);
    expect(new Set(pages.map(({ versionId }) => versionId)).size).toBe(1);
    expect(new Set(pages.flatMap(({ users }) => users.map(({ clientUserId, status }) => `${clientUserId} ${status}`))).size).toBe(2004);
    expect(await refusedWith(list({ pageIndex: "3" }))).toMatchObject({ errorNumber: 9650 });
  });

  /** Users change each time they are listed, so often. */
  const changing = (times: number) => {
    const { list: listed, version, record } = service.ports.clientUsers;
    let left = times;
    service.ports.clientUsers.list = async (...asked) => {
      const users = await listed(...asked);
      if (left-- > 0) {
        const before = await version(here);
        const clientUserId = `new-${left}`;
        const after = { locationId: here, clientUserId, inviteCode: "x", createdAt: before.changedAt, changedIn: before.version + 1 };
        await record({ version: { ...before, version: before.version + 1, active: before.active + 1 }, changes: [{ after }] });
      }
      return users;
    };
  };

  test("as they were at one moment, when others change them meanwhile", async () => {
    changing(2);
    const first = await list();
    expect(first.size).toBe(6);
    expect(await list()).toEqual(first);
  });

  test("with an identifier of its own, when others never stop: since then nothing is left out", async () => {
    changing(100);
    let drawn = 0;
    Object.assign(service.ports, { random: (bytes: number) => new Uint8Array(bytes).fill(++drawn) });
    const [first, second] = await Promise.all([list(), list()]);
    service.ports.clientUsers.list = (await makeService()).ports.clientUsers.list;
    expect(new Set([first.versionId, second.versionId]).size).toBe(2);
    const missed = (await list({ sinceVersionId: first.versionId })).users.map(({ clientUserId }) => clientUserId);
    const seen = first.users.map(({ clientUserId }) => clientUserId);
    const everybody = (await service.ports.clientUsers.changedSince(here, 0, "all")).map(({ clientUserId }) => clientUserId);
    expect(new Set([...seen, ...missed])).toEqual(new Set(everybody));
  });
});

describe("a user who is registered by version 1", () => {
  const FLEET = { clientUserIdStr: "f-1", managedAppleIDStr: "Eve@example.net" };

  test("is there at once, and is answered again when asked again", async () => {
    const first = await register(FLEET);
    expect(first).toEqual({
      status: 0,
      user: {
        userId: expect.any(Number),
        clientUserIdStr: "f-1",
        managedAppleIDStr: "Eve@example.net",
        status: "Associated",
        itsIdHash: sha256("eve@example.net"),
      },
      uId: location.uId,
      expirationMillis: bearer().token.expiresAt.getTime(),
      location: { locationName: location.name, locationId: location.uId },
    });
    expect(Number.isSafeInteger(first.user.userId) && first.user.userId > 0).toBe(true);
    expect(await register(FLEET)).toEqual(first);
    expect(await shown()).toEqual(["f-1 Associated"]);
    expect(await shown({ managedAppleId: FLEET.managedAppleIDStr })).toEqual(["f-1 Associated"]);
  });

  test("without an Apple Account is invited", async () => {
    const { user } = await register({ clientUserIdStr: "f-1", email: "f@example.net" });
    expect(user).toMatchObject({ status: "Registered", email: "f@example.net", inviteCode: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  test.each<[string, object, number]>([
    ["who is there with another Apple Account", { ...FLEET, managedAppleIDStr: "mallory@example.net" }, 9716],
    ["who is there with one, and is to have none", { clientUserIdStr: "f-1" }, 9716],
    ["whose Apple Account is another one's", { ...FLEET, clientUserIdStr: "f-2" }, 9641],
    ["with an e-mail address that is none", { clientUserIdStr: "f-3", email: "nonsense" }, 9717],
    ["without an identifier", {}, 9602],
  ])("is refused: one %s", async (_, body, errorNumber) => {
    await register(FLEET);
    expect(await refusedWith(register(body))).toMatchObject({ errorNumber });
    expect(await shown()).toEqual(["f-1 Associated"]);
  });

  test("is another registration after a retirement", async () => {
    const first = await register(FLEET);
    await done("RETIRE", { clientUserId: "f-1" });
    service.clock.now = new Date(service.clock.now.getTime() + 1000);
    expect((await register(FLEET)).user.userId).not.toBe(first.user.userId);
  });

  test("twice at once is there once", async () => {
    const answers = await Promise.all([register(FLEET), register(FLEET)]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await shown()).toEqual(["f-1 Associated"]);
  });

  test("is told of as associated, to whoever wants to know", async () => {
    await register(FLEET, bearer({ config: LISTENING }));
    await register(FLEET, bearer({ config: LISTENING }));
    expect(told().map(({ type }) => type)).toEqual(["USER_ASSOCIATED"]);
    await register({ clientUserIdStr: "f-2", managedAppleIDStr: "f2@example.net" });
    expect(told()).toHaveLength(1);
  });
});
