// Only a link that a person opened authorizes an MDM server to fetch. Statements, fetches and uses of a token are evidence and change nothing else.
import { beforeEach, describe, expect, test } from "vitest";
import { TokenProved, takeTokenProof } from "../../../functions/mdm-servers/token-proved.ts";
import { askMdm, bearerOf } from "../../support/http/ask-mdm.ts";
import { here, makeMdmService, other, type Shown } from "../../support/scenarios/mdm-service.ts";
import { event } from "../../support/scenarios/scene.ts";

const CONFIG = "/mdm/v2/client/config";
const E = { id: "e-1", name: "E", metadata: "m" };
const R = { id: "r-1", name: "R", metadata: "m" };

let service: Awaited<ReturnType<typeof makeMdmService>>;
const texts = new Map<string, string>();
beforeEach(async () => {
  service = await makeMdmService();
});

/** The text of a token's file. Its holders keep it when the file is erased here. */
const textOf = async (token: string): Promise<string> => {
  const text = texts.get(token) ?? (await bearerOf(service, token));
  texts.set(token, text);
  return text;
};
const identify = async (token: string, mdmInfo: object) =>
  (await askMdm(service.ports, { route: `POST ${CONFIG}`, bearer: await textOf(token), body: { mdmInfo } })).statusCode;
const use = async (token: string) => askMdm(service.ports, { route: `GET ${CONFIG}`, bearer: await textOf(token) });
const fetchAt = (server: Shown, location = here) => service.fetchAs(server, { query: { location } });
const revoke = (token: string) => service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "leaked" } });
const resolve = (conflictId: string, keptBy: string) =>
  service.call("POST /v1/conflicts/{id}/resolution", [conflictId], { body: { keptBy, reason: "we moved" } });
const recordOf = async (server: Shown) => {
  const { body, headers } = await service.call("GET /v1/mdm-servers/{id}", [server.id]);
  const log = await service.call("GET /v1/custody-log", [], { query: { subject: server.id, limit: "100" } });
  return { body, etag: headers.etag, chain: log.body.items as { act: string }[] };
};

/** Delivers every ContentTokenProved event that was published, as the queue does. */
const deliverProofs = async (): Promise<void> => {
  for (const detail of service.eventsOf("ContentTokenProved"))
    await takeTokenProof(TokenProved.parse(event("ContentTokenProved", detail)), service.ports);
};

test("identifying itself with a leaked token gives an MDM server no right to fetch, before and after that token is revoked", async () => {
  const elsewhere = await service.issue(other.id);
  await service.link(service.fleet, elsewhere);
  await identify(elsewhere, E);
  const leaked = await service.issue();
  expect(await identify(leaked, E)).toBe(200);
  expect(await fetchAt(service.fleet)).toMatchObject({ status: 403, body: { reason: "not_linked" } });
  service.later(60);
  await service.issue();
  await revoke(leaked);
  expect(await fetchAt(service.fleet)).toMatchObject({ status: 403, body: { reason: "not_linked" } });
  expect((await fetchAt(service.fleet, other.id)).status).toBe(303);
});

describe("the loser of a conflict", () => {
  let token: string;
  let conflictId: string;
  beforeEach(async () => {
    token = await service.issue();
    await service.link(service.zentral, token);
    const body = { mdmInfo: R, mdmServerId: service.zentral.id };
    await service.call("POST /v1/content-tokens/{id}/claims", [token], { body });
    conflictId = (await service.link(service.fleet, token)).body.conflictId;
    await resolve(conflictId, service.fleet.id);
    service.later(60);
  });
  const conflicts = async () => (await service.call("GET /v1/conflicts")).body.items;

  test("does not get its right to fetch back by identifying itself, using the token or a renewal; linking it does", async () => {
    expect(await identify(token, R)).toBe(200);
    await use(token);
    expect((await fetchAt(service.zentral)).status).toBe(403);
    service.later(60);
    const renewed = await service.issue();
    expect((await fetchAt(service.zentral)).status).toBe(403);
    await identify(renewed, R);
    expect((await service.fetchAs(service.zentral)).status).toBe(403);
    await service.link(service.zentral, renewed);
    expect((await service.fetchAs(service.zentral)).status).toBe(303);
  });

  test("does not give a new id to the keeper, who never named itself: that id is a conflict", async () => {
    const both = await service.issue(other.id);
    await service.link(service.zentral, both);
    const opened = (await service.link(service.fleet, both)).body.conflictId;
    await resolve(opened, service.fleet.id);
    service.later(60);
    expect(await identify(both, { id: "loser-1", name: "Loser", metadata: "m" })).toBe(200);
    expect((await recordOf(service.fleet)).body.mdmInfo).toBeUndefined();
    const open = (await conflicts()).filter((each: { locationId: string; resolution?: object }) => each.resolution === undefined);
    expect(open).toMatchObject([{ locationId: other.id }]);
  });

  test("that identifies itself again reopens the conflict under its id, with the earlier resolution in its history", async () => {
    await identify(token, R);
    expect(await conflicts()).toMatchObject([
      {
        id: conflictId,
        reopenedAt: service.clock.now.toISOString(),
        mdmServerIds: [service.fleet.id, service.zentral.id],
        claims: [{ mdmServerId: service.fleet.id }, { mdmServerId: service.zentral.id, how: "identified" }],
        earlier: [{ resolution: { keptBy: service.fleet.id }, claims: [{}, {}] }],
      },
    ]);
    expect((await conflicts())[0].resolution).toBeUndefined();
    expect((await service.call("GET /v1/locations/{id}", [here])).body.conflictId).toBe(conflictId);
    expect(service.eventsOf("MdmConflictFound")).toMatchObject([{ conflictId }, { conflictId }]);
    const settled = await resolve(conflictId, service.fleet.id);
    expect(settled.body).toMatchObject({ toBeRemovedFrom: [service.zentral.id], resolution: { keptBy: service.fleet.id } });
    expect(settled.body.earlier).toHaveLength(1);
  });
});

test("one request with a renewed token proves nothing: the token that the linked MDM server works with stays", async () => {
  const older = await service.issue();
  await service.link(service.fleet, older);
  await use(older);
  service.later(86_400);
  const newer = await service.issue();
  await service.link(service.fleet, newer);
  service.later(60);
  await use(newer);
  await deliverProofs();
  expect((await service.shown(older)).state).toBe("active");
  expect((await use(older)).statusCode).toBe(200);
  service.later(60);
  await service.fetchWhole(service.fleet);
  expect((await service.shown(older)).cause).toBe("superseded");
});

describe("an earlier token", () => {
  const state = async (token: string) => {
    const { state, cause } = await service.shown(token);
    return cause ?? state;
  };

  test.each([
    ["a person linked", true],
    ["is only known by identifying itself", false],
  ])(
    "ends as soon as the one MDM server that %s identified itself with the newer one, and then answers as an unknown one does",
    async (_, isLinked) => {
      const older = await service.issue();
      if (isLinked) await service.link(service.fleet, older);
      await identify(older, E);
      service.later(86_400);
      const newer = await service.issue();
      await use(newer);
      await deliverProofs();
      expect(await state(older)).toBe("active");
      await identify(newer, E);
      await deliverProofs();
      expect(await state(older)).toBe("superseded");
      expect(await use(older)).toMatchObject({ statusCode: 200, body: { errorNumber: 9622 } });
      expect((await use(newer)).body.errorNumber).toBeUndefined();
      await revoke(newer);
      expect(await use(newer)).toMatchObject({ statusCode: 401, body: { errorNumber: 9625 } });
    },
  );

  test("waits for the linked MDM server, also if another one identified itself with the newer token, and for no MDM server that was only seen", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    await identify(older, E);
    await identify(older, R);
    service.later(86_400);
    const newer = await service.issue();
    await identify(newer, R);
    await deliverProofs();
    expect(await state(older)).toBe("active");
    await identify(newer, E);
    await deliverProofs();
    expect(await state(older)).toBe("superseded");
  });

  test("does not end by an event that the records do not bear out", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    service.later(86_400);
    const tokenId = await service.issue();
    const detail = { tokenId, locationId: here, mdmServerId: service.fleet.id };
    await takeTokenProof(TokenProved.parse(event("ContentTokenProved", detail)), service.ports);
    expect(await state(older)).toBe("active");
  });

  test("does not end by identifications under an id that was only stated with the newer token, however often they come", async () => {
    const older = await service.issue();
    await service.link(service.fleet, older);
    service.later(86_400);
    const newer = await service.issue();
    await service.link(service.fleet, newer);
    for (let count = 0; count < 3; count++) {
      service.later(400);
      await identify(newer, E);
      await deliverProofs();
    }
    expect([await state(older), service.eventsOf("ContentTokenProved")]).toEqual(["active", []]);
    service.later(400);
    const newest = await service.issue();
    await identify(newest, E);
    await deliverProofs();
    expect([await state(older), await state(newer), await state(newest)]).toEqual(["superseded", "superseded", "active"]);
  });
});

describe("identification with a token of another location", () => {
  let theirs: string;
  beforeEach(async () => {
    theirs = await service.issue();
    await service.link(service.fleet, theirs);
    await identify(theirs, E);
  });

  test("changes neither the record of an MDM server nor its custody chain nor what its fetch answers", async () => {
    const token = await service.issue(other.id);
    const { location } = (await service.fetchAs(service.fleet)).headers;
    const before = await recordOf(service.fleet);
    service.later(60);
    for (const name of ["EVIL", "WORSE"]) expect(await identify(token, { ...E, name, metadata: "evil" })).toBe(200);
    service.later(400);
    await identify(token, { ...E, name: "LATER" });
    expect(await recordOf(service.fleet)).toEqual(before);
    expect((await service.fetchAs(service.fleet)).headers.location).toBe(location);
  });

  test("is evidence at that location alone, and the token is what acted", async () => {
    const token = await service.issue(other.id);
    await identify(token, { ...E, name: "EVIL" });
    const { links, sightings } = await service.shown(token);
    expect(links).toEqual([]);
    expect(sightings).toMatchObject([{ mdmServerId: service.fleet.id, how: "identified", statedName: "EVIL" }]);
    const { body } = await service.call("GET /v1/custody-log", [], { query: { subject: token } });
    expect(body.items[0]).toMatchObject({ act: "token-claimed", by: token });
  });
});

test("linking a second location leaves a running poll as it was, and names the other location", async () => {
  await service.link(service.fleet, await service.issue());
  service.later(60);
  const alone = await service.fetchAs(service.fleet, { headers: { accept: "application/json" } });
  expect([alone.body.otherLocations, alone.headers.link]).toEqual([[], undefined]);
  await service.link(service.fleet, await service.issue(other.id));
  const link = `</v1/fetch/content-token?location=${other.id}>; rel="alternate"`;
  const json = await service.fetchAs(service.fleet, { headers: { accept: "application/json" } });
  expect(json).toMatchObject({ status: 200, body: { sha256: alone.body.sha256, otherLocations: [other.id] }, headers: { link } });
  expect(await service.fetchAs(service.fleet)).toMatchObject({ status: 303, headers: { link } });
  const unchanged = await service.fetchAs(service.fleet, { headers: { "if-none-match": json.headers.etag ?? "" } });
  expect(unchanged).toMatchObject({ status: 304, headers: { link } });
});

describe("the custody log", () => {
  const entries = async (): Promise<number> => (await service.ports.custody.list({}, { limit: 1000 })).items.length;
  let token: string;
  beforeEach(async () => {
    token = await service.issue();
    await service.link(service.fleet, token);
    await identify(token, E);
  });

  test("gets no entry by a changed metadata, however often", async () => {
    const before = await entries();
    for (let count = 0; count < 108; count++) {
      await identify(token, { ...E, metadata: `m-${count}` });
      service.later(11);
    }
    expect(await entries()).toBe(before);
  });

  test("gets at most five entries a day by changed names of one token, and further changes are counted", async () => {
    const changes = async (): Promise<number> =>
      (await recordOf(service.fleet)).chain.filter(({ act }) => act === "mdm-server-changed").length;
    expect(await changes()).toBe(1);
    const before = await entries();
    for (let count = 0; count < 108; count++) await identify(token, { ...E, name: `E ${count}` });
    expect([await changes(), (await entries()) - before]).toEqual([5, 4]);
    expect(service.logged.filter((line) => line.includes('"metric":"IdentificationsNotLogged"'))).toHaveLength(104);
    // The record keeps the last name that was logged; the protocol's own answers have the last one stated.
    expect((await recordOf(service.fleet)).body.mdmInfo.name).toBe("E 3");
    service.later(86_400);
    await identify(token, { ...E, name: "E the next day" });
    expect(await changes()).toBe(6);
  });

  test("gets no entry by identifying with two tokens alternately", async () => {
    service.later(200);
    const second = await service.issue();
    for (let count = 0; count < 2; count++) await identify(second, E);
    const before = await entries();
    for (let count = 0; count < 20; count++) {
      service.later(200);
      await identify(count % 2 === 0 ? token : second, E);
    }
    expect(await entries()).toBe(before);
  });
});

test("an identification is not given to a registered MDM server whose link a person closes at that moment", async () => {
  const token = await service.issue();
  await service.link(service.fleet, token);
  const { links } = service.ports;
  let isClosed = false;
  const closing = {
    ...links,
    of: async (location: Parameters<typeof links.of>[0]) => {
      const read = await links.of(location);
      if (!isClosed) {
        isClosed = true;
        await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [service.fleet.id, token]);
      }
      return read;
    },
  };
  const bearer = await textOf(token);
  const { statusCode } = await askMdm({ ...service.ports, links: closing }, { route: `POST ${CONFIG}`, bearer, body: { mdmInfo: E } });
  expect([statusCode, isClosed]).toEqual([200, true]);
  const { sightings } = await service.shown(token);
  const identified = sightings.filter(({ how }: { how: string }) => how === "identified");
  expect(identified).toMatchObject([{ statedName: "E" }]);
  expect(identified.map(({ mdmServerId }: { mdmServerId: string }) => mdmServerId)).not.toContain(service.fleet.id);
});
