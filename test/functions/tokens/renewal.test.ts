// Renewal over the API: how a newer token takes the place of an older one, what a password change would cut off, and whether an import is of its location.
import { beforeEach, describe, expect, test } from "vitest";
import { here, makeMdmService, manager, other } from "../../support/scenarios/mdm-service.ts";
import { ada } from "../../support/scenarios/service.ts";

let service: Awaited<ReturnType<typeof makeMdmService>>;
beforeEach(async () => {
  service = await makeMdmService();
});

describe("a renewed token", () => {
  test("reaches the MDM server by itself, and ends the earlier one as soon as all have it", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    service.later(86_400);
    const renewed = await service.call("POST /v1/content-tokens", [], { body: { locationId: here } });
    expect(renewed.body).toMatchObject({ renews: [older], overlapEndsAt: "2026-07-02T12:00:00.000Z", worksWith: "this-service" });
    expect((await service.shown(older)).state).toBe("active");
    // A link proves nothing: it may never have been followed.
    const { headers } = await service.fetchAs(service.fleet);
    expect((await service.shown(older)).state).toBe("active");
    const polled = await service.fetchAs(service.fleet, { headers: { "if-none-match": `"other", ${headers.etag}` } });
    expect(polled.status).toBe(304);
    const newer = renewed.body.id;
    expect(await service.shown(older)).toMatchObject({ state: "invalidated", cause: "superseded", supersededBy: newer });
    const provedAt = service.clock.now.toISOString();
    expect(await service.shown(newer)).toMatchObject({
      links: [],
      sightings: [{ mdmServerId: service.fleet.id, how: "proved", provedAt }],
    });
    expect(service.eventsOf("ContentTokenInvalidated")).toMatchObject([{ tokenId: older, cause: "superseded", supersededBy: newer }]);
    // Nobody has to do anything: no notice.
    expect(service.published.filter(({ kind }) => kind === "notice")).toEqual([]);
  });

  test("that died meanwhile ends nothing, whatever was read before", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    service.later(86_400);
    const newer = await service.issue();
    const { headers } = await service.fetchAs(service.fleet);
    // Revoked between the claim and the end of the older one.
    const { replace } = service.ports.links;
    service.ports.links.replace = async (...args) => {
      const done = await replace(...args);
      service.ports.links.replace = replace;
      await service.call("POST /v1/content-tokens/{id}/revocation", [newer], { body: { reason: "leaked" } });
      return done;
    };
    await service.fetchAs(service.fleet, { headers: { "if-none-match": headers.etag ?? "" } });
    expect((await service.shown(newer)).cause).toBe("revoked");
    expect((await service.shown(older)).state).toBe("active");
  });

  test("that is revoked gives the MDM server the older one back, and the preview knows that it has it", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    await service.link(service.zentral, older);
    service.later(86_400);
    const newer = await service.issue();
    await service.fetchWhole(service.fleet);
    await service.call("POST /v1/content-tokens/{id}/revocation", [newer], { body: { reason: "leaked" } });
    service.later(60);
    await service.fetchAs(service.fleet);
    const { cutOff } = (await service.call("GET /v1/accounts/{id}/password-change-preview", [ada.id])).body;
    expect(cutOff.map(({ id }: { id: string }) => id).toSorted()).toEqual([service.fleet.id, service.zentral.id].toSorted());
  });

  test("waits for the last of several MDM servers", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    await service.link(service.zentral, older);
    service.later(86_400);
    await service.issue();
    await service.fetchWhole(service.fleet);
    expect((await service.shown(older)).state).toBe("active");
    await service.fetchWhole(service.zentral);
    expect((await service.shown(older)).state).toBe("invalidated");
  });

  test("ends the earlier one at once when the organization wants no overlap", async () => {
    const older = await service.issue();
    await service.call("PATCH /v1/organization", [], { body: { renewalOverlapDays: 0 } });
    service.later(86_400);
    const newer = await service.issue();
    expect(await service.shown(older)).toMatchObject({ cause: "superseded", supersededBy: newer });
    expect((await service.shown(newer)).state).toBe("active");
  });

  test("of the other service renews nothing, and is not fetched in its place", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    service.later(86_400);
    const file = Buffer.from(JSON.stringify({ expDate: "2029-01-01T00:00:00+0000", token: "x", orgName: "Pretendco" })).toString("base64");
    const body = { locationId: here, fileName: "a.vpptoken", file: Buffer.from(file).toString("base64") };
    expect((await service.call("POST /v1/content-tokens/import", [], { body })).body.worksWith).toBe("apple");
    const { body: fetched } = await service.fetchAs(service.fleet, { headers: { accept: "application/json" } });
    const stored = await service.ports.tokens.getAll([(await service.shown(older)).id]);
    expect(fetched.sha256).toBe([...stored.values()][0]?.file.sha256);
    expect((await service.shown(older)).state).toBe("active");
  });
});

describe("the preview of a password change", () => {
  const preview = async (id: string) => (await service.call("GET /v1/accounts/{id}/password-change-preview", [id])).body;

  test("names the tokens it would end and whom it would cut off, those first", async () => {
    const [lonely, linked] = [await service.issue(), await service.issue(other.id)];
    await service.link(service.fleet, linked);
    const { tokens, cutOff, advice } = await preview(ada.id);
    expect(tokens.map(({ id }: { id: string }) => id)).toEqual([linked, lonely]);
    expect(cutOff).toEqual([{ id: service.fleet.id, name: "Fleet at headquarters", vendor: "fleet" }]);
    expect(advice.join(" ")).toMatch(/Renew these tokens with another account first.*dedicated/);
  });

  test("is right: the change ends exactly those", async () => {
    const mine = [await service.issue(), await service.issue(other.id)];
    const theirs = await service.issue(other.id, "manager");
    const { tokens } = await preview(ada.id);
    service.later(5);
    await service.call("POST /v1/accounts/{id}/password-changes", [ada.id], { body: {} });
    service.later(5);
    const states = await service.call("GET /v1/content-tokens", [], { query: { state: "invalidated" } });
    const ended = states.body.items.map(({ id }: { id: string }) => id);
    expect(ended.toSorted()).toEqual(tokens.map(({ id }: { id: string }) => id).toSorted());
    expect(ended.toSorted()).toEqual(mine.toSorted());
    expect((await service.shown(theirs)).state).toBe("active");
    expect((await preview(ada.id)).tokens).toEqual([]);
  });

  test("of an account that may no longer download says so, and so does the token; a dedicated one needs no grant", async () => {
    const token = await service.issue(other.id, "manager");
    const change = (body: object) => service.call("PATCH /v1/accounts/{id}", [manager.id], { body });
    expect((await service.shown(token)).withoutGrant).toBeUndefined();
    for (const grants of [[], [{ role: "content-manager", location: here }]]) {
      await change({ grants });
      expect((await service.shown(token)).withoutGrant).toEqual([manager.id]);
      expect((await preview(manager.id)).advice.join(" ")).toMatch(/may no longer download.*/);
    }
    expect((await preview(manager.id)).advice.join(" ")).toMatch(/person's account/);
    await change({ dedicated: true });
    expect((await service.shown(token)).withoutGrant).toBeUndefined();
    expect((await preview(manager.id)).advice.join(" ")).not.toMatch(/person's account|no longer download/);
  });
});

describe("a download", () => {
  test("advises a person to use a dedicated account, and a dedicated one of nothing", async () => {
    const token = await service.issue();
    const download = async () => (await service.call("POST /v1/content-tokens/{id}/downloads", [token], { body: {} })).body.advice;
    expect(await download()).toMatch(/dedicated/);
    await service.call("PATCH /v1/accounts/{id}", [ada.id], { body: { dedicated: true } });
    expect(await download()).toBeUndefined();
  });
});

describe("renewal steps", () => {
  test("are given for each MDM server that has the token, by its vendor", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    const { renewal } = await service.shown(token);
    expect(renewal).toMatchObject([{ mdmServerId: service.fleet.id, vendor: "fleet" }]);
    expect(renewal[0].steps.join(" ")).toMatch(/Issue a new content token.*In Fleet/);
  });
});

describe("an import that seems to be another location's", () => {
  const fileOf = (orgName: string, token: string) =>
    Buffer.from(Buffer.from(JSON.stringify({ expDate: "2027-01-01T00:00:00+0000", token, orgName })).toString("base64")).toString("base64");
  const importing = (orgName: string, token: string, more: object = {}, as = "ada") =>
    service.call("POST /v1/content-tokens/import", [], {
      as,
      body: { locationId: other.id, fileName: "a.vpptoken", file: fileOf(orgName, token), ...more },
    });

  test("is refused, unless an administrator forces it with a reason that the custody log keeps", async () => {
    expect((await importing("Pretendco", "1")).body.locationCheck.outcome).toBe("nothing-known");
    expect((await importing("Pretendco", "2")).body.locationCheck).toMatchObject({
      outcome: "no-difference",
      note: expect.stringContaining("proves nothing"),
    });
    expect(await importing("Another", "3")).toMatchObject({ status: 409, body: { reason: "another_location" } });
    const force = { force: { reason: "the organization was renamed" } };
    expect(await importing("Another", "3", force, "manager")).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
    const forced = await importing("Another", "3", force);
    expect(forced.body.locationCheck.outcome).toBe("forced");
    const { body } = await service.call("GET /v1/content-tokens/{id}/history", [forced.body.id]);
    expect(body.items).toMatchObject([{ act: "token-imported", reason: "the organization was renamed" }]);
    // What was forced taught nothing.
    expect((await importing("Pretendco", "4")).status).toBe(201);
    expect(await importing("Pretendco", "4", force)).toMatchObject({ status: 409, body: { reason: "already_held" } });
  });

  test("by what Apple calls the location is refused too, once that is known", async () => {
    await service.call("PATCH /v1/locations/{id}", [other.id], { body: { appleUId: "2049025000431439" } });
    expect(await importing("Pretendco", "1", { appleUId: "1" })).toMatchObject({ status: 409, body: { reason: "another_location" } });
    expect((await importing("Pretendco", "1", { appleUId: "2049025000431439" })).status).toBe(201);
  });
});
