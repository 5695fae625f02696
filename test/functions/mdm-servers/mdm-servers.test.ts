// MDM servers over the API: their credentials, links, what they fetch, and what happens when two of them claim one location.

import { beforeEach, describe, expect, test } from "vitest";
import { ContentTokenId } from "../../../domain/shared/ids.ts";
import { aLocation } from "../../support/builders/make.ts";
import { here, makeMdmService, other } from "../../support/scenarios/mdm-service.ts";
import { ada, NOW, signedUp } from "../../support/scenarios/service.ts";

let service: Awaited<ReturnType<typeof makeMdmService>>;
beforeEach(async () => {
  service = await makeMdmService();
});

describe("a credential", () => {
  test("is shown once, and kept as its hash alone", async () => {
    expect(service.fleet.credential).toMatch(/^mdmc_[\w-]{43}$/);
    const server = await service.call("GET /v1/mdm-servers/{id}", [service.fleet.id]);
    const list = await service.call("GET /v1/mdm-servers");
    expect(server.body).toMatchObject({ name: "Fleet at headquarters", vendor: "fleet", links: [] });
    expect(list.body.items).toHaveLength(2);
    expect(JSON.stringify([server.body, list.body, service.logged, service.published])).not.toContain(service.fleet.credential);
    expect(JSON.stringify([server.body, list.body])).not.toContain("ha256");
  });

  test("that is replaced opens for a day more; revoked, it opens nothing", async () => {
    await service.link(service.fleet, await service.issue());
    const replaced = await service.call("POST /v1/mdm-servers/{id}/credential", [service.fleet.id], { body: {} });
    expect(replaced.body.earlierEndsAt).toBe("2026-06-02T12:00:00.000Z");
    const renewed = { ...service.fleet, credential: replaced.body.credential };
    expect([(await service.fetchAs(service.fleet)).status, (await service.fetchAs(renewed)).status]).toEqual([303, 303]);
    service.later(86_400);
    expect([(await service.fetchAs(service.fleet)).status, (await service.fetchAs(renewed)).status]).toEqual([401, 303]);
    const revoked = await service.call("POST /v1/mdm-servers/{id}/credential", [service.fleet.id], { body: { revokeNow: true } });
    expect(revoked.body.earlierEndsAt).toBeUndefined();
    expect(await service.fetchAs(renewed)).toMatchObject({ status: 401, body: { reason: "unauthenticated" } });
  });

  test.each(["", "Bearer ", "Bearer mdmc_x", `Bearer mdmc_${"A".repeat(43)}`, `Basic mdmc_${"A".repeat(43)}`])(
    "%j opens nothing",
    async (authorization) => {
      const answer = await service.call("GET /v1/fetch/content-token", [], { claims: {}, headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { reason: "unauthenticated" } });
    },
  );

  test("opens no route for people, and a person's bearer none for MDM servers", async () => {
    const headers = { authorization: `Bearer ${service.fleet.credential}` };
    expect((await service.call("GET /v1/locations", [], { claims: {}, headers })).status).toBe(401);
    expect((await service.call("GET /v1/fetch/content-token", [], { headers: { authorization: "Bearer eyJ.x.y" } })).status).toBe(401);
  });
});

describe("a link", () => {
  test("is shown with the token and with the MDM server, told, and kept in the custody log", async () => {
    const token = await service.issue();
    const answer = await service.link(service.fleet, token);
    expect(answer).toMatchObject({
      status: 200,
      body: { id: token, links: [{ mdmServerId: service.fleet.id, linkedAt: NOW.toISOString() }] },
    });
    expect(answer.body.conflictId).toBeUndefined();
    expect((await service.call("GET /v1/mdm-servers/{id}", [service.fleet.id])).body.links).toMatchObject([
      { tokenId: token, locationId: here },
    ]);
    expect(service.eventsOf("MdmServerLinked")).toMatchObject([{ tokenId: token, mdmServerId: service.fleet.id }]);
    expect(await service.acts(token)).toEqual(["token-issued", "token-linked"]);
  });

  test("made twice is one", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    expect((await service.link(service.fleet, token)).body.links).toHaveLength(1);
    expect(await service.acts(token)).toEqual(["token-issued", "token-linked"]);
  });

  test("is a content manager's to make in their location alone", async () => {
    const [mine, foreign] = [await service.issue(other.id, "manager"), await service.issue(here)];
    // One that works for another location would no longer know which to fetch for.
    await service.link(service.fleet, foreign);
    expect(await service.link(service.fleet, mine, "manager")).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
    await service.link(service.zentral, mine);
    await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [service.zentral.id, mine]);
    expect((await service.link(service.zentral, mine, "manager")).status).toBe(200);
    expect(await service.link(service.fleet, foreign, "manager")).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
  });

  test("to a token that ended, or of an MDM server that was removed, is refused", async () => {
    const [dead, alive] = [await service.issue(), await service.issue()];
    await service.call("POST /v1/content-tokens/{id}/revocation", [dead], { body: { reason: "lost" } });
    expect(await service.link(service.fleet, dead)).toMatchObject({ status: 409, body: { reason: "token_invalidated" } });
    await service.call("DELETE /v1/mdm-servers/{id}", [service.fleet.id]);
    expect(await service.link(service.fleet, alive)).toMatchObject({ status: 404, body: { reason: "not_found" } });
  });

  test("is opened again by a content manager only where an administrator opened one before: a sighting does not count", async () => {
    const token = await service.issue(other.id, "manager");
    const body = { mdmInfo: { id: "f", name: "Fleet", metadata: "m" }, mdmServerId: service.fleet.id };
    await service.call("POST /v1/content-tokens/{id}/claims", [token], { body });
    expect(await service.link(service.fleet, token, "manager")).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
  });

  test("to the latest token closes, when that is removed, those that it took the place of, and the right to fetch with them", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    service.later(86_400);
    const newer = await service.issue();
    await service.fetchWhole(service.fleet);
    const unlink = (token: string) => service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [service.fleet.id, token]);
    const removed = await unlink(newer);
    expect(removed).toMatchObject({ status: 200, body: { mayFetch: false, sightings: [{ removedAt: expect.any(String) }] } });
    expect((await service.shown(older)).links).toMatchObject([{ removedAt: expect.any(String) }]);
    expect(service.eventsOf("MdmServerUnlinked")).toMatchObject([{ tokenId: older }, { tokenId: newer }]);
    expect(await service.fetchAs(service.fleet)).toMatchObject({ status: 403, body: { reason: "not_linked" } });
    expect((await unlink(older)).status).toBe(404);
  });

  test("to another token that still works stays when one is removed, which the answer says", async () => {
    const [older, newer] = [await service.issue(), await service.issue()];
    for (const token of [older, newer]) await service.link(service.fleet, token);
    const removed = await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [service.fleet.id, newer]);
    expect(removed.body.mayFetch).toBe(true);
    expect((await service.fetchAs(service.fleet)).status).toBe(303);
  });

  test("that is removed is kept with the time it was", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    service.later(10);
    const path = [service.fleet.id, token] as const;
    const removed = await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", path);
    expect(removed.body.links).toMatchObject([{ removedAt: "2026-06-01T12:00:10.000Z" }]);
    expect((await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", path)).status).toBe(404);
    expect(service.eventsOf("MdmServerUnlinked")).toHaveLength(1);
    expect(await service.acts(token)).toEqual(["token-issued", "token-linked", "token-unlinked"]);
  });
});

test("polls without the hash are given 120 links of a location in an hour, and polls with it are never refused", async () => {
  const token = await service.issue();
  await service.link(service.fleet, token);
  const statuses: number[] = [];
  for (let count = 0; count < 121; count++) statuses.push((await service.fetchAs(service.fleet)).status);
  expect(statuses).toEqual([...Array(120).fill(303), 503]);
  const { file } = (await service.ports.tokens.get(ContentTokenId.parse(token))) ?? {};
  expect((await service.fetchAs(service.fleet, { headers: { "if-none-match": `"${file?.sha256}"` } })).status).toBe(304);
  service.later(3600);
  expect((await service.fetchAs(service.fleet)).status).toBe(303);
});

describe("fetching", () => {
  test("leads to the file, or tells where it is; what is there already costs nothing", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    const redirect = await service.fetchAs(service.fleet);
    expect(redirect).toMatchObject({ status: 303, headers: { location: expect.stringMatching(/^memory:tokens\//) } });
    expect(redirect.body).toBeUndefined();
    const json = await service.fetchAs(service.fleet, { headers: { accept: "application/json" } });
    expect(json).toMatchObject({
      status: 200,
      body: { fileName: `sToken_for_Pretendco_${aLocation().uId}.vpptoken`, sha256: expect.any(String) },
    });
    expect(json.headers.etag).toBe(`"${json.body.sha256}"`);
    expect(redirect.headers.etag).toBe(json.headers.etag);
    const poll = () => service.fetchAs(service.fleet, { headers: { "if-none-match": json.headers.etag ?? "" } });
    await poll();
    expect(service.eventsOf("ContentTokenProved")).toMatchObject([{ tokenId: token, mdmServerId: service.fleet.id }]);
    const before = [service.published.length, (await service.acts(token)).length];
    const again = await poll();
    expect([again.status, again.body]).toEqual([304, undefined]);
    expect([service.published.length, (await service.acts(token)).length]).toEqual(before);
  });

  test("answers 304 to the current hash in every form in which clients write it, and takes each as proof of having the file", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    const { body } = await service.fetchAs(service.fleet, { headers: { accept: "application/json" } });
    const hash: string = body.sha256;
    const forms = [`"${hash}"`, hash, `W/"${hash}"`, `W/${hash}`, hash.toUpperCase(), ` ${hash} `, `"other", ${hash}`, `${hash},"other"`];
    const before = (await service.acts(token)).length;
    for (const form of forms)
      expect([form, (await service.fetchAs(service.fleet, { headers: { "if-none-match": form } })).status]).toEqual([form, 304]);
    expect((await service.acts(token)).length).toBe(before);
    for (const form of ["", '"*"', hash.slice(1), `${hash}0`, '"other"'])
      expect([form, (await service.fetchAs(service.fleet, { headers: { "if-none-match": form } })).status]).toEqual([form, 303]);
  });

  test("answers 304 to `*`, writes nothing, and takes it as no proof: the older token is not superseded", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    await service.fetchWhole(service.fleet);
    service.later(10);
    const newer = await service.issue();
    const before = service.published.length;
    expect((await service.fetchAs(service.fleet, { headers: { "if-none-match": "*" } })).status).toBe(304);
    expect([service.published.length, await service.acts(newer)]).toEqual([before, ["token-issued"]]);
    expect((await service.shown(older)).state).toBe("active");
    const { headers } = await service.fetchAs(service.fleet, { headers: { accept: "application/json" } });
    await service.fetchAs(service.fleet, { headers: { "if-none-match": headers.etag?.replaceAll('"', "") ?? "" } });
    expect((await service.shown(older)).state).toBe("invalidated");
  });

  test.each([
    ["two spaces", "Bearer  "],
    ["many spaces", `Bearer${" ".repeat(50)}`],
    ["a scheme in lower case", "bearer "],
    ["a scheme in capitals", "BEARER "],
  ])("takes a credential after %s", async (_, scheme) => {
    await service.link(service.fleet, await service.issue());
    expect((await service.fetchAs(service.fleet, { headers: { authorization: `${scheme}${service.fleet.credential}` } })).status).toBe(303);
  });

  test.each(["", "Basic ", "Bearer", "Bearer\t", "Bearer x "])("takes no credential after %j", async (scheme) => {
    await service.link(service.fleet, await service.issue());
    const answer = await service.fetchAs(service.fleet, { headers: { authorization: `${scheme}${service.fleet.credential}` } });
    expect([answer.status, answer.body.reason]).toEqual([401, "unauthenticated"]);
  });

  test("is recorded before it is revealed, as the MDM server's, and makes nobody a holder of the file", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    await service.fetchAs(service.fleet);
    expect(service.eventsOf("ContentTokenFetched")).toMatchObject([{ tokenId: token, mdmServerId: service.fleet.id }]);
    expect(await service.acts(token)).toEqual(["token-issued", "token-linked", "token-fetched"]);
    expect((await service.shown(token)).downloadedBy).toEqual([ada.id]);
    service.ports.links.replace = async () => false;
    const refused = await service.fetchAs(service.fleet);
    expect(refused).toMatchObject({ status: 503, body: { reason: "busy" } });
    expect(JSON.stringify(refused)).not.toContain("memory:");
  });

  test("of an MDM server that is linked to nothing is refused", async () => {
    await service.issue();
    expect(await service.fetchAs(service.fleet)).toMatchObject({ status: 403, body: { reason: "not_linked" } });
  });

  test("with links at several locations is for the one that was linked first, or the one that is named", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    service.later(60);
    await service.link(service.fleet, await service.issue(other.id));
    service.later(60);
    // A renewal whose earlier token is removed changes nothing: the MDM server was linked at this location without a break.
    await service.link(service.fleet, await service.issue());
    await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [service.fleet.id, older]);
    const plain = await service.fetchAs(service.fleet, { headers: { accept: "application/json" } });
    expect(plain.body).toMatchObject({
      fileName: expect.stringMatching(/^sToken_for_Pretendco_\d{16}\.vpptoken$/),
      otherLocations: [other.id],
    });
    const one = await service.fetchAs(service.fleet, { query: { location: other.id }, headers: { accept: "application/json" } });
    expect(one.body.fileName).toMatch(/^sToken_for_Springfield_\d{16}\.vpptoken$/);
    expect(await service.fetchAs(service.zentral, { query: { location: other.id } })).toMatchObject({
      status: 403,
      body: { reason: "not_linked" },
    });
  });

  test("when the only token ended says why", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "lost" } });
    expect(await service.fetchAs(service.fleet)).toMatchObject({ status: 409, body: { reason: "token_invalidated" } });
  });

  test("beside ended tokens that many accounts had is not hindered by them", async () => {
    for (let count = 0; count < 3; count++) {
      const ended = await service.issue();
      for (let each = 0; each < 40; each++) {
        const holder = signedUp(`holder-${count}-${each}`);
        await service.ports.accounts.register(holder);
        const token = await service.ports.tokens.get(ended as never);
        if (token === undefined) throw new Error("the token was issued");
        const holders = await service.ports.accounts.getAll(token.downloadedBy.map(({ accountId }) => accountId));
        await service.ports.tokens.handOver({ token, to: holder, holders, at: NOW });
      }
      await service.call("POST /v1/content-tokens/{id}/revocation", [ended], { body: { reason: "old" } });
    }
    const token = await service.issue();
    await service.link(service.fleet, token);
    const { replace } = service.ports.links;
    let preconditions = 0;
    service.ports.links.replace = (after, change, effects, rested) => {
      preconditions = [...(rested?.accounts ?? [])].length;
      return replace(after, change, effects, rested);
    };
    expect((await service.fetchAs(service.fleet)).status).toBe(303);
    expect(preconditions).toBe(1);
  });

  test("after a download that the list does not know of yet judges the token as it is", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    const { ofLocation } = service.ports.tokens;
    const before = await Array.fromAsync(ofLocation(here));
    service.ports.tokens.ofLocation = async function* () {
      yield* before;
    };
    await service.ports.accounts.register(signedUp("late"));
    await service.call("POST /v1/content-tokens/{id}/downloads", [token], { body: {} });
    expect((await service.fetchAs(service.fleet)).status).toBe(303);
  });

  test("is noted by the hour, not by the poll", async () => {
    await service.link(service.fleet, await service.issue());
    await service.fetchAs(service.fleet);
    const seen = async () => (await service.call("GET /v1/mdm-servers/{id}", [service.fleet.id])).body.lastSeenAt;
    const first = await seen();
    service.later(60);
    await service.fetchAs(service.fleet);
    expect(await seen()).toBe(first);
    service.later(3600);
    await service.fetchAs(service.fleet);
    expect(await seen()).not.toBe(first);
  });
});

describe("two MDM servers on one location", () => {
  const conflicted = async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    return { token, conflictId: (await service.link(service.zentral, token)).body.conflictId as string };
  };

  test("are a conflict: recorded with its claims, told, counted, shown with the location", async () => {
    const { conflictId } = await conflicted();
    expect(conflictId).toMatch(/^cfl_/);
    const { body } = await service.call("GET /v1/conflicts");
    expect(body.items).toMatchObject([
      {
        id: conflictId,
        locationId: here,
        mdmServerIds: [service.fleet.id, service.zentral.id],
        claims: [{ how: "linked" }, { how: "linked" }],
      },
    ]);
    expect(service.eventsOf("MdmConflictFound")).toMatchObject([{ conflictId, mdmServerIds: [service.fleet.id, service.zentral.id] }]);
    expect(service.logged.join()).toContain('"metric":"MdmConflictFound"');
    expect((await service.call("GET /v1/locations/{id}", [here])).body.conflictId).toBe(conflictId);
  });

  test("keep the claims that follow in the conflict's history, fetches too", async () => {
    const token = await service.issue();
    await service.link(service.zentral, await service.issue(other.id));
    await service.link(service.fleet, token);
    await service.link(service.zentral, token);
    expect((await service.call("GET /v1/conflicts")).body.items).toHaveLength(1);
    await service.fetchAs(service.fleet);
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
    const resolved = await resolve(service.fleet.id);
    expect(resolved.body).toMatchObject({ resolution: { keptBy: service.fleet.id, by: ada.id }, toBeRemovedFrom: [service.zentral.id] });
    expect(await resolve(service.zentral.id)).toMatchObject({ status: 409, body: { reason: "conflict_resolved" } });
    expect((await service.fetchAs(service.fleet)).status).toBe(303);
    expect(await service.fetchAs(service.zentral)).toMatchObject({ status: 403, body: { reason: "not_linked" } });
    const log = await service.call("GET /v1/custody-log", [], { query: { act: "conflict-resolved" } });
    expect(log.body.items).toMatchObject([{ subject: here, reason: "we moved to Fleet", by: ada.id }]);
  });

  test("settle it when one of them is unlinked, and when both are removed nobody keeps it", async () => {
    const { conflictId } = await conflicted();
    await service.call("DELETE /v1/mdm-servers/{id}", [service.fleet.id]);
    const { body } = await service.call("GET /v1/conflicts");
    expect(body.items).toMatchObject([{ id: conflictId, resolution: { keptBy: service.zentral.id, by: ada.id } }]);
    expect((await service.call("GET /v1/locations/{id}", [here])).body.conflictId).toBeUndefined();
    expect(service.eventsOf("MdmConflictResolved")).toMatchObject([{ conflictId, keptBy: service.zentral.id }]);
    await service.call("DELETE /v1/mdm-servers/{id}", [service.zentral.id]);
    expect((await service.call("GET /v1/conflicts")).body.items).toHaveLength(1);
  });

  test("are none when one is removed while it is being linked", async () => {
    const token = await service.issue();
    const { replace } = service.ports.servers;
    service.ports.servers.replace = async (...args) => {
      service.ports.servers.replace = replace;
      await service.link(service.fleet, token);
      return replace(...args);
    };
    await service.call("DELETE /v1/mdm-servers/{id}", [service.fleet.id]);
    expect((await service.shown(token)).links).toMatchObject([{ removedAt: expect.any(String) }]);
    expect((await service.link(service.zentral, token)).body.conflictId).toBeUndefined();
  });

  test("after one was removed are none any more to come", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    await service.call("DELETE /v1/mdm-servers/{id}", [service.fleet.id]);
    expect((await service.fetchAs(service.fleet)).status).toBe(401);
    expect((await service.link(service.zentral, token)).body.conflictId).toBeUndefined();
    expect((await service.call("DELETE /v1/mdm-servers/{id}", [service.fleet.id])).status).toBe(404);
  });
});
