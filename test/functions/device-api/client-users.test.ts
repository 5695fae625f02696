// Client users over the device management API: what a request is refused for, what the work makes of it, what is listed of it, and who is told.
import { beforeEach, describe, expect, test } from "vitest";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { WorkId } from "../../../domain/device-api/work.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { ManageUsersInput } from "../../../functions/device-api/manage-users.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import {
  type Act,
  asking,
  COMPLETE,
  done,
  endOf,
  HANDLES,
  here,
  LISTENING,
  list,
  order,
  refusedWith,
  register,
  service,
  shown,
  told,
} from "../../support/scenarios/users-scene.ts";

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
      expect(work && (await endOf(work))).toMatchObject({ completed: 0, failures: [[9645, undefined]] });
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
    const others = service.published.filter(({ kind }) => kind !== "mdm-notification");
    expect(others.length).toBeGreaterThan(0);
    expect(JSON.stringify([others, service.logged, entries])).not.toContain("secret");
    const kept = JSON.stringify([await service.ports.clientUsers.list(here, "all", { skip: 0, limit: 10 })]);
    expect(kept.match(/secret3@example.net/g)).toHaveLength(1);
  });
});
