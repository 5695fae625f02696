// The license ledger over the API: what is acquired, assigned, taken back, retired and transferred, and what each refusal says.
import { beforeEach, describe, expect, test } from "vitest";
import { aLocation, locationId } from "../../support/builders/make.ts";
import { makeService, signedUp } from "../../support/scenarios/service.ts";

const here = locationId();
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
const third = aLocation({ id: locationId(3), name: "Shelbyville", uId: "1000000000000002", primary: false });
const manager = signedUp("manager", {
  grants: [here, other.id].map((location) => ({ role: "content-manager" as const, location })),
});

let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
  for (const location of [other, third]) await service.ports.locations.add(location);
  await service.ports.accounts.register(manager);
});

type Asked = { as?: string; key?: string };
const post = (route: Parameters<typeof service.call>[0], body: object, { as = "ada", key }: Asked = {}) =>
  service.call(route, [], { as, body, headers: key === undefined ? {} : { "idempotency-key": key } });
const acquire = (over: object = {}, asked?: Asked) =>
  post("POST /v1/licenses", { locationId: here, adamId: "361309726", productType: "App", quantity: 10, ...over }, asked);
const assign = (over: object = {}, asked?: Asked) =>
  post("POST /v1/assignments", { locationId: here, adamId: "361309726", ...over }, asked);
const unassign = (over: object) => post("POST /v1/assignments/removals", { locationId: here, adamId: "361309726", ...over });
const transfer = (over: object = {}, asked?: Asked) =>
  post("POST /v1/license-transfers", { fromLocationId: here, toLocationId: other.id, adamId: "361309726", quantity: 4, ...over }, asked);
const countsAt = async (location = here) => {
  const { items } = (await service.call("GET /v1/licenses", [], { query: { locationId: location } })).body;
  return items.map(({ adamId, available, assigned, retired, total }: Record<string, unknown>) => ({
    adamId,
    available,
    assigned,
    retired,
    total,
  }));
};
const only = (available: number, assigned = 0, retired = 0) => [
  { adamId: "361309726", available, assigned, retired, total: available + assigned + retired },
];
const typesTold = () => service.published.flatMap((one) => (one.kind === "event" ? [one.type] : []));

describe("licenses that are acquired", () => {
  test("are added to what there is, with the traits of an app", async () => {
    const { status, body } = await acquire({ name: "Pages" });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "Pages", pricingParam: "STDQ", deviceAssignable: true, revocable: true, available: 10, total: 10 });
    expect((await acquire({ quantity: 5 })).body).toMatchObject({ available: 15, name: "Pages" });
    expect(typesTold()).toEqual(["LicensesAcquired", "LicensesAcquired"]);
  });

  test.each(["App", "Book"])(
    "are of a %s for iOS unless other platforms are named, and keep the platforms that are known",
    async (productType) => {
      expect((await acquire({ productType })).body).toMatchObject({ supportedPlatforms: ["iOS"] });
      expect((await acquire({ productType, supportedPlatforms: ["macOS"] })).body).toMatchObject({ supportedPlatforms: ["macOS"] });
      expect((await acquire({ productType })).body).toMatchObject({ supportedPlatforms: ["macOS"] });
      expect(await acquire({ productType, supportedPlatforms: [] })).toMatchObject({ status: 400, body: { reason: "invalid_input" } });
    },
  );

  test("with a key count once, however often they are told", async () => {
    for (const _ of [1, 2, 3]) expect((await acquire({}, { key: "po-1" })).status).toBe(201);
    expect(await countsAt()).toEqual(only(10));
    expect((await acquire({ quantity: 11 }, { key: "po-1" })).body.reason).toBe("idempotency_key_reused");
  });

  test.each([
    ["as another type of product", { productType: "Book" }],
    ["as not revocable", { revocable: false }],
    ["as not for devices", { deviceAssignable: false }],
  ])("%s than those there are, are refused and nothing changes", async (_, over) => {
    await acquire();
    expect((await acquire(over)).body.reason).toBe("asset_differs");
    expect(await countsAt()).toEqual(only(10));
  });

  test("of a book are for users only and never come back, whatever is said", async () => {
    expect((await acquire({ productType: "Book", deviceAssignable: true })).body.reason).toBe("asset_differs");
    expect((await acquire({ productType: "Book" })).body).toMatchObject({ deviceAssignable: false, revocable: false });
  });

  test("beyond what a device management service can count are refused", async () => {
    await service.ports.licenses.post({
      at: service.clock.now,
      entries: [{ asset: { locationId: here, adamId: "361309726", pricingParam: "STDQ" }, available: 2_147_483_640 }],
      traits: [
        {
          locationId: here,
          adamId: "361309726",
          pricingParam: "STDQ",
          productType: "App",
          deviceAssignable: true,
          revocable: true,
          supportedPlatforms: [],
          version: 1,
        },
      ],
    });
    expect((await acquire({ quantity: 8 })).body.reason).toBe("too_many_licenses");
    expect((await acquire({ quantity: 7 })).status).toBe(201);
  });

  test("are for whoever manages the location", async () => {
    expect((await acquire({}, { as: "manager" })).status).toBe(201);
    expect((await acquire({ locationId: third.id }, { as: "manager" })).body.reason).toBe("not_permitted");
    expect((await acquire({ locationId: locationId(9) })).body.reason).toBe("not_found");
  });
});

describe("assigning", () => {
  test("gives each one license, and none twice", async () => {
    await acquire();
    const first = await assign({ serialNumbers: ["C02A", "C02B", "C02B"], clientUserIds: ["u-1"] });
    expect(first.body).toMatchObject({ assigned: 3, alreadyAssigned: 0, license: { available: 7, assigned: 3, total: 10 } });
    expect((await assign({ serialNumbers: ["C02A", "C02C"] })).body).toMatchObject({ assigned: 1, alreadyAssigned: 1 });
    expect(await countsAt()).toEqual(only(6, 4));
  });

  test("gives nobody one when there are too few, and says how many there are", async () => {
    await acquire({ quantity: 2 });
    await assign({ serialNumbers: ["A"] });
    const { status, body } = await assign({ serialNumbers: ["B", "C"] });
    expect([status, body.reason]).toEqual([409, "not_enough_licenses"]);
    expect(body.detail).toMatch(/asked for 2, available 1, assigned 1/);
    expect(await countsAt()).toEqual(only(1, 1));
  });

  test("with a key happens once, even when the license was taken back since", async () => {
    await acquire();
    await assign({ serialNumbers: ["A"] }, { key: "k" });
    await unassign({ serialNumbers: ["A"] });
    expect((await assign({ serialNumbers: ["A"] }, { key: "k" })).body).toMatchObject({ assigned: 1, alreadyAssigned: 0 });
    expect(await countsAt()).toEqual(only(10));
  });

  test("with a key stands for its answer, also when nobody needed one: who lost theirs since is given none", async () => {
    await acquire();
    await assign({ serialNumbers: ["A"] });
    const again = () => assign({ serialNumbers: ["A"] }, { key: "k" });
    expect((await again()).body).toMatchObject({ assigned: 0, alreadyAssigned: 1 });
    await unassign({ serialNumbers: ["A"] });
    expect((await again()).body).toMatchObject({ assigned: 0, alreadyAssigned: 1 });
    expect((await assign({ serialNumbers: ["B"] }, { key: "k" })).body.reason).toBe("idempotency_key_reused");
    expect(await countsAt()).toEqual(only(10));
  });

  test("twice at once with one key is answered twice with what was done", async () => {
    await acquire();
    const answers = await Promise.all([1, 2].map(() => assign({ serialNumbers: ["A"] }, { key: "k" })));
    expect(answers.map(({ body }) => [body.assigned, body.alreadyAssigned])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  test("to somebody with the longest name there is room for is done, taken back and listed; a longer one is refused", async () => {
    await acquire();
    const longest = "😀".repeat(250);
    expect((await assign({ clientUserIds: [longest] })).body.assigned).toBe(1);
    expect((await assign({ clientUserIds: [`${longest}x`] })).body.reason).toBe("invalid_input");
    expect((await unassign({ clientUserIds: [longest] })).body.unassigned).toBe(1);
    expect((await assign({ serialNumbers: [" C02A", "C02A "] })).body).toMatchObject({ assigned: 1 });
  });

  test("of a book to a device is refused, also beside a user", async () => {
    await acquire({ productType: "Book" });
    expect((await assign({ serialNumbers: ["A"], clientUserIds: ["u"] })).body.reason).toBe("not_device_assignable");
    expect(await countsAt()).toEqual(only(10));
  });

  test.each([
    ["to nobody", {}],
    ["to more than one transaction takes", { serialNumbers: Array.from({ length: 81 }, (_, index) => `S${index}`) }],
    ["to more in all", { serialNumbers: Array.from({ length: 80 }, (_, index) => `S${index}`), clientUserIds: ["u"] }],
  ])("%s is refused", async (_, over) => {
    await acquire({ quantity: 100 });
    expect((await assign(over)).body.reason).toBe("invalid_input");
    expect(await countsAt()).toEqual(only(100));
  });

  test("what the location does not have is refused, and so is whoever has no grant there", async () => {
    expect((await assign({ serialNumbers: ["A"] })).body.reason).toBe("not_found");
    expect((await assign({ locationId: third.id, serialNumbers: ["A"] }, { as: "manager" })).body.reason).toBe("not_permitted");
  });

  test("as many as one act takes is one act", async () => {
    await acquire({ quantity: 100 });
    const serialNumbers = Array.from({ length: 80 }, (_, index) => `S${index}`);
    expect((await assign({ serialNumbers })).body.assigned).toBe(80);
    expect((await unassign({ serialNumbers })).body.unassigned).toBe(80);
    expect(await countsAt()).toEqual(only(100));
  });
});

describe("what was assigned", () => {
  beforeEach(async () => {
    await acquire();
    await acquire({ adamId: "500", productType: "Book" });
    await assign({ serialNumbers: ["A", "B"], clientUserIds: ["u"] });
    await assign({ adamId: "500", clientUserIds: ["u"] });
  });
  const listed = async (query: Record<string, string>) => {
    const all: string[] = [];
    let after: string | undefined;
    do {
      const answer = await service.call("GET /v1/assignments", [], {
        query: { locationId: here, limit: "2", ...query, ...(after === undefined ? {} : { after }) },
      });
      all.push(...answer.body.items.map((one: Record<string, string>) => `${one.adamId} ${one.serialNumber ?? one.clientUserId}`));
      after = answer.body.next;
    } while (after !== undefined);
    return all.toSorted();
  };

  test("is listed: of the location, of an asset, of a device or of a user", async () => {
    expect(await listed({})).toEqual(["361309726 A", "361309726 B", "361309726 u", "500 u"]);
    expect(await listed({ adamId: "361309726" })).toEqual(["361309726 A", "361309726 B", "361309726 u"]);
    expect(await listed({ serialNumber: "A" })).toEqual(["361309726 A"]);
    expect(await listed({ clientUserId: "u" })).toEqual(["361309726 u", "500 u"]);
    const both = await service.call("GET /v1/assignments", [], { query: { locationId: here, adamId: "500", clientUserId: "u" } });
    expect(both.body.reason).toBe("invalid_input");
  });

  test("comes back when it is taken back, from whoever had it", async () => {
    expect((await unassign({ serialNumbers: ["A", "Z"] })).body).toMatchObject({
      unassigned: 1,
      notAssigned: 1,
      license: { available: 8 },
    });
    expect((await unassign({ serialNumbers: ["A"] })).body).toMatchObject({ unassigned: 0, notAssigned: 1, license: { available: 8 } });
  });

  test("never comes back of a book", async () => {
    expect((await unassign({ adamId: "500", clientUserIds: ["u"] })).body.reason).toBe("irrevocable");
    expect((await countsAt())[1]).toMatchObject({ available: 9, assigned: 1 });
  });

  test("of a user who is retired comes back where it can, and is retired where not; once", async () => {
    const retire = () => post("POST /v1/assignments/retirements", { locationId: here, clientUserIds: ["u", "u", "nobody"] });
    expect((await retire()).body).toEqual({ unassigned: 1, retired: 1 });
    expect((await retire()).body).toEqual({ unassigned: 0, retired: 0 });
    expect(await countsAt()).toEqual([...only(8, 2), { adamId: "500", available: 9, assigned: 0, retired: 1, total: 10 }]);
    expect(typesTold().slice(-2).toSorted()).toEqual(["LicensesRetired", "LicensesUnassigned"]);
  });

  test("of a user with more assets than one posting takes is all retired", async () => {
    const csv = ["adamId,productType,quantity", ...Array.from({ length: 60 }, (_, index) => `${1000 + index},App,1`)].join("\n");
    await post("POST /v1/licenses/import", { locationId: here, csv }, { key: "k" });
    for (let adamId = 1000; adamId < 1060; adamId++) await assign({ adamId: String(adamId), clientUserIds: ["many"] });
    const retire = () => post("POST /v1/assignments/retirements", { locationId: here, clientUserIds: ["many"] });
    expect((await retire()).body).toEqual({ unassigned: 60, retired: 0 });
    expect((await retire()).body).toEqual({ unassigned: 0, retired: 0 });
  });

  test("at a location that is not there is not retired, nor are transfers of it listed", async () => {
    const nowhere = locationId(9);
    const retired = await post("POST /v1/assignments/retirements", { locationId: nowhere, clientUserIds: ["u"] });
    const transfers = await service.call("GET /v1/license-transfers", [], { query: { locationId: nowhere } });
    for (const { body } of [retired, transfers]) expect(body.reason).toBe("not_found");
  });

  test("is told, logged and entered in the custody log by numbers, never by whom", async () => {
    await assign({ serialNumbers: ["C02SECRET"], clientUserIds: ["eve@example.net"] });
    await unassign({ serialNumbers: ["C02SECRET"] });
    await post("POST /v1/assignments/retirements", { locationId: here, clientUserIds: ["eve@example.net"] });
    const entries = (await service.ports.custody.list({}, { limit: 100 })).items;
    const everything = JSON.stringify([service.published, service.logged, entries]);
    expect(everything).toContain("361309726");
    expect(everything).not.toMatch(/C02SECRET|eve@example/);
  });
});

describe("a transfer", () => {
  beforeEach(async () => {
    await acquire({ name: "Pages" });
    await assign({ serialNumbers: ["A", "B", "C"] });
  });

  test("takes unassigned licenses to another location, with what is known of the asset, and is listed there and here", async () => {
    const { status, body } = await transfer();
    expect(status).toBe(201);
    expect(body).toMatchObject({ fromLocationId: here, toLocationId: other.id, quantity: 4, pricingParam: "STDQ" });
    expect(await countsAt()).toEqual(only(3, 3));
    expect(await countsAt(other.id)).toEqual(only(4));
    expect((await service.call("GET /v1/licenses", [], { query: { locationId: other.id } })).body.items[0].name).toBe("Pages");
    for (const query of [{}, { locationId: here }, { locationId: other.id }])
      expect((await service.call("GET /v1/license-transfers", [], { query })).body.items).toEqual([body]);
    expect((await service.call("GET /v1/license-transfers", [], { query: { locationId: third.id } })).body.items).toEqual([]);
    const [told] = service.published.flatMap((one) => (one.kind === "event" && one.type === "LicensesTransferred" ? [one.detail] : []));
    expect(told).toMatchObject({ transferId: body.id, quantity: 4, fromLocationId: here, toLocationId: other.id });
  });

  test("of more than are unassigned is refused, says how many are assigned, and moves none", async () => {
    const { body } = await transfer({ quantity: 8 });
    expect(body.reason).toBe("not_enough_licenses");
    expect(body.detail).toMatch(/asked for 8, available 7, assigned 3/);
    expect(await countsAt()).toEqual(only(7, 3));
    expect(await countsAt(other.id)).toEqual([]);
  });

  test("with a key happens once, and a dry run uses no key", async () => {
    expect((await transfer({ dryRun: true }, { key: "k" })).status).toBe(200);
    const [first, second] = [await transfer({}, { key: "k" }), await transfer({}, { key: "k" })];
    expect(second.body).toEqual(first.body);
    expect(await countsAt()).toEqual(only(3, 3));
  });

  test("is previewed: what is possible, how many at most, and why not", async () => {
    expect((await transfer({ dryRun: true })).body).toEqual({
      dryRun: true,
      possible: true,
      most: 7,
      from: { available: 7, assigned: 3, retired: 0 },
      to: { available: 0, assigned: 0, retired: 0 },
    });
    expect((await transfer({ dryRun: true, quantity: 8 })).body).toMatchObject({ possible: false, most: 7, reason: "not_enough_licenses" });
    await acquire({ locationId: other.id, revocable: false });
    expect((await transfer({ dryRun: true })).body).toMatchObject({ possible: false, most: 0, reason: "asset_differs" });
    expect((await transfer()).body.reason).toBe("asset_differs");
    expect(await countsAt()).toEqual(only(7, 3));
  });

  test.each([
    ["of none", { quantity: 0 }, "invalid_input"],
    ["of more than 24,999", { quantity: 25_000 }, "invalid_input"],
    ["to where they are", { toLocationId: here }, "invalid_input"],
    ["of what is not there", { adamId: "7" }, "not_found"],
    ["to nowhere", { toLocationId: locationId(9) }, "not_found"],
  ])("%s is refused", async (_, over, reason) => {
    expect((await transfer(over)).body.reason).toBe(reason);
    expect(await countsAt()).toEqual(only(7, 3));
  });

  test("of 24,999 is taken", async () => {
    await acquire({ quantity: 30_000 });
    expect((await transfer({ quantity: 24_999 })).status).toBe(201);
    expect(await countsAt(other.id)).toEqual(only(24_999));
  });

  test("is a content manager's only between locations that are theirs", async () => {
    expect((await transfer({}, { as: "manager" })).status).toBe(201);
    expect((await transfer({ toLocationId: third.id }, { as: "manager" })).body.reason).toBe("not_permitted");
    await acquire({ locationId: third.id });
    expect((await transfer({ fromLocationId: third.id }, { as: "manager" })).body.reason).toBe("not_permitted");
    const { items } = (await service.call("GET /v1/license-transfers", [], { as: "manager" })).body;
    expect(items).toHaveLength(1);
  });
});

test("what was done with a key is answered so after the location was closed; anything new is refused", async () => {
  const acts = (key: string) => [
    () => acquire({ locationId: third.id }, { key: `${key}-a` }),
    () =>
      post("POST /v1/licenses/import", { locationId: third.id, csv: "adamId,productType,quantity\n361309726,App,2" }, { key: `${key}-i` }),
    () => assign({ locationId: third.id, serialNumbers: ["A"] }, { key: `${key}-s` }),
    () => transfer({ fromLocationId: third.id, quantity: 11 }, { key: `${key}-t` }),
  ];
  const all = async (key: string) => {
    const answers: [number, string | undefined][] = [];
    for (const act of acts(key)) {
      const { status, body } = await act();
      answers.push([status, body.reason]);
    }
    return answers;
  };
  const done = await all("k");
  expect(done.map(([status]) => status)).toEqual([201, 200, 200, 201]);
  await unassign({ locationId: third.id, serialNumbers: ["A"] });
  await transfer({ fromLocationId: third.id, quantity: 1 });
  expect((await service.call("DELETE /v1/locations/{id}", [third.id])).status).toBe(200);
  expect(await all("k")).toEqual(done);
  expect(await all("new")).toEqual(done.map(() => [409, "location_closed"]));
  expect(await countsAt(other.id)).toEqual(only(12));
});
