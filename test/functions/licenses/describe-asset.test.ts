// What an asset is called: changed by whoever may acquire it, and nothing else of it.
import { beforeEach, expect, test } from "vitest";
import { aLocation, locationId } from "../../support/builders/make.ts";
import { makeService, signedUp } from "../../support/scenarios/service.ts";

const here = locationId();
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
const APP = { locationId: here, adamId: "361309726" };
const PAGES = { name: "Pages", bundleId: "com.apple.Pages" };

let service: Awaited<ReturnType<typeof makeService>>;
const describeAs = (as: string, body: object) => service.call("PATCH /v1/licenses", [], { as, body });
const versionNow = async () => (await service.ports.licenses.asset({ ...APP, pricingParam: "STDQ" }))?.version;

beforeEach(async () => {
  service = await makeService();
  await service.ports.locations.add(other);
  await service.ports.accounts.register(signedUp("manager", { grants: [{ role: "content-manager", location: here }] }));
  await service.call("POST /v1/licenses", [], { body: { ...APP, productType: "App", quantity: 5, name: "Page" } });
});

test("it changes, one name by itself or both, and its counts don't", async () => {
  expect((await describeAs("manager", { ...APP, bundleId: PAGES.bundleId })).body).toMatchObject({
    name: "Page",
    bundleId: PAGES.bundleId,
  });
  const { status, body } = await describeAs("ada", { ...APP, name: PAGES.name });
  expect(status).toBe(200);
  expect(body).toMatchObject({ ...APP, ...PAGES, pricingParam: "STDQ", productType: "App", available: 5, assigned: 0, total: 5 });
  expect(await versionNow()).toBe(3);
});

test("its platforms change, by themselves or with its names, and never to none", async () => {
  const platformsShown = async () =>
    (await service.call("GET /v1/licenses", [], { query: { locationId: here } })).body.items[0].supportedPlatforms;
  expect(await platformsShown()).toEqual(["iOS"]);
  const { body } = await describeAs("manager", { ...APP, supportedPlatforms: ["macOS", "iOS"] });
  expect(body).toMatchObject({ name: "Page", supportedPlatforms: ["macOS", "iOS"], available: 5 });
  expect((await describeAs("manager", { ...APP, name: "Pages" })).body.supportedPlatforms).toEqual(["macOS", "iOS"]);
  for (const supportedPlatforms of [[], ["Windows"], "iOS", ["iOS", "iOS", "iOS", "iOS", "iOS", "iOS"]])
    expect(await describeAs("ada", { ...APP, supportedPlatforms })).toMatchObject({ status: 400, body: { reason: "invalid_input" } });
  expect(await platformsShown()).toEqual(["macOS", "iOS"]);
});

test("told again nothing changes, and who names nothing changes nothing", async () => {
  await describeAs("manager", { ...APP, ...PAGES });
  const before = await versionNow();
  for (const told of [PAGES, {}]) expect((await describeAs("manager", { ...APP, ...told })).body).toMatchObject(PAGES);
  expect(await versionNow()).toBe(before);
});

test("it is kept when more is acquired or transferred, unless that says otherwise", async () => {
  await describeAs("manager", { ...APP, ...PAGES });
  const acquire = (over: object) => service.call("POST /v1/licenses", [], { body: { ...APP, productType: "App", quantity: 1, ...over } });
  expect((await acquire({})).body).toMatchObject(PAGES);
  expect((await acquire({ bundleId: "com.apple.iWork.Pages" })).body).toMatchObject({ name: "Pages", bundleId: "com.apple.iWork.Pages" });
  const transfer = { fromLocationId: here, toLocationId: other.id, adamId: APP.adamId, quantity: 1 };
  await service.call("POST /v1/license-transfers", [], { body: transfer });
  const there = await service.ports.licenses.asset({ ...APP, locationId: other.id, pricingParam: "STDQ" });
  expect(there).toMatchObject({ name: "Pages", bundleId: "com.apple.iWork.Pages", version: 1 });
});

test.each<[string, string, object, number, string]>([
  ["of another's location", "manager", { ...APP, locationId: other.id, name: "x" }, 403, "not_permitted"],
  ["that is not there", "ada", { ...APP, adamId: "9", name: "x" }, 404, "not_found"],
  ["at a location that is not there", "ada", { ...APP, locationId: locationId(9), name: "x" }, 404, "not_found"],
  ["of another kind", "ada", { ...APP, productType: "Book" }, 400, "invalid_input"],
  ["by too long a name", "ada", { ...APP, bundleId: "x".repeat(156) }, 400, "invalid_input"],
  ["by no name", "ada", { ...APP, name: " " }, 400, "invalid_input"],
])("an asset %s is refused a name", async (_, as, body, status, reason) => {
  expect(await describeAs(as, body)).toMatchObject({ status, body: { reason } });
  expect(await versionNow()).toBe(1);
});

test("at a closed location nothing is called otherwise", async () => {
  await service.call("POST /v1/licenses", [], { body: { ...APP, locationId: other.id, productType: "App", quantity: 1 } });
  const back = { fromLocationId: other.id, toLocationId: here, adamId: APP.adamId, quantity: 1 };
  await service.call("POST /v1/license-transfers", [], { body: back });
  await service.call("DELETE /v1/locations/{id}", [other.id]);
  expect((await describeAs("ada", { ...APP, locationId: other.id, ...PAGES })).body.reason).toBe("location_closed");
});
