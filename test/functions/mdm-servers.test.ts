// MDM servers over the API: their credentials, links, what they fetch, and what happens when two of them claim one location.
import { beforeEach, describe, expect, test } from "vitest";
import { aLocation, at, locationId } from "../make.ts";
import { ada, makeService, NOW, signedUp } from "../service.ts";

const here = aLocation().id;
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
const manager = signedUp("manager", { grants: [{ role: "content-manager", location: other.id }] });

type Shown = { id: string; credential: string };

let service: Awaited<ReturnType<typeof makeService>>;
let fleet: Shown;
let zentral: Shown;

const register = async (name: string, vendor: string): Promise<Shown> =>
  (await service.call("POST /v1/mdm-servers", [], { body: { name, vendor } })).body;
const issue = async (location = here, as = "ada"): Promise<string> =>
  (await service.call("POST /v1/content-tokens", [], { as, body: { locationId: location } })).body.id;
const link = (server: Shown, token: string, as = "ada") =>
  service.call("PUT /v1/mdm-servers/{id}/links/{tokenId}", [server.id, token], { as, body: {} });
const fetchAs = (server: Shown, { query = {}, headers = {} }: { query?: object; headers?: object } = {}) =>
  service.call("GET /v1/fetch/content-token", [], {
    claims: {},
    query: { ...query },
    headers: { authorization: `Bearer ${server.credential}`, ...headers },
  });
const shown = async (token: string) => (await service.call("GET /v1/content-tokens/{id}", [token])).body;
const published = (type: string) => service.published.flatMap((one) => (one.kind === "event" && one.type === type ? [one.detail] : []));
const acts = async (token: string): Promise<string[]> =>
  (await service.call("GET /v1/content-tokens/{id}/history", [token])).body.items.map(({ act }: { act: string }) => act).toReversed();
const later = (seconds: number): void => {
  service.clock.now = new Date(service.clock.now.getTime() + seconds * 1000);
};

beforeEach(async () => {
  service = await makeService();
  await service.ports.locations.add(other);
  await service.ports.accounts.register(manager);
  fleet = await register("Fleet at headquarters", "fleet");
  zentral = await register("Zentral", "zentral");
});

describe("a credential", () => {
  test("is shown once, and kept as its hash alone", async () => {
    expect(fleet.credential).toMatch(/^mdmc_[\w-]{43}$/);
    const server = await service.call("GET /v1/mdm-servers/{id}", [fleet.id]);
    const list = await service.call("GET /v1/mdm-servers");
    expect(server.body).toMatchObject({ name: "Fleet at headquarters", vendor: "fleet", links: [] });
    expect(list.body.items).toHaveLength(2);
    expect(JSON.stringify([server.body, list.body, service.logged, service.published])).not.toContain(fleet.credential);
    expect(JSON.stringify([server.body, list.body])).not.toContain("ha256");
  });

  test("that is replaced opens for a day more; revoked, it opens nothing", async () => {
    await link(fleet, await issue());
    const replaced = await service.call("POST /v1/mdm-servers/{id}/credential", [fleet.id], { body: {} });
    expect(replaced.body.earlierEndsAt).toBe("2026-06-02T12:00:00.000Z");
    const renewed = { ...fleet, credential: replaced.body.credential };
    expect([(await fetchAs(fleet)).status, (await fetchAs(renewed)).status]).toEqual([303, 303]);
    later(86_400);
    expect([(await fetchAs(fleet)).status, (await fetchAs(renewed)).status]).toEqual([401, 303]);
    const revoked = await service.call("POST /v1/mdm-servers/{id}/credential", [fleet.id], { body: { revokeNow: true } });
    expect(revoked.body.earlierEndsAt).toBeUndefined();
    expect(await fetchAs(renewed)).toMatchObject({ status: 401, body: { reason: "unauthenticated" } });
  });

  test.each(["", "Bearer ", "Bearer mdmc_x", `Bearer mdmc_${"A".repeat(43)}`, `Basic mdmc_${"A".repeat(43)}`])(
    "%j opens nothing",
    async (authorization) => {
      const answer = await service.call("GET /v1/fetch/content-token", [], { claims: {}, headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { reason: "unauthenticated" } });
    },
  );

  test("opens no route for people, and a person's bearer none for MDM servers", async () => {
    const headers = { authorization: `Bearer ${fleet.credential}` };
    expect((await service.call("GET /v1/locations", [], { claims: {}, headers })).status).toBe(401);
    expect((await service.call("GET /v1/fetch/content-token", [], { headers: { authorization: "Bearer eyJ.x.y" } })).status).toBe(401);
  });
});

describe("a link", () => {
  test("is shown with the token and with the MDM server, told, and kept in the custody log", async () => {
    const token = await issue();
    const answer = await link(fleet, token);
    expect(answer).toMatchObject({ status: 200, body: { id: token, links: [{ mdmServerId: fleet.id, linkedAt: NOW.toISOString() }] } });
    expect(answer.body.conflictId).toBeUndefined();
    expect((await service.call("GET /v1/mdm-servers/{id}", [fleet.id])).body.links).toMatchObject([{ tokenId: token, locationId: here }]);
    expect(published("MdmServerLinked")).toMatchObject([{ tokenId: token, mdmServerId: fleet.id }]);
    expect(await acts(token)).toEqual(["token-issued", "token-linked"]);
  });

  test("made twice is one", async () => {
    const token = await issue();
    await link(fleet, token);
    expect((await link(fleet, token)).body.links).toHaveLength(1);
    expect(await acts(token)).toEqual(["token-issued", "token-linked"]);
  });

  test("is a content manager's to make in their location alone", async () => {
    const [mine, foreign] = [await issue(other.id, "manager"), await issue(here)];
    expect((await link(fleet, mine, "manager")).status).toBe(200);
    expect(await link(fleet, foreign, "manager")).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
  });

  test("to a token that ended, or of an MDM server that was removed, is refused", async () => {
    const [dead, alive] = [await issue(), await issue()];
    await service.call("POST /v1/content-tokens/{id}/revocation", [dead], { body: { reason: "lost" } });
    expect(await link(fleet, dead)).toMatchObject({ status: 409, body: { reason: "token_invalidated" } });
    await service.call("DELETE /v1/mdm-servers/{id}", [fleet.id]);
    expect(await link(fleet, alive)).toMatchObject({ status: 404, body: { reason: "not_found" } });
  });

  test("that is removed is kept with the time it was", async () => {
    const token = await issue();
    await link(fleet, token);
    later(10);
    const path = [fleet.id, token] as const;
    const removed = await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", path);
    expect(removed.body.links).toMatchObject([{ removedAt: "2026-06-01T12:00:10.000Z" }]);
    expect((await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", path)).status).toBe(404);
    expect(published("MdmServerUnlinked")).toHaveLength(1);
    expect(await acts(token)).toEqual(["token-issued", "token-linked", "token-unlinked"]);
  });
});

describe("fetching", () => {
  test("leads to the file, or tells where it is; what is there already costs nothing", async () => {
    const token = await issue();
    await link(fleet, token);
    const redirect = await fetchAs(fleet);
    expect(redirect).toMatchObject({ status: 303, headers: { location: expect.stringMatching(/^memory:tokens\//) } });
    expect(redirect.body).toBeUndefined();
    const json = await fetchAs(fleet, { headers: { accept: "application/json" } });
    expect(json).toMatchObject({ status: 200, body: { fileName: "sToken_for_Pretendco.vpptoken", sha256: expect.any(String) } });
    expect(json.headers.etag).toBe(`"${json.body.sha256}"`);
    expect(redirect.headers.etag).toBe(json.headers.etag);
    const before = [service.published.length, (await acts(token)).length];
    const again = await fetchAs(fleet, { headers: { "if-none-match": json.headers.etag ?? "" } });
    expect([again.status, again.body]).toEqual([304, undefined]);
    expect([service.published.length, (await acts(token)).length]).toEqual(before);
  });

  test("is recorded before it is revealed, as the MDM server's, and makes nobody a holder of the file", async () => {
    const token = await issue();
    await link(fleet, token);
    await fetchAs(fleet);
    expect(published("ContentTokenFetched")).toMatchObject([{ tokenId: token, mdmServerId: fleet.id }]);
    expect(await acts(token)).toEqual(["token-issued", "token-linked", "token-fetched"]);
    expect((await shown(token)).downloadedBy).toEqual([ada.id]);
    service.ports.links.replace = async () => false;
    const refused = await fetchAs(fleet);
    expect(refused).toMatchObject({ status: 503, body: { reason: "busy" } });
    expect(JSON.stringify(refused)).not.toContain("memory:");
  });

  test("of an MDM server that is linked to nothing is refused", async () => {
    await issue();
    expect(await fetchAs(fleet)).toMatchObject({ status: 403, body: { reason: "not_linked" } });
  });

  test("with links at several locations has to say which", async () => {
    await link(fleet, await issue());
    await link(fleet, await issue(other.id));
    const which = await fetchAs(fleet);
    expect(which).toMatchObject({ status: 400, body: { reason: "invalid_input" } });
    expect(which.body.detail).toContain(`?location=${other.id}`);
    const one = await fetchAs(fleet, { query: { location: other.id }, headers: { accept: "application/json" } });
    expect(one.body.fileName).toBe("sToken_for_Springfield.vpptoken");
    expect(await fetchAs(zentral, { query: { location: other.id } })).toMatchObject({ status: 403, body: { reason: "not_linked" } });
  });

  test("when the only token ended says why", async () => {
    const token = await issue();
    await link(fleet, token);
    await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "lost" } });
    expect(await fetchAs(fleet)).toMatchObject({ status: 409, body: { reason: "token_invalidated" } });
  });

  test("is noted by the hour, not by the poll", async () => {
    await link(fleet, await issue());
    await fetchAs(fleet);
    const seen = async () => (await service.call("GET /v1/mdm-servers/{id}", [fleet.id])).body.lastSeenAt;
    const first = await seen();
    later(60);
    await fetchAs(fleet);
    expect(await seen()).toBe(first);
    later(3600);
    await fetchAs(fleet);
    expect(await seen()).not.toBe(first);
  });
});

describe("a renewed token", () => {
  test("reaches the MDM server by itself, and ends the earlier one as soon as all have it", async () => {
    const older = await issue();
    await link(fleet, older);
    later(86_400);
    const renewed = await service.call("POST /v1/content-tokens", [], { body: { locationId: here } });
    expect(renewed.body).toMatchObject({ renews: [older], overlapEndsAt: "2026-07-02T12:00:00.000Z", worksWith: "this-service" });
    expect((await shown(older)).state).toBe("active");
    await fetchAs(fleet);
    const newer = renewed.body.id;
    expect(await shown(older)).toMatchObject({ state: "invalidated", cause: "superseded", supersededBy: newer });
    expect((await shown(newer)).links).toMatchObject([{ mdmServerId: fleet.id }]);
    expect(published("ContentTokenInvalidated")).toMatchObject([{ tokenId: older, cause: "superseded", supersededBy: newer }]);
    // Nobody has to do anything: no notice.
    expect(service.published.filter(({ kind }) => kind === "notice")).toEqual([]);
  });

  test("waits for the last of several MDM servers", async () => {
    const older = await issue();
    await link(fleet, older);
    await link(zentral, older);
    later(86_400);
    await issue();
    await fetchAs(fleet);
    expect((await shown(older)).state).toBe("active");
    await fetchAs(zentral);
    expect((await shown(older)).state).toBe("invalidated");
  });

  test("ends the earlier one at once when the organization wants no overlap", async () => {
    const older = await issue();
    await service.call("PATCH /v1/organization", [], { body: { renewalOverlapDays: 0 } });
    later(86_400);
    const newer = await issue();
    expect(await shown(older)).toMatchObject({ cause: "superseded", supersededBy: newer });
    expect((await shown(newer)).state).toBe("active");
  });

  test("of the other service renews nothing, and is not fetched in its place", async () => {
    const older = await issue();
    await link(fleet, older);
    later(86_400);
    const file = Buffer.from(JSON.stringify({ expDate: "2029-01-01T00:00:00+0000", token: "x", orgName: "Pretendco" })).toString("base64");
    const body = { locationId: here, fileName: "a.vpptoken", file: Buffer.from(file).toString("base64") };
    expect((await service.call("POST /v1/content-tokens/import", [], { body })).body.worksWith).toBe("apple");
    const { body: fetched } = await fetchAs(fleet, { headers: { accept: "application/json" } });
    const stored = await service.ports.tokens.getAll([(await shown(older)).id]);
    expect(fetched.sha256).toBe([...stored.values()][0]?.file.sha256);
    expect((await shown(older)).state).toBe("active");
  });
});

describe("two MDM servers on one location", () => {
  const conflicted = async () => {
    const token = await issue();
    await link(fleet, token);
    return { token, conflictId: (await link(zentral, token)).body.conflictId as string };
  };

  test("are a conflict: recorded with its claims, told, counted, shown with the location", async () => {
    const { conflictId } = await conflicted();
    expect(conflictId).toMatch(/^cfl_/);
    const { body } = await service.call("GET /v1/conflicts");
    expect(body.items).toMatchObject([
      { id: conflictId, locationId: here, mdmServerIds: [fleet.id, zentral.id], claims: [{ how: "linked" }, { how: "linked" }] },
    ]);
    expect(published("MdmConflictFound")).toMatchObject([{ conflictId, mdmServerIds: [fleet.id, zentral.id] }]);
    expect(service.logged.join()).toContain('"metric":"MdmConflicts"');
    expect((await service.call("GET /v1/locations/{id}", [here])).body.conflictId).toBe(conflictId);
  });

  test("are one when the second one fetches, too", async () => {
    const token = await issue();
    await link(zentral, await issue(other.id));
    await link(fleet, token);
    await link(zentral, token);
    expect((await service.call("GET /v1/conflicts")).body.items).toHaveLength(1);
    await fetchAs(fleet);
    expect((await service.call("GET /v1/conflicts")).body.items[0].claims.map(({ how }: { how: string }) => how)).toEqual([
      "linked",
      "linked",
      "fetched",
    ]);
  });

  test("are settled by saying who keeps it, and the other fetches no more", async () => {
    const { conflictId } = await conflicted();
    const resolve = (keptBy: string) =>
      service.call("POST /v1/conflicts/{id}/resolution", [conflictId], { body: { keptBy, reason: "we moved to Fleet" } });
    expect(await resolve(`mdm_${"0".repeat(26)}`)).toMatchObject({ status: 403, body: { reason: "not_linked" } });
    const resolved = await resolve(fleet.id);
    expect(resolved.body).toMatchObject({ resolution: { keptBy: fleet.id, by: ada.id }, toBeRemovedFrom: [zentral.id] });
    expect(await resolve(zentral.id)).toMatchObject({ status: 409, body: { reason: "conflict_resolved" } });
    expect((await fetchAs(fleet)).status).toBe(303);
    expect(await fetchAs(zentral)).toMatchObject({ status: 403, body: { reason: "not_linked" } });
    const log = await service.call("GET /v1/custody-log", [], { query: { act: "conflict-resolved" } });
    expect(log.body.items).toMatchObject([{ subject: here, reason: "we moved to Fleet", by: ada.id }]);
  });

  test("after one was removed are none any more to come", async () => {
    const token = await issue();
    await link(fleet, token);
    await service.call("DELETE /v1/mdm-servers/{id}", [fleet.id]);
    expect((await fetchAs(fleet)).status).toBe(401);
    expect((await link(zentral, token)).body.conflictId).toBeUndefined();
    expect((await service.call("DELETE /v1/mdm-servers/{id}", [fleet.id])).status).toBe(404);
  });
});

describe("the preview of a password change", () => {
  const preview = async (id: string) => (await service.call("GET /v1/accounts/{id}/password-change-preview", [id])).body;

  test("names the tokens it would end and whom it would cut off, those first", async () => {
    const [lonely, linked] = [await issue(), await issue(other.id)];
    await link(fleet, linked);
    const { tokens, cutOff, advice } = await preview(ada.id);
    expect(tokens.map(({ id }: { id: string }) => id)).toEqual([linked, lonely]);
    expect(cutOff).toEqual([{ id: fleet.id, name: "Fleet at headquarters", vendor: "fleet" }]);
    expect(advice.join(" ")).toMatch(/Renew these tokens with another account first.*dedicated/);
  });

  test("is right: the change ends exactly those", async () => {
    const mine = [await issue(), await issue(other.id)];
    const theirs = await issue(other.id, "manager");
    const { tokens } = await preview(ada.id);
    later(5);
    await service.call("POST /v1/accounts/{id}/password-changes", [ada.id], { body: {} });
    later(5);
    const states = await service.call("GET /v1/content-tokens", [], { query: { state: "invalidated" } });
    const ended = states.body.items.map(({ id }: { id: string }) => id);
    expect(ended.toSorted()).toEqual(tokens.map(({ id }: { id: string }) => id).toSorted());
    expect(ended.toSorted()).toEqual(mine.toSorted());
    expect((await shown(theirs)).state).toBe("active");
    expect((await preview(ada.id)).tokens).toEqual([]);
  });

  test("of an account without a grant any more says so, and so does the token", async () => {
    const token = await issue(other.id, "manager");
    await service.call("PATCH /v1/accounts/{id}", [manager.id], { body: { grants: [], dedicated: true } });
    expect((await shown(token)).withoutGrant).toEqual([manager.id]);
    const { advice } = await preview(manager.id);
    expect(advice.join(" ")).toMatch(/no grant any more/);
    expect(advice.join(" ")).not.toMatch(/person's account/);
  });
});

describe("a download", () => {
  test("advises a person to use a dedicated account, and a dedicated one of nothing", async () => {
    const token = await issue();
    const download = async () => (await service.call("POST /v1/content-tokens/{id}/downloads", [token], { body: {} })).body.advice;
    expect(await download()).toMatch(/dedicated/);
    await service.call("PATCH /v1/accounts/{id}", [ada.id], { body: { dedicated: true } });
    expect(await download()).toBeUndefined();
  });
});

describe("renewal steps", () => {
  test("are given for each MDM server that has the token, by its vendor", async () => {
    const token = await issue();
    await link(fleet, token);
    const { renewal } = await shown(token);
    expect(renewal).toMatchObject([{ mdmServerId: fleet.id, vendor: "fleet" }]);
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

describe("an account that is enabled again", () => {
  test("signs in again; what it was given before stays dead, and an old report disables it no more", async () => {
    const token = await issue(other.id, "manager");
    later(10);
    await service.call("DELETE /v1/accounts/{id}", [manager.id]);
    later(10);
    const enabled = await service.call("PATCH /v1/accounts/{id}", [manager.id], { body: { enabled: true } });
    expect(enabled.body.disabledAt).toBeUndefined();
    later(10);
    expect((await service.call("GET /v1/locations", [], { as: "manager" })).status).toBe(200);
    expect(await shown(token)).toMatchObject({ state: "invalidated", cause: "password-changed" });
    await service.ports.accounts.recordDisabled(manager.id, at("2026-06-01T12:00:10Z"));
    expect((await service.call("GET /v1/locations", [], { as: "manager" })).status).toBe(200);
  });
});

describe("the custody log", () => {
  test("is filtered by subject, actor, kind, location and time, and is for administrators", async () => {
    const token = await issue(other.id, "manager");
    const log = async (query: Record<string, string>) =>
      (await service.call("GET /v1/custody-log", [], { query })).body.items.map(({ act }: { act: string }) => act);
    expect(await log({ subject: token })).toEqual(["token-issued"]);
    expect(await log({ by: manager.id })).toEqual(["token-issued"]);
    expect(await log({ act: "mdm-server-registered" })).toHaveLength(2);
    expect(await log({ locationId: other.id })).toEqual(["token-issued"]);
    expect(await log({ from: "2026-06-01T12:00:01Z" })).toEqual([]);
    expect((await service.call("GET /v1/custody-log", [], { as: "manager" })).status).toBe(403);
    expect((await service.call("GET /v1/content-tokens/{id}/history", [token], { as: "manager" })).body.items).toHaveLength(1);
  });
});
