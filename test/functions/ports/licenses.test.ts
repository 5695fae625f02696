// The contract of the ledger and of the keys of requests: a posting is recorded whole or not at all, and a key is used once.
import { beforeEach, describe, expect, test } from "vitest";
import { type Assignment, ClientUserId, type Target, targetText } from "../../../domain/licenses/licenses.ts";
import type { Posting } from "../../../domain/licenses/postings.ts";
import { TransferId } from "../../../domain/shared/ids.ts";
import { addDays } from "../../../domain/shared/time.ts";
import type { AssignmentList, Recording } from "../../../functions/ports/licenses.ts";
import type { Page, PageRequest } from "../../../functions/ports/shared.ts";
import { aLocation, anEvent, anOrganization, at, contentTokenId, locationId } from "../../support/builders/make.ts";
import { acquired, assigned, device, key, more, traitsOf, unassigned, user } from "../../support/builders/postings.ts";
import { ada, battery, bob, NOW } from "../../support/database/records.ts";

const here = locationId();
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
const use = { accountId: ada.id, key: "k", requestSha256: "d".repeat(64) };

/** Page by page, two at a time. */
const allOf = async <Item>(list: (page: PageRequest) => Promise<Page<Item>>): Promise<Item[]> => {
  const found: Item[] = [];
  let after: string | undefined;
  do {
    const page = await list({ limit: 2, after });
    expect(page.items.length).toBeLessThanOrEqual(2);
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
};

battery("licenses", (records) => {
  beforeEach(async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
    await records.accounts.register(bob);
    await records.locations.add(other);
    await records.licenses.post(acquired(key(), 3));
  });
  const post = (posting: Posting, with_: Recording = {}) => records.licenses.post(posting, [anEvent()], with_);

  test("come back as they were posted; of what was never there, there is nothing", async () => {
    const asset = { ...traitsOf(key()), available: 3, assigned: 0, retired: 0 };
    expect(await records.licenses.asset(key())).toEqual(asset);
    expect(await records.licenses.assets(here)).toEqual([asset]);
    expect(await records.licenses.listAssets(here, { limit: 5 })).toEqual({ items: [asset] });
    expect(await records.licenses.asset(key("102"))).toBeUndefined();
    expect(await records.licenses.asset({ ...key(), pricingParam: "PLUS" })).toBeUndefined();
    expect(await records.licenses.assets(other.id)).toEqual([]);
  });

  test("are told of by what the posting leaves", async () => {
    expect(await post(more(key(), 2))).toBe(true);
    expect(await records.untold()).toEqual([anEvent()]);
    expect(await records.licenses.asset(key())).toMatchObject({ available: 5 });
  });

  test("that are assigned are held until they are taken back or retired", async () => {
    await post(assigned(key(), device("A"), user("u")));
    expect(await records.licenses.holding(key(), [user("u"), device("B"), device("A"), device("u")])).toEqual([user("u"), device("A")]);
    expect(await records.licenses.holding(key("102"), [device("A")])).toEqual([]);
    expect(await records.licenses.asset(key())).toMatchObject({ available: 1, assigned: 2 });
    expect(await records.licenses.post(unassigned(key(), device("A")))).toBe(true);
    const gone: Posting = {
      at: NOW,
      entries: [{ asset: key(), assigned: -1, retired: 1 }],
      unassigned: [{ asset: key(), target: user("u") }],
    };
    expect(await records.licenses.post(gone)).toBe(true);
    expect(await records.licenses.holding(key(), [device("A"), user("u")])).toEqual([]);
    expect(await records.licenses.asset(key())).toMatchObject({ available: 2, assigned: 0, retired: 1 });
  });

  describe("of a posting that is refused nothing is recorded:", () => {
    const both = (posting: Posting): Posting => ({ ...posting, entries: [...posting.entries, { asset: key("105"), available: 1 }] });
    test.each<[string, Posting, Recording?]>([
      ["available would fall below 0", both(more(key(), -4))],
      ["assigned would fall below 0", both({ at: NOW, entries: [{ asset: key(), assigned: -3, retired: 3 }] })],
      [
        "there is nothing of the asset to take",
        {
          at: NOW,
          entries: [
            { asset: key("104"), available: -1 },
            { asset: key(), available: 1 },
          ],
        },
      ],
      ["an assignment that it makes exists", both(assigned(key(), device("B"), device("A")))],
      ["an assignment that it ends does not exist", both(unassigned(key(), device("A"), device("B")))],
      ["traits are there that it calls new", both(acquired(key(), 1))],
      ["traits are not of the version before", both({ ...more(key(), 1), traits: [traitsOf(key(), { version: 3 })] })],
      ["licenses would come to a closed location", both(more(key("101", other.id), 1))],
      ["the key was used", both(more(key(), 1)), { idempotency: { ...use, made: "x", at: NOW } }],
      [
        "the key was used for another request",
        both(more(key(), 1)),
        { idempotency: { ...use, requestSha256: "e".repeat(64), made: "x", at: NOW } },
      ],
      ["the caller changed", both(more(key(), 1)), { preconditions: { accounts: [{ ...ada, version: 9 }] } }],
    ])("%s", async (_, posting, with_) => {
      await records.licenses.post(assigned(key(), device("A"), user("u")));
      await records.licenses.post({ at: NOW, entries: [] }, [], { idempotency: { ...use, made: "first", at: NOW } });
      await records.locations.close({ ...other, closedAt: NOW, version: 2 }, { arrivals: 0 });
      const before = await records.licenses.assets(here);
      expect(await post(posting, with_)).toBe(false);
      expect(await records.licenses.assets(here)).toEqual(before);
      expect(await records.licenses.holding(key(), [device("A"), device("B"), user("u")])).toEqual([device("A"), user("u")]);
      expect(await records.requests.earlier(use, NOW)).toMatchObject({ made: "first", requestSha256: use.requestSha256 });
      expect(await records.untold()).toEqual([]);
      expect(await records.locations.arrivals(other.id)).toBe(0);
    });
  });

  test("go to users with the longest names there may be, and their lists go on behind them", async () => {
    const long = (last: string): Target => user(`${"😀".repeat(249)}${last}`);
    const targets = ["1", "2", "3"].map(long);
    const longest = ClientUserId.parse("😀".repeat(250));
    expect(Buffer.byteLength(targetText({ clientUserId: longest }))).toBeLessThanOrEqual(1024);
    expect(await post(assigned(key(), ...targets))).toBe(true);
    for (const list of [
      { of: "asset", asset: key() },
      { of: "location", locationId: here },
    ] satisfies AssignmentList[])
      expect((await allOf((page) => records.licenses.assignments(list, page))).map(({ target }) => target)).toEqual(targets);
  });

  test("that two take at once are taken once", async () => {
    const taking = ["A", "B"].map((name) => records.licenses.post(assigned(key(), device(name), user(name))));
    expect((await Promise.all(taking)).toSorted()).toEqual([false, true]);
    expect(await records.licenses.asset(key())).toMatchObject({ available: 1, assigned: 2 });
  });

  test("that two give to one device at once are given once", async () => {
    const giving = [1, 2].map(() => records.licenses.post(assigned(key(), device("A"))));
    expect((await Promise.all(giving)).toSorted()).toEqual([false, true]);
    expect(await records.licenses.asset(key())).toMatchObject({ available: 2, assigned: 1 });
  });

  test("are listed by asset, page by page, each location's own", async () => {
    for (const adamId of ["105", "103", "102", "104"]) await records.licenses.post(acquired(key(adamId), 1));
    await records.licenses.post(acquired(key("106", other.id), 1));
    const listed = await allOf((page) => records.licenses.listAssets(here, page));
    expect(listed.map(({ adamId }) => adamId)).toEqual(["101", "102", "103", "104", "105"]);
    expect(listed).toEqual(await records.licenses.assets(here));
    expect((await allOf((page) => records.licenses.listAssets(other.id, page))).map(({ adamId }) => adamId)).toEqual(["106"]);
  });

  test("that are assigned are listed once each, page by page: of the location, of an asset, of a target", async () => {
    for (const adamId of ["102", "103"]) await records.licenses.post(acquired(key(adamId), 9));
    await records.licenses.post(acquired(key("103", other.id), 9));
    await records.licenses.post(assigned(key("103", other.id), user("u")));
    await records.licenses.post(assigned(key("101"), device("B"), user("u"), device("A")));
    await records.licenses.post(assigned(key("103"), user("u"), user("v"), device("A"), user("w"), device("C")));
    const told = async (list: AssignmentList) =>
      (await allOf((page) => records.licenses.assignments(list, page))).map(
        ({ asset, target }: Assignment) => `${asset.adamId} ${Object.values(target).join()}`,
      );
    const ofFirst = ["101 A", "101 B", "101 u"];
    const ofThird = ["103 A", "103 C", "103 u", "103 v", "103 w"];
    expect(await told({ of: "asset", asset: key("101") })).toEqual(ofFirst);
    expect(await told({ of: "asset", asset: key("102") })).toEqual([]);
    expect(await told({ of: "asset", asset: key("103") })).toEqual(ofThird);
    expect(await told({ of: "location", locationId: here })).toEqual([...ofFirst, ...ofThird]);
    expect(await told({ of: "target", locationId: here, target: user("u") })).toEqual(["101 u", "103 u"]);
    await records.licenses.post(assigned(key("102"), user("u")));
    expect(await told({ of: "target", locationId: here, target: user("u") })).toEqual(["101 u", "102 u", "103 u"]);
    await records.licenses.post(unassigned(key("102"), user("u")));
    expect(await told({ of: "target", locationId: here, target: device("u") })).toEqual([]);
    const [first] = (await records.licenses.assignments({ of: "asset", asset: key("101") }, { limit: 1 })).items;
    expect(first).toEqual({ asset: key("101"), target: device("A"), assignedAt: NOW });
  });

  test("are transferred between locations at once, and the transfers are listed, newest first", async () => {
    const transfers = [1, 2, 3].map((day) => ({
      id: TransferId.parse(contentTokenId(day).replace("ct_", "tr_")),
      fromLocationId: here,
      toLocationId: other.id,
      adamId: "101",
      pricingParam: "STDQ" as const,
      quantity: 1,
      at: at(`2026-01-0${day}`),
      by: ada.id,
    }));
    const there = key("101", other.id);
    for (const [index, transfer] of transfers.entries()) {
      const entries = [
        { asset: key(), available: -1 },
        { asset: there, available: 1 },
      ];
      expect(await records.licenses.post({ at: transfer.at, entries, traits: index === 0 ? [traitsOf(there)] : [], transfer })).toBe(true);
    }
    expect(await allOf((page) => records.licenses.transfers(page))).toEqual(transfers.toReversed());
    for (const transfer of transfers) expect(await records.licenses.transfer(transfer.id)).toEqual(transfer);
    expect(await records.licenses.transfer(TransferId.parse(contentTokenId(9).replace("ct_", "tr_")))).toBeUndefined();
    expect(await records.licenses.asset(key())).toMatchObject({ available: 0 });
    expect(await records.licenses.asset(there)).toMatchObject({ available: 3 });
  });

  test("are not shown to whoever goes on from a cursor of another location's list", async () => {
    for (const adamId of ["102", "103"]) await records.licenses.post(acquired(key(adamId), 1));
    await records.licenses.post(acquired(key("103", other.id), 1));
    const { next } = await records.licenses.listAssets(here, { limit: 1 });
    expect(next).toBeDefined();
    const { items } = await records.licenses.listAssets(other.id, { limit: 5, after: next });
    expect(items.map(({ locationId: location, adamId }) => [location, adamId])).toEqual([[other.id, "103"]]);
  });

  const forged = (place: object): string => Buffer.from(JSON.stringify(place)).toString("base64url");
  test.each([
    ["that is no text of theirs", "nonsense"],
    ["that names no place", forged({})],
    ["whose fields are empty", forged({ pk: "", sk: "", sortKey: "", asset: {} })],
  ])("are not listed from a cursor %s", async (_, after) => {
    await records.licenses.post(assigned(key(), device("A")));
    const page = { limit: 2, after };
    const refused = { reason: "invalid_input" };
    await expect(records.licenses.listAssets(here, page)).rejects.toMatchObject(refused);
    await expect(records.licenses.transfers(page)).rejects.toMatchObject(refused);
    const lists: AssignmentList[] = [
      { of: "asset", asset: key() },
      { of: "location", locationId: here },
      { of: "target", locationId: here, target: device("A") },
    ];
    for (const list of lists) await expect(records.licenses.assignments(list, page)).rejects.toMatchObject(refused);
  });
});

battery("what was asked with a key", (records) => {
  test("is found by whose key it is, with what it made", async () => {
    expect(await records.requests.earlier(use, NOW)).toBeUndefined();
    expect(await records.licenses.post(acquired(key(), 1), [], { idempotency: { ...use, made: "101#STDQ", at: NOW } })).toBe(true);
    expect(await records.requests.earlier(use, NOW)).toEqual({ made: "101#STDQ", requestSha256: use.requestSha256 });
    expect(await records.requests.earlier({ ...use, key: "l" }, NOW)).toBeUndefined();
    expect(await records.requests.earlier({ ...use, accountId: bob.id }, NOW)).toBeUndefined();
  });

  test("is a use for a day, whether it was cleaned up since or not", async () => {
    const tooLate = addDays(NOW, 1);
    const later = new Date(tooLate.getTime() - 1000);
    const once = { ...use, made: "first", at: NOW };
    expect(await records.licenses.post(more(key(), 1), [], { idempotency: once })).toBe(true);
    expect(await records.requests.earlier(use, later)).toMatchObject({ made: "first" });
    expect(await records.licenses.post(more(key(), 1), [], { idempotency: { ...once, at: later } })).toBe(false);
    expect(await records.requests.earlier(use, tooLate)).toBeUndefined();
    expect(await records.licenses.post(more(key(), 1), [], { idempotency: { ...once, made: "second", at: tooLate } })).toBe(true);
    expect(await records.requests.earlier(use, tooLate)).toMatchObject({ made: "second" });
  });

  test("twice at once is done once", async () => {
    await records.licenses.post(acquired(key(), 1));
    const asking = [1, 2].map(() => records.licenses.post(more(key(), 1), [], { idempotency: { ...use, made: "x", at: NOW } }));
    expect((await Promise.all(asking)).toSorted()).toEqual([false, true]);
    expect(await records.licenses.asset(key())).toMatchObject({ available: 2 });
  });
});
