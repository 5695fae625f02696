// Client users as MDM servers list them.
import { beforeEach, describe, expect, test } from "vitest";
import { ListUsersInput, listUsers } from "../../../functions/device-api/list-users.ts";
import { aLocation, locationId } from "../../support/builders/make.ts";
import { makeService } from "../../support/scenarios/service.ts";
import { asking, bearer, done, here, list, refusedWith, register, serveAnew, service, shown } from "../../support/scenarios/users-scene.ts";

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
    await serveAnew();
    expect(await refusedWith(list({ sinceVersionId: versionId }))).toMatchObject({ errorNumber: 9721 });
  });

  test("where there are none as one page without any", async () => {
    await serveAnew();
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
