// Closing a location over the API: only what is empty closes, for ever, and nothing comes to it meanwhile or afterwards.
import { beforeEach, describe, expect, test } from "vitest";
import { here, makeMdmService, manager, other } from "../../support/scenarios/mdm-service.ts";

let service: Awaited<ReturnType<typeof makeMdmService>>;
beforeEach(async () => {
  service = await makeMdmService();
});

const close = (id: string, more: object = {}) => service.call("DELETE /v1/locations/{id}", [id], more);
const acquire = (locationId: string) =>
  service.call("POST /v1/licenses", [], { body: { locationId, adamId: "361309726", productType: "App", quantity: 3 } });
const assign = (locationId: string, over: object) =>
  service.call("POST /v1/assignments", [], { body: { locationId, adamId: "361309726", ...over } });

describe("closing", () => {
  test("an empty location is once and for ever: it leaves the list, and can still be looked at", async () => {
    const { status, body } = await close(other.id);
    expect([status, body.closedAt]).toEqual([200, "2026-06-01T12:00:00.000Z"]);
    service.later(60);
    expect((await close(other.id)).body).toEqual(body);
    expect((await service.call("GET /v1/locations")).body.items.map(({ id }: { id: string }) => id)).toEqual([here]);
    expect((await service.call("GET /v1/locations", [], { as: "manager" })).body.items).toEqual([]);
    expect((await service.call("GET /v1/locations/{id}", [other.id])).body).toEqual(body);
    expect(service.eventsOf("LocationClosed")).toEqual([{ locationId: other.id }]);
  });

  test("counts what is left, and changes nothing", async () => {
    await acquire(other.id);
    await assign(other.id, { serialNumbers: ["A"] });
    await service.issue(other.id);
    const { status, body } = await close(other.id);
    expect([status, body.reason]).toEqual([409, "location_not_empty"]);
    expect(body.detail).toMatch(/2 available, 1 assigned \(assets: 1\); live content tokens: 1/);
    expect((await service.call("GET /v1/locations/{id}", [other.id])).body.closedAt).toBeUndefined();
  });

  test("succeeds once licenses are transferred and tokens are dead; what was retired keeps nothing open", async () => {
    await acquire(other.id);
    await service.call("POST /v1/licenses", [], { body: { locationId: other.id, adamId: "500", productType: "Book", quantity: 1 } });
    await service.call("POST /v1/assignments", [], { body: { locationId: other.id, adamId: "500", clientUserIds: ["u"] } });
    const token = await service.issue(other.id);
    expect((await close(other.id)).body.reason).toBe("location_not_empty");
    await service.call("POST /v1/license-transfers", [], {
      body: { fromLocationId: other.id, toLocationId: here, adamId: "361309726", quantity: 3 },
    });
    await service.call("POST /v1/assignments/retirements", [], { body: { locationId: other.id, clientUserIds: ["u"] } });
    await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "closing" } });
    expect((await close(other.id)).status).toBe(200);
  });

  test("the primary location is refused", async () => {
    expect((await close(here)).body.reason).toBe("primary_location");
  });

  test("is for administrators, and heeds the version that was read", async () => {
    expect((await close(other.id, { as: "manager" })).body.reason).toBe("not_permitted");
    expect((await close(other.id, { headers: { "if-match": '"7"' } })).body.reason).toBe("version_mismatch");
  });

  test("closes its links with it, and settles its conflict", async () => {
    const token = await service.issue(other.id);
    await service.link(service.fleet, token);
    await service.link(service.zentral, token);
    await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "closing" } });
    expect((await close(other.id)).status).toBe(200);
    for (const { id } of [service.fleet, service.zentral])
      expect((await service.call("GET /v1/mdm-servers/{id}", [id])).body.links).toEqual([]);
    const [conflict] = (await service.call("GET /v1/conflicts")).body.items;
    expect(conflict.resolution).toMatchObject({ reason: "the location was closed" });
  });
});

describe("a closed location", () => {
  beforeEach(async () => {
    await acquire(here);
    await close(other.id);
  });

  test.each([
    ["licenses", () => acquire(other.id)],
    [
      "transferred licenses",
      () =>
        service.call("POST /v1/license-transfers", [], {
          body: { fromLocationId: here, toLocationId: other.id, adamId: "361309726", quantity: 1 },
        }),
    ],
    ["a token", () => service.call("POST /v1/content-tokens", [], { body: { locationId: other.id } })],
    ["another name", () => service.call("PATCH /v1/locations/{id}", [other.id], { body: { name: "New" } })],
    [
      "a content manager",
      () =>
        service.call("PATCH /v1/accounts/{id}", [manager.id], {
          body: { grants: [{ role: "content-manager", location: other.id }] },
        }),
    ],
  ])("is given no %s", async (_, give) => {
    expect((await give()).body.reason).toBe("location_closed");
  });
});

test("what Apple calls it is text that can be kept", async () => {
  const { status, body } = await service.call("PATCH /v1/locations/{id}", [other.id], { body: { appleUId: "a\ud800b" } });
  expect([status, body.reason]).toEqual([400, "invalid_input"]);
});

test("a claim that comes while a location is being closed keeps no link open there", async () => {
  const token = await service.issue(other.id);
  await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "closing" } });
  const { close: closing } = service.ports.locations;
  service.ports.locations.close = async (...args) => {
    service.ports.locations.close = closing;
    const body = { mdmInfo: { id: "7f0c", name: "Jamf", metadata: "x" } };
    expect((await service.call("POST /v1/content-tokens/{id}/claims", [token], { body })).status).toBe(200);
    return closing(...args);
  };
  expect((await close(other.id)).status).toBe(200);
  const { links } = await service.ports.links.of(other.id);
  expect(links.filter(({ removedAt }) => removedAt === undefined)).toEqual([]);
});

describe("what comes while a location is being closed", () => {
  test.each([
    ["licenses", () => acquire(other.id)],
    ["a token", () => service.call("POST /v1/content-tokens", [], { body: { locationId: other.id } })],
  ])("%s: keeps it open", async (_, come) => {
    const { close: closing } = service.ports.locations;
    service.ports.locations.close = async (...args) => {
      service.ports.locations.close = closing;
      expect((await come()).status).toBe(201);
      return closing(...args);
    };
    expect((await close(other.id)).body.reason).toBe("location_not_empty");
  });
});
