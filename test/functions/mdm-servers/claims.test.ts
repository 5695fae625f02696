// MDM servers that are known by their mdmInfo: a report of one is evidence, which counts for conflicts and reminders and opens no link.
import { beforeEach, describe, expect, test } from "vitest";
import { claimants, openSightings } from "../../../domain/mdm-servers/links.ts";
import { ContentTokenId } from "../../../domain/shared/ids.ts";
import { identifyServer } from "../../../functions/mdm-servers/identify.ts";
import { aLocation } from "../../support/builders/make.ts";
import { here, makeMdmService, other } from "../../support/scenarios/mdm-service.ts";
import { ada, NOW } from "../../support/scenarios/service.ts";

const JAMF = { id: "7f0c", name: "Jamf", metadata: "jamf.example.org" };
const INTUNE = { id: "9d11", name: "Intune", metadata: "tenant 4" };

let service: Awaited<ReturnType<typeof makeMdmService>>;
let token: string;
beforeEach(async () => {
  service = await makeMdmService();
  token = await service.issue();
});

const report = (mdmInfo: object = JAMF, id = token, as = "ada") =>
  service.call("POST /v1/content-tokens/{id}/claims", [id], { as, body: { mdmInfo } });
const servers = async () =>
  (await service.call("GET /v1/mdm-servers")).body.items as { id: string; name: string; links: object[]; sightings: object[] }[];
/** The one of that name. */
const named = async (name: string) => {
  const found = (await servers()).find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
};
/** What there is to be told and kept: nothing of it changes by what changes nothing. */
const kept = async () => [
  service.published.length,
  (await service.call("GET /v1/custody-log", [], { query: { limit: "100" } })).body.items.length,
  await servers(),
  await service.ports.links.of(here),
];
const resolve = (conflictId: string, keptBy: string) =>
  service.call("POST /v1/conflicts/{id}/resolution", [conflictId], { body: { keptBy, reason: "we moved" } });

describe("what an MDM server is reported to say of itself", () => {
  test("makes it known, and seen with the token", async () => {
    const answer = await report();
    const { id } = await named("Jamf");
    expect(answer).toMatchObject({
      status: 200,
      body: { id: token, links: [], sightings: [{ mdmServerId: id, how: "reported", firstAt: NOW.toISOString() }] },
    });
    expect(answer.body.conflictId).toBeUndefined();
    const shown = await service.call("GET /v1/mdm-servers/{id}", [id]);
    expect(shown.body).toMatchObject({
      vendor: "other",
      mdmInfo: JAMF,
      saidAt: NOW.toISOString(),
      links: [],
      sightings: [{ tokenId: token }],
    });
    expect((await service.shown(token)).renewal).toMatchObject([{ mdmServerId: id, name: "Jamf" }]);
    expect(service.eventsOf("MdmServerLinked")).toEqual([]);
    expect(service.eventsOf("MdmServerSeen")).toMatchObject([{ tokenId: token, mdmServerId: id, how: "reported" }]);
    expect(await service.acts(token)).toEqual(["token-issued", "token-claimed"]);
    const log = await service.call("GET /v1/custody-log", [], { query: { subject: id } });
    expect(log.body.items).toMatchObject([{ act: "mdm-server-registered", by: ada.id, details: { mdmInfoId: "7f0c" } }]);
    expect(JSON.stringify([log.body, service.published])).not.toContain(JAMF.metadata);
  });

  test("changes nothing when it is reported again", async () => {
    await report();
    await report(INTUNE);
    const before = await kept();
    service.later(60);
    expect((await report()).body.conflictId).toBe((await report(INTUNE)).body.conflictId);
    expect(await kept()).toEqual(before);
  });

  test("is kept as it is said now, and no second claim: its name stays the one that people know it by", async () => {
    await report();
    const claimed = await service.ports.links.of(here);
    const { id } = await named("Jamf");
    await service.call("PATCH /v1/mdm-servers/{id}", [id], { body: { name: "The old one", vendor: "jamf-pro" } });
    service.later(60);
    await report({ ...JAMF, name: "Jamf Pro", metadata: "elsewhere" });
    const [shown] = (await servers()).filter((each) => each.id === id);
    expect(shown).toMatchObject({
      name: "The old one",
      vendor: "jamf-pro",
      mdmInfo: { id: "7f0c", name: "Jamf Pro", metadata: "elsewhere" },
      saidAt: "2026-06-01T12:01:00.000Z",
    });
    expect(await service.ports.links.of(here)).toEqual(claimed);
    expect(await servers()).toHaveLength(3);
  });

  test("reported twice at once makes one MDM server with one claim", async () => {
    const answers = await Promise.all([report(), report()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await servers()).filter(({ name }) => name === "Jamf")).toHaveLength(1);
    expect((await service.ports.links.of(here)).sightings).toHaveLength(1);
    expect(service.eventsOf("MdmServerSeen")).toHaveLength(1);
  });

  test.each([
    [{ id: "7f0c", name: "Jamf" }],
    [{ ...JAMF, id: "x".repeat(101) }],
    [{ ...JAMF, metadata: "x".repeat(256) }],
    [{ ...JAMF, name: "a\nb" }],
    [{ ...JAMF, more: "x" }],
  ])("is refused when Apple would not take it: %j", async (mdmInfo) => {
    expect(await report(mdmInfo)).toMatchObject({ status: 400, body: { reason: "invalid_input" } });
    expect(await servers()).toHaveLength(2);
  });

  test("is an administrator's to report, and of a token that there is", async () => {
    expect(await report(JAMF, await service.issue(other.id), "manager")).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
    expect(await report(JAMF, `ct_${"0".repeat(26)}`)).toMatchObject({ status: 404, body: { reason: "not_found" } });
    expect(await servers()).toHaveLength(2);
  });

  test("is a registered one's when whoever reports it says so: no second record, no conflict", async () => {
    await service.link(service.fleet, token);
    const say = (mdmServerId: string, mdmInfo = JAMF) =>
      service.call("POST /v1/content-tokens/{id}/claims", [token], { body: { mdmInfo, mdmServerId } });
    const { status, body } = await say(service.fleet.id);
    expect([status, body.conflictId]).toEqual([200, undefined]);
    expect((await service.call("GET /v1/mdm-servers/{id}", [service.fleet.id])).body).toMatchObject({ mdmInfo: JAMF });
    // From then on it is known by it.
    expect((await report()).body.conflictId).toBeUndefined();
    const before = await kept();
    expect((await say(service.zentral.id)).body.reason).toBe("mdm_info_taken");
    expect((await say(`mdm_${"0".repeat(26)}`, INTUNE)).body.reason).toBe("not_found");
    expect(await kept()).toEqual(before);
  });

  test("named by Apple's API is a sighting by the service, which leaves the record of an MDM server without a link here as it is", async () => {
    const { ports } = service;
    await report();
    service.later(400);
    const held = await ports.tokens.get(ContentTokenId.parse(token));
    if (held === undefined) throw new Error("the token was issued");
    const { links, ...record } = await named("Jamf");
    await identifyServer(held, { how: "apple", mdmInfo: { ...JAMF, name: "Jamf at Apple" } }, "service", ports);
    expect(await named("Jamf")).toMatchObject({ ...record, links, sightings: [{ how: "apple", statedName: "Jamf at Apple" }] });
    expect((await named("Jamf")).sightings[0]).not.toHaveProperty("provedAt");
  });

  test("stated with the token is in the log as done by the token, not by the MDM server that it names", async () => {
    const { ports } = service;
    const held = await ports.tokens.get(ContentTokenId.parse(token));
    if (held === undefined) throw new Error("the token was issued");
    await identifyServer(held, { how: "identified", mdmInfo: JAMF }, held.id, ports);
    const log = await service.call("GET /v1/custody-log", [], { query: { by: held.id } });
    expect(log.body.items.map(({ act }: { act: string }) => act).toSorted()).toEqual(["mdm-server-registered", "token-claimed"]);
  });
});

describe("a second MDM server that is reported", () => {
  const conflicted = async () => {
    await report();
    return (await report(INTUNE)).body.conflictId as string;
  };

  test("is a conflict: recorded with its claims, told, counted, shown with the location", async () => {
    const conflictId = await conflicted();
    const both = [(await named("Jamf")).id, (await named("Intune")).id];
    const { body } = await service.call("GET /v1/conflicts");
    expect(body.items).toMatchObject([{ id: conflictId, mdmServerIds: both, claims: [{ how: "reported" }, { how: "reported" }] }]);
    expect(service.eventsOf("MdmConflictFound")).toMatchObject([{ conflictId, mdmServerIds: both }]);
    expect(service.logged.join()).toContain('"metric":"MdmConflictFound"');
    expect((await service.call("GET /v1/locations/{id}", [here])).body.conflictId).toBe(conflictId);
  });

  test("is one beside one that was linked, and with another token of the location", async () => {
    await service.link(service.fleet, token);
    expect((await report(JAMF, await service.issue(other.id))).body.conflictId).toBeUndefined();
    const answer = await report(INTUNE, await service.issue());
    expect(answer.body.conflictId).toMatch(/^cfl_/);
    expect((await service.call("GET /v1/conflicts")).body.items).toMatchObject([{ claims: [{ how: "linked" }, { how: "reported" }] }]);
  });

  test("beside very many others is settled all the same, and all of them are named", { timeout: 30_000 }, async () => {
    for (let index = 0; index < 90; index++) await report({ id: `m-${index}`, name: `MDM ${index}`, metadata: "x" });
    const { id, claims, mdmServerIds } = (await service.call("GET /v1/conflicts")).body.items[0];
    expect(claims.length).toBeGreaterThan(50);
    const kept = mdmServerIds[80];
    const { status, body } = await resolve(id, kept);
    expect([status, body.toBeRemovedFrom.length, body.resolution.keptBy]).toEqual([200, 89, kept]);
    expect(claimants(await service.ports.links.of(here))).toEqual([kept]);
    expect(service.eventsOf("MdmConflictResolved")).toHaveLength(1);
  });

  test("beside very many others names all of them, also to whoever asks again since it was cut short", { timeout: 30_000 }, async () => {
    for (let index = 0; index < 50; index++) await report({ id: `m-${index}`, name: `MDM ${index}`, metadata: "x" });
    const { id, mdmServerIds } = (await service.call("GET /v1/conflicts")).body.items[0];
    const kept = mdmServerIds[40];
    const { replace } = service.ports.links;
    let writes = 0;
    service.ports.links.replace = async (...args) => {
      writes += 1;
      if (writes === 2) throw new Error("the process died");
      return replace(...args);
    };
    expect((await resolve(id, kept)).status).toBe(500);
    service.ports.links.replace = replace;
    expect((await resolve(id, kept)).body.toBeRemovedFrom).toHaveLength(49);
  });

  test("that is settled is reopened when the other one is reported again: it evidently has the token still", async () => {
    const first = await conflicted();
    const [jamf, intune] = [await named("Jamf"), await named("Intune")];
    expect((await resolve(first, jamf.id)).body.toBeRemovedFrom).toEqual([intune.id]);
    expect((await report()).body.conflictId).toBeUndefined();
    service.later(60);
    const second = (await report(INTUNE)).body.conflictId;
    expect(second).toBe(first);
    expect(service.eventsOf("MdmConflictFound")).toHaveLength(2);
    const { sightings } = await service.ports.links.of(here);
    expect(sightings.map(({ mdmServerId, removedAt }) => [mdmServerId, removedAt !== undefined])).toEqual([
      [jamf.id, false],
      [intune.id, true],
      [intune.id, false],
    ]);
  });

  test("that is removed settles it, and what it says later makes it known anew", async () => {
    const conflictId = await conflicted();
    const [jamf, intune] = [await named("Jamf"), await named("Intune")];
    await service.call("DELETE /v1/mdm-servers/{id}", [intune.id]);
    expect((await service.call("GET /v1/conflicts")).body.items).toMatchObject([{ id: conflictId, resolution: { keptBy: jamf.id } }]);
    expect((await report(INTUNE)).body.conflictId).toMatch(/^cfl_/);
    const anew = (await servers()).filter(({ name, id }) => name === "Intune" && id !== intune.id);
    expect(anew).toMatchObject([{ sightings: [{ tokenId: token }] }]);
  });

  test("that has a token which ended here is one too: of a token of Apple's, Apple may not know", async () => {
    await report();
    await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "lost" } });
    const answer = await report(INTUNE);
    expect(answer).toMatchObject({ status: 200, body: { state: "invalidated", conflictId: expect.stringMatching(/^cfl_/) } });
    expect(answer.body.sightings).toHaveLength(2);
    service.later(400 * 86_400);
    const expired = await service.issue();
    service.later(400 * 86_400);
    expect(await report({ ...JAMF, id: "third" }, expired)).toMatchObject({ status: 200, body: { state: "expired", sightings: [{}] } });
  });
});

test("an MDM server that was reported may fetch only after a person links it, also with a credential that it was given before", async () => {
  await report();
  const { id } = await named("Jamf");
  const given = await service.call("POST /v1/mdm-servers/{id}/credential", [id], { body: {} });
  expect(given.body.earlierEndsAt).toBeUndefined();
  const server = { id, credential: given.body.credential };
  expect((await service.fetchAs(server)).status).toBe(403);
  await service.link(server, token);
  expect((await service.fetchAs(server)).status).toBe(303);
  expect((await report()).body).toMatchObject({ links: [{ mdmServerId: id }], sightings: [{ mdmServerId: id, how: "fetched" }] });
});

test("at the built-in service's location it is recorded, and shown as to be removed", async () => {
  await service.call("PUT /v1/subscription", [], { body: { plan: "monthly", primaryInUse: false } });
  const answer = await report();
  expect(answer).toMatchObject({ status: 200, body: { state: "reserved", sightings: [{ firstAt: NOW.toISOString() }] } });
  const { id, sightings } = await named("Jamf");
  expect(sightings).toMatchObject([{ tokenId: token, toBeRemoved: true }]);
  expect((await service.call("GET /v1/subscription")).body.toBeRemoved).toMatchObject([{ mdmServerId: id, tokenId: token }]);
});

test("a report with a newer token ends no earlier one: only the MDM server itself proves that it has the newer one", async () => {
  await report();
  service.later(86_400);
  const newer = await service.issue();
  const due = async () => (await Array.fromAsync(service.ports.reminders.due(new Date("2030-01-01")))).map(({ id, dueAt }) => [id, dueAt]);
  const before = await due();
  await report(JAMF, newer);
  expect((await service.shown(token)).state).toBe("active");
  expect(await due()).toEqual(before);
  expect((await service.shown(token)).renewal).toMatchObject([{ name: "Jamf" }]);
});

describe("what it rests on", () => {
  test("is the location, open: nothing is recorded at one that was closed", async () => {
    const there = await service.issue(other.id);
    await service.call("POST /v1/content-tokens/{id}/revocation", [there], { body: { reason: "closing" } });
    await service.call("DELETE /v1/locations/{id}", [other.id]);
    expect(await report(JAMF, there)).toMatchObject({ status: 409, body: { reason: "location_closed" } });
    expect(await servers()).toHaveLength(2);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["who reports it", () => service.ports.accounts.replace({ ...ada, dedicated: true, version: 2 })],
    ["the location", () => service.ports.locations.replace(aLocation({ name: "New", version: 2 }))],
    ["the token", () => service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "lost" } })],
    ["the MDM server", async () => service.call("DELETE /v1/mdm-servers/{id}", [(await named("Jamf")).id])],
    ["the links", () => service.link(service.fleet, token)],
  ])("is judged again when it changed meanwhile: %s", async (_, happens) => {
    const { replace } = service.ports.links;
    const wrote: boolean[] = [];
    service.ports.links.replace = async (...args) => {
      if (wrote.length === 0) {
        service.ports.links.replace = replace;
        await happens();
      }
      const isWritten = await replace(...args);
      wrote.push(isWritten);
      return isWritten;
    };
    expect((await report()).status).toBe(200);
    expect(wrote).toEqual([false]);
    expect(openSightings(await service.ports.links.of(here)).filter(({ how }) => how === "reported")).toHaveLength(1);
  });
});
