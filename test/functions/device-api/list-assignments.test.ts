// GET /assignments on fake ports: each filter, what is told of users, what has changed since, and pages.
import { beforeEach, describe, expect, test } from "vitest";
import type { Target } from "../../../domain/licenses/licenses.ts";
import { addDays } from "../../../domain/shared/time.ts";
import { ListAssetsInput, listAssets } from "../../../functions/device-api/list-assets.ts";
import {
  ListAssignmentsInput,
  ListAssignmentsReply,
  listAssignments,
  pageOfAssignments,
} from "../../../functions/device-api/list-assignments.ts";
import { aLocation, locationId } from "../../support/builders/make.ts";
import { acquired, assigned, device, key, more, unassigned, user } from "../../support/builders/postings.ts";
import { aClientUser, changesOf, hashOf } from "../../support/builders/users.ts";
import { asking, bearer, refusedWith } from "../../support/http/bearer.ts";
import { makeService, NOW } from "../../support/scenarios/service.ts";

const here = locationId();
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
const high = { ...key("500"), pricingParam: "PLUS" as const };

let service: Awaited<ReturnType<typeof makeService>>;
const list = async (query: object = {}, handle = listAssignments, caller = bearer()) => {
  const answer = await asking(handle, ListAssignmentsInput, query, service.ports, caller);
  expect(ListAssignmentsReply.parse(answer)).toEqual(answer);
  return answer;
};
type Answer = Awaited<ReturnType<typeof list>>;
const told = ({ assignments }: Answer): string[] =>
  assignments.map(({ adamId, pricingParam, serialNumber, clientUserId }) =>
    [adamId, ...(pricingParam === "PLUS" ? ["PLUS"] : []), serialNumber === undefined ? `user ${clientUserId}` : serialNumber].join(" "),
  );
const assign = (asset: ReturnType<typeof key>, at: Date, ...targets: Target[]) => {
  const posting = assigned(asset, ...targets);
  return service.ports.licenses.post({ ...posting, at, assigned: posting.assigned?.map((each) => ({ ...each, assignedAt: at })) ?? [] });
};

const EVERYTHING = ["101 A", "101 B", "101 user u", "102 A", "500 PLUS user u", "500 user gone", "500 user u", "500 user v"];

beforeEach(async () => {
  service = await makeService();
  await service.ports.locations.add(other);
  for (const asset of [key("101"), key("102"), key("103"), key("500"), high, key("101", other.id)])
    expect(await service.ports.licenses.post(acquired(asset, 10))).toBe(true);
  await assign(key("500"), NOW, user("v"), user("gone"), user("u"));
  await assign(high, NOW, user("u"));
  await assign(key("101"), NOW, device("B"), user("u"), device("A"));
  await assign(key("102"), NOW, device("A"));
  await assign(key("101", other.id), NOW, device("A"), user("u"));
});

test("all are told, asset by asset, with whom they are to and nothing else", async () => {
  const answer = await list();
  expect(told(answer)).toEqual(EVERYTHING);
  expect(answer).toMatchObject({ currentPageIndex: 0, size: 8, totalPages: 1 });
  expect(answer.assignments[0]).toEqual({ adamId: "101", pricingParam: "STDQ", serialNumber: "A" });
  expect(answer.assignments[2]).toEqual({ adamId: "101", pricingParam: "STDQ", clientUserId: "u" });
});

test.each<[object, string[]]>([
  [{ adamId: "101" }, ["101 A", "101 B", "101 user u"]],
  [{ adamId: "500" }, ["500 PLUS user u", "500 user gone", "500 user u", "500 user v"]],
  [{ adamId: "500", pricingParam: "STDQ" }, ["500 user gone", "500 user u", "500 user v"]],
  [{ pricingParam: "PLUS" }, ["500 PLUS user u"]],
  [{ adamId: "103" }, []],
  [{ adamId: "9" }, []],
  [{ serialNumber: "A" }, ["101 A", "102 A"]],
  [{ serialNumber: "u" }, []],
  [{ clientUserId: "u" }, ["101 user u", "500 PLUS user u", "500 user u"]],
  [{ clientUserId: "A" }, []],
  [{ clientUserId: "u", adamId: "101" }, ["101 user u"]],
  [{ clientUserId: "u", pricingParam: "PLUS" }, ["500 PLUS user u"]],
  [{ serialNumber: "A", clientUserId: "u" }, []],
  [{ nobody: "asked" }, EVERYTHING],
])("asked with %j, those are told: %j", async (query, expected) => {
  const answer = await list(query);
  expect(told(answer)).toEqual(expected);
  expect(answer).toMatchObject({ size: expected.length, totalPages: 1 });
});

test.each([
  { adamId: "x" },
  { pricingParam: "HIGH" },
  { serialNumber: "" },
  { clientUserId: "x".repeat(251) },
  { includeUserState: "yes" },
  { excludeInactiveUsers: "" },
  { pageIndex: "0x1" },
])("%j is refused as no argument", async (query) => {
  await expect(list(query)).rejects.toMatchObject(refusedWith(9602));
});

test("another location's are told to its own token alone", async () => {
  expect(told(await list({}, listAssignments, bearer(other)))).toEqual(["101 A", "101 user u"]);
  expect(told(await list({ serialNumber: "A" }, listAssignments, bearer(other)))).toEqual(["101 A"]);
});

describe("pages", () => {
  const inThrees = pageOfAssignments(3);

  test.each<[object, string[]]>([
    [{}, EVERYTHING],
    [{ adamId: "500" }, EVERYTHING.slice(4)],
    [{ clientUserId: "u" }, ["101 user u", "500 PLUS user u", "500 user u"]],
    [{ pricingParam: "STDQ" }, EVERYTHING.filter((each) => !each.includes("PLUS"))],
  ])("of what is asked with %j hold each once, in whichever order they are read", async (query, expected) => {
    const totalPages = Math.ceil(expected.length / 3);
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0, 2, 1],
    ]) {
      const pages = new Map<number, Answer>();
      for (const index of order.filter((each) => each < totalPages))
        pages.set(index, await list({ ...query, pageIndex: `${index}` }, inThrees));
      expect([...pages].toSorted(([one], [another]) => one - another).flatMap(([, page]) => told(page))).toEqual(expected);
      expect(new Set([...pages.values()].map(({ versionId }) => versionId)).size).toBe(1);
      for (const [index, page] of pages) {
        expect(page).toMatchObject({ currentPageIndex: index, totalPages, size: page.assignments.length });
        expect(page.nextPageIndex).toBe(index + 1 < totalPages ? index + 1 : undefined);
      }
    }
  });

  test("beyond the last are refused, and so is one before the first", async () => {
    for (const query of [{ pageIndex: "3" }, { pageIndex: "-1" }, { pageIndex: "1", adamId: "101" }, { pageIndex: "1", adamId: "103" }])
      await expect(list(query, inThrees)).rejects.toMatchObject(refusedWith(9650));
  });

  test("hold a thousand", async () => {
    await service.ports.licenses.post(acquired(key("600"), 2500));
    await assign(key("600"), NOW, ...Array.from({ length: 1995 }, (_, index) => device(`${10_000 + index}`)));
    const pages = [await list(), await list({ pageIndex: "1" }), await list({ pageIndex: "2" })];
    expect(pages.map(({ size, nextPageIndex }) => [size, nextPageIndex])).toEqual([
      [1000, 1],
      [1000, 2],
      [3, undefined],
    ]);
    expect(new Set(pages.flatMap(told)).size).toBe(2003);
  });
});

describe("of users", () => {
  beforeEach(async () => {
    const created = ["u", "v", "gone"].map((clientUserId) => ({
      after: aClientUser({ clientUserId, ...(clientUserId === "u" ? { idHash: hashOf("a") } : {}) }),
    }));
    const { clientUsers } = service.ports;
    expect(await clientUsers.record(changesOf(await clientUsers.version(here), ...created))).toBe(true);
    const before = (await clientUsers.getAll(here, ["gone"])).get("gone");
    if (before === undefined) throw new Error("somebody is there who can go");
    const change = { before, after: { ...before, retiredAt: NOW } };
    expect(await clientUsers.record(changesOf(await clientUsers.version(here), change))).toBe(true);
  });

  test("their state is told when it is asked for, and of nobody who is not there", async () => {
    const { assignments } = await list({ includeUserState: "true", adamId: "500", pricingParam: "STDQ" });
    expect(assignments).toEqual([
      { adamId: "500", pricingParam: "STDQ", clientUserId: "gone" },
      { adamId: "500", pricingParam: "STDQ", clientUserId: "u", idHash: hashOf("a"), userStatus: "Associated" },
      { adamId: "500", pricingParam: "STDQ", clientUserId: "v", userStatus: "Registered" },
    ]);
    expect((await list({ includeUserState: "false" })).assignments.some((each) => "userStatus" in each)).toBe(false);
  });

  test("who are not active are left out when it is asked so; devices never are", async () => {
    const answer = await list({ excludeInactiveUsers: "true" });
    expect(told(answer)).toEqual(EVERYTHING.filter((each) => !each.includes("gone")));
    expect(answer).toMatchObject({ size: 7 });
    expect(answer.assignments.some((each) => "userStatus" in each)).toBe(false);
    expect(told(await list({ excludeInactiveUsers: "1", clientUserId: "gone" }))).toEqual([]);
    expect(told(await list({ excludeInactiveUsers: "false" }))).toEqual(EVERYTHING);
  });

  test("a change of theirs makes another version where they are looked at, and none where not", async () => {
    const versions = async () => {
      const queries = [{}, { includeUserState: "true" }, { excludeInactiveUsers: "true" }];
      return Promise.all(queries.map(async (query) => (await list(query)).versionId));
    };
    const before = await versions();
    const { clientUsers } = service.ports;
    await clientUsers.record(changesOf(await clientUsers.version(here), { after: aClientUser({ clientUserId: "new" }) }));
    const after = await versions();
    expect(after.map((versionId, index) => versionId === before[index])).toEqual([true, false, false]);
  });
});

describe("since an answer", () => {
  const LATER = addDays(NOW, 1);
  const since = async (sinceVersionId: string, query: object = {}) => told(await list({ ...query, sinceVersionId }));

  test("what was assigned after it is told, of each asset and target that is asked for; what was taken back is not", async () => {
    await service.ports.licenses.post({ ...unassigned(key("500"), user("gone")), at: addDays(NOW, 0.5) });
    await service.ports.licenses.post({ ...more(key("103"), 1), at: addDays(NOW, 0.6) });
    const { versionId } = await list();
    expect(await since(versionId, { adamId: "9" })).toEqual([]);
    await assign(key("103"), LATER, device("C"));
    await assign(key("101"), LATER, user("v"), device("D"));
    await service.ports.licenses.post({ ...unassigned(key("102"), device("A")), at: LATER });
    expect(await since(versionId)).toEqual(["101 D", "101 user v", "103 C"]);
    expect(await since(versionId, { adamId: "103" })).toEqual(["103 C"]);
    expect(await since(versionId, { clientUserId: "v" })).toEqual(["101 user v"]);
    expect(await since(versionId, { clientUserId: "u" })).toEqual([]);
    expect(await since((await list()).versionId)).toEqual(["101 D", "101 user v", "103 C"]);
  });

  test("nothing is too little: what was assigned within the minute before it is told again", async () => {
    const moment = (seconds: number) => new Date(LATER.getTime() + seconds * 1000);
    await assign(key("101"), moment(-60), device("early"));
    await assign(key("102"), moment(-59), device("late"));
    await assign(key("103"), LATER, device("last"));
    const { versionId } = await list();
    // Recorded afterwards, though its clock was behind.
    await assign(key("103"), moment(-59), device("slow"));
    expect(await since(versionId)).toEqual(["102 late", "103 last", "103 slow"]);
  });

  test("nothing new is an empty page", async () => {
    await service.ports.licenses.post({ ...unassigned(key("102"), device("A")), at: addDays(LATER, 1) });
    const { versionId } = await list();
    expect(await list({ sinceVersionId: versionId })).toMatchObject({ assignments: [], size: 0, totalPages: 1, versionId });
    await expect(list({ sinceVersionId: versionId, pageIndex: "1" })).rejects.toMatchObject(refusedWith(9650));
  });

  test("that was never given about these assignments is refused", async () => {
    const ofAssets = await asking(listAssets, ListAssetsInput, {}, service.ports);
    const ofOther = await list({}, listAssignments, bearer(other));
    const { versionId } = await list();
    const changed = versionId.replace(/.$/, (digit) => (Number.parseInt(digit, 16) ^ 1).toString(16));
    for (const sinceVersionId of [ofAssets.versionId, ofOther.versionId, changed, "", "x", "00000000-0000-1000-8000-000000000000"])
      await expect(list({ sinceVersionId })).rejects.toMatchObject(refusedWith(9721));
  });
});
