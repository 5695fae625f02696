// GET /assets on fake ports: what is answered of each asset, and each filter at its edge.
import { beforeEach, expect, test } from "vitest";
import { type AssetTraits, totalOf } from "../../../domain/licenses/licenses.ts";
import { ListAssetsInput, ListAssetsReply, listAssets, pageOfAssets } from "../../../functions/device-api/list-assets.ts";
import { aLocation, locationId } from "../../support/builders/make.ts";
import { assigned, device, key, more, traitsOf, user } from "../../support/builders/postings.ts";
import { asking, bearer, refusedWith } from "../../support/http/bearer.ts";
import { makeService, NOW } from "../../support/scenarios/service.ts";

const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });

let service: Awaited<ReturnType<typeof makeService>>;
const list = (query: object = {}, handle = listAssets) => asking(handle, ListAssetsInput, query, service.ports);
const ids = async (query: object) => (await list(query)).assets.map(({ adamId, pricingParam }) => `${adamId} ${pricingParam}`);

/** An asset that is new at its location, with what makes it what it is. */
const bring = (traits: AssetTraits, quantity: number) =>
  service.ports.licenses.post({ at: NOW, entries: [{ asset: traits, available: quantity }], traits: [traits] });

beforeEach(async () => {
  service = await makeService();
  await service.ports.locations.add(other);
  await bring(traitsOf(key("101"), { supportedPlatforms: ["iOS", "macOS"], name: "Pages" }), 10);
  await bring(traitsOf(key("102"), { revocable: false }), 3);
  await bring(traitsOf(key("500"), { productType: "Book", deviceAssignable: false, revocable: false }), 5);
  await bring(traitsOf({ ...key("500"), pricingParam: "PLUS" }, { productType: "Book", deviceAssignable: false, revocable: false }), 2);
  await bring(traitsOf(key("900", other.id)), 7);
  const { licenses } = service.ports;
  await licenses.post(assigned(key("101"), device("A"), device("B"), user("u")));
  await licenses.post(assigned(key("500"), user("u")));
  await licenses.post({
    at: NOW,
    entries: [{ asset: key("500"), assigned: -1, retired: 1 }],
    unassigned: [{ asset: key("500"), target: user("u") }],
  });
});

test("each asset is told with its counts as the protocol names them, and what people call it is not", async () => {
  const answer = await list();
  expect(ListAssetsReply.parse(answer)).toEqual(answer);
  expect(answer).toMatchObject({ currentPageIndex: 0, size: 4, totalPages: 1 });
  expect(answer).not.toHaveProperty("nextPageIndex");
  expect(answer).not.toHaveProperty("unlimitedAssets");
  expect(answer.assets[0]).toEqual({
    adamId: "101",
    pricingParam: "STDQ",
    productType: "App",
    deviceAssignable: true,
    revocable: true,
    supportedPlatforms: ["iOS", "macOS"],
    assignedCount: 3,
    availableCount: 7,
    retiredCount: 0,
    totalCount: 10,
  });
  for (const { availableCount, assignedCount, retiredCount, totalCount } of answer.assets)
    expect(totalOf({ available: availableCount, assigned: assignedCount, retired: retiredCount })).toBe(totalCount);
  expect(answer.assets.find(({ pricingParam, adamId }) => adamId === "500" && pricingParam === "STDQ")).toMatchObject({
    availableCount: 4,
    retiredCount: 1,
    totalCount: 5,
  });
});

test.each<[object, string[]]>([
  [{ productType: "App" }, ["101 STDQ", "102 STDQ"]],
  [{ productType: "Book" }, ["500 PLUS", "500 STDQ"]],
  [{ pricingParam: "PLUS" }, ["500 PLUS"]],
  [{ adamId: "500" }, ["500 PLUS", "500 STDQ"]],
  [{ adamId: "500", pricingParam: "STDQ" }, ["500 STDQ"]],
  [{ adamId: "900" }, []],
  [{ revocable: "true" }, ["101 STDQ"]],
  [{ revocable: "false", productType: "App" }, ["102 STDQ"]],
  [{ deviceAssignable: "1" }, ["101 STDQ", "102 STDQ"]],
  [{ deviceAssignable: "0" }, ["500 PLUS", "500 STDQ"]],
  [{ minAvailableCount: "4" }, ["101 STDQ", "500 STDQ"]],
  [{ minAvailableCount: "5" }, ["101 STDQ"]],
  [{ maxAvailableCount: "3" }, ["102 STDQ", "500 PLUS"]],
  [{ minAvailableCount: "3", maxAvailableCount: "4" }, ["102 STDQ", "500 STDQ"]],
  [{ minAssignedCount: "3" }, ["101 STDQ"]],
  [{ minAssignedCount: "4" }, []],
  [{ maxAssignedCount: "0" }, ["102 STDQ", "500 PLUS", "500 STDQ"]],
  [{ maxAssignedCount: "-1" }, []],
  [{ nobody: "asked" }, ["101 STDQ", "102 STDQ", "500 PLUS", "500 STDQ"]],
])("asked with %j, those are told: %j", async (query, told) => expect(await ids(query)).toEqual(told));

test("of unlimited assets there are none, which is told apart from them when it is asked so", async () => {
  expect(await list({ unlimited: "true" })).toMatchObject({ unlimitedAssets: [], size: 4 });
  expect(await list({ unlimited: "false" })).not.toHaveProperty("unlimitedAssets");
});

test.each([
  { revocable: "yes" },
  { deviceAssignable: "" },
  { unlimited: "2" },
  { productType: "Movie" },
  { pricingParam: "stdq" },
  { adamId: "x" },
  { minAvailableCount: "many" },
  { maxAssignedCount: "1.5" },
  { minAssignedCount: "2147483648" },
  { pageIndex: "first" },
])("%j is refused as no argument", async (query) => {
  await expect(list(query)).rejects.toMatchObject(refusedWith(9602));
});

test("pages follow each other, of the filtered list too, and what is beyond is refused", async () => {
  const inTwos = pageOfAssets(2);
  const [first, second] = [await list({}, inTwos), await list({ pageIndex: "1" }, inTwos)];
  expect([...first.assets, ...second.assets]).toEqual((await list()).assets);
  expect(first).toMatchObject({ currentPageIndex: 0, nextPageIndex: 1, size: 2, totalPages: 2 });
  expect(second).toMatchObject({ currentPageIndex: 1, size: 2, totalPages: 2, versionId: first.versionId });
  expect(second).not.toHaveProperty("nextPageIndex");
  expect(await list({ productType: "App" }, inTwos)).toMatchObject({ size: 2, totalPages: 1 });
  for (const query of [{ pageIndex: "2" }, { pageIndex: "-1" }, { pageIndex: "1", productType: "App" }])
    await expect(list(query, inTwos)).rejects.toMatchObject(refusedWith(9650));
  expect(await list({ adamId: "1" })).toMatchObject({ assets: [], size: 0, totalPages: 1 });
});

test("an asset whose record has no platforms is answered with iOS, an app and a book alike", async () => {
  const { assets } = await list();
  expect(assets.map(({ adamId, supportedPlatforms }) => [adamId, supportedPlatforms])).toEqual([
    ["101", ["iOS", "macOS"]],
    ["102", ["iOS"]],
    ["500", ["iOS"]],
    ["500", ["iOS"]],
  ]);
});

test("the version id changes with whatever is told, and with nothing else", async () => {
  const { versionId } = await list();
  expect((await list({ productType: "App" })).versionId).toBe(versionId);
  await service.ports.licenses.post(more(key("900", other.id), 1));
  expect((await list()).versionId).toBe(versionId);
  const seen = new Set([versionId, (await asking(listAssets, ListAssetsInput, {}, service.ports, bearer(other))).versionId]);
  await service.ports.licenses.post(more(key("101"), 1));
  seen.add((await list()).versionId);
  await service.ports.licenses.post(assigned(key("101"), device("C")));
  seen.add((await list()).versionId);
  await bring(traitsOf(key("103")), 1);
  seen.add((await list()).versionId);
  const renamed = traitsOf(key("102"), { revocable: false, supportedPlatforms: ["tvOS"], version: 2 });
  await service.ports.licenses.post({ at: NOW, entries: [], traits: [renamed] });
  seen.add((await list()).versionId);
  expect(seen.size).toBe(6);
});
