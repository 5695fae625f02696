// The MDM servers that have a token, as people see them: those that identify themselves with it, those that people linked to it, and what each may do and ends by that.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../local/demo/narrator.ts";
import { EVENTS_FILE } from "../../local/service.ts";
import { readLines } from "../../local/state.ts";
import { callerOf } from "./documented.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { mdmCallerOf } from "./mdm-caller.ts";
import { issued, must, type Place, patiently, placeOf, revoke } from "./mdm-scene.ts";

const CONFIG = "/mdm/v2/client/config";

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(async () => {
  expect(host.errors).toEqual([]);
  await removeHost(host);
});

type Shown = {
  readonly id: string;
  readonly name: string;
  readonly links: { readonly tokenId: string }[];
  readonly sightings: { readonly tokenId: string }[];
  readonly mdmInfo?: object;
};
type Conflict = {
  readonly id: string;
  readonly locationId: string;
  readonly mdmServerIds: string[];
  readonly claims: { readonly how: string }[];
};

const list = async <Item>(path: string): Promise<Item[]> => must(await host.administrator("GET", `${path}?limit=100`), 200).items as Item[];
const serversOn = async (tokenId: string): Promise<Shown[]> =>
  (await list<Shown>("/v1/mdm-servers")).filter(({ links, sightings }) =>
    [...links, ...sightings].some((each) => each.tokenId === tokenId),
  );
const conflictsAt = async ({ locationId }: Place): Promise<Conflict[]> =>
  (await list<Conflict>("/v1/conflicts")).filter((conflict) => conflict.locationId === locationId);
const eventsOf = (type: string, { locationId }: Place): Record<string, unknown>[] =>
  (readLines(join(host.directory, EVENTS_FILE)) as { "detail-type": string; detail: Record<string, unknown> }[])
    .filter((line) => line["detail-type"] === type && line.detail.locationId === locationId)
    .map(({ detail }) => detail);
const shown = async (tokenId: string) => must(await host.administrator("GET", `/v1/content-tokens/${tokenId}`), 200);

const registered = async (name: string) => {
  const { id, credential } = must(await host.administrator("POST", "/v1/mdm-servers", { name, vendor: "other" }), 201);
  const call = callerOf(host.session.api, String(credential));
  /** The status, and the file's hash where it is let in. */
  const fetchAt = async ({ locationId }: Pick<Place, "locationId">) => {
    const { status, body } = await call("GET", `/v1/fetch/content-token?location=${locationId}`, undefined, { accept: "application/json" });
    return { status, sha256: body.sha256 };
  };
  return { id: String(id), call, fetchAt };
};
const register = async (name: string): Promise<string> => (await registered(name)).id;
const resolve = async (conflictId = "", keptBy: string): Promise<void> =>
  void must(await host.administrator("POST", `/v1/conflicts/${conflictId}/resolution`, { keptBy, reason: "we moved" }), 200);
const link = async (serverId: string, tokenId: string): Promise<void> =>
  void must(await host.administrator("PUT", `/v1/mdm-servers/${serverId}/links/${tokenId}`, {}), 200);

let ids = 0;
const infoOf = (name: string) => ({ id: `${name}-${++ids}`, name, metadata: "https://mdm.example.org" });
const say = async ({ mdm }: Place, mdmInfo: object) => must(await mdm("POST", CONFIG, { mdmInfo }), 200);

test("a second MDM server that names itself is accepted, echoed to both, and a conflict that people see", async () => {
  const place = await placeOf(host, "Springfield");
  const [fleet, zentral] = [infoOf("Fleet"), infoOf("Zentral")];
  expect(await say(place, fleet)).toMatchObject({ mdmInfo: fleet });
  expect(await conflictsAt(place)).toEqual([]);
  expect(await say(place, zentral)).toMatchObject({ mdmInfo: zentral });
  // By this the first one sees that it is not alone.
  expect(must(await place.mdm("GET", "/mdm/v2/assets"), 200)).toMatchObject({ mdmInfo: zentral });

  const servers = await serversOn(place.tokenId);
  expect(servers.map(({ name, mdmInfo }) => ({ name, mdmInfo })).toSorted((one, other) => (one.name < other.name ? -1 : 1))).toEqual([
    { name: "Fleet", mdmInfo: fleet },
    { name: "Zentral", mdmInfo: zentral },
  ]);
  const [conflict, ...others] = await conflictsAt(place);
  expect([others, conflict?.claims.map(({ how }) => how)]).toEqual([[], ["identified", "identified"]]);
  expect(conflict?.mdmServerIds.toSorted()).toEqual(servers.map(({ id }) => id).toSorted());
  expect(await eventually(() => eventsOf("MdmConflictFound", place)[0])).toMatchObject({ conflictId: conflict?.id });

  // Said again, by turns, it is no news.
  for (const info of [fleet, zentral, fleet]) expect(await say(place, info)).toMatchObject({ mdmInfo: info });
  expect((await conflictsAt(place)).map(({ id }) => id)).toEqual([conflict?.id]);
  expect([eventsOf("MdmConflictFound", place).length, (await serversOn(place.tokenId)).length]).toEqual([1, 2]);
});

test("a registered MDM server that is alone on the token is recognized when it first names itself; the next one is another", async () => {
  const place = await placeOf(host, "Shelbyville");
  const server = await register("Fleet at headquarters");
  await link(server, place.tokenId);
  const fleet = infoOf("Fleet");
  await say(place, fleet);
  expect(await serversOn(place.tokenId)).toMatchObject([{ id: server, name: "Fleet at headquarters", mdmInfo: fleet }]);
  expect(await conflictsAt(place)).toEqual([]);
  await say(place, infoOf("Jamf"));
  expect((await serversOn(place.tokenId)).map(({ name }) => name).toSorted()).toEqual(["Fleet at headquarters", "Jamf"]);
  expect(await conflictsAt(place)).toMatchObject([{ locationId: place.locationId }]);
});

test("more than ten that name themselves with one token are accepted, and nothing more is kept of them", async () => {
  const place = await placeOf(host, "Ogdenville");
  const infos = Array.from({ length: 13 }, () => infoOf("Invented"));
  for (const info of infos) expect(await say(place, info)).toMatchObject({ mdmInfo: info });
  expect(await serversOn(place.tokenId)).toHaveLength(10);
  expect(must(await place.mdm("GET", CONFIG), 200)).toMatchObject({ mdmInfo: infos.at(-1) });
  expect((await conflictsAt(place)).map(({ mdmServerIds }) => mdmServerIds.length)).toEqual([10]);
  // Those that are known may go on naming themselves.
  expect(await say(place, infos[0] ?? {})).toMatchObject({ mdmInfo: infos[0] });
});

/** Whether what may end tokens has nothing left to look at. */
const isAllHandled = async (): Promise<true | undefined> => {
  const queue = await (await fetch(`${host.session.endpoints.sqs}/_fauxqs/queues/identity-queue`)).json();
  const { messages } = queue as { messages: Record<string, object[]> };
  return Object.values(messages).every((waiting) => Object.keys(waiting).length === 0) ? true : undefined;
};

const callerWith = (text: string) => patiently(mdmCallerOf(host.session.api, text));

test("what each MDM server used a token for is shown; nobody can tell it where there are several", async () => {
  const place = await placeOf(host, "North Haverbrook");
  expect(await shown(place.tokenId)).toMatchObject({ uses: [] });
  const [fleet, jamf] = [await register("Fleet"), await register("Jamf")];
  await link(fleet, place.tokenId);
  must(await place.mdm("GET", "/mdm/v2/assets"), 200);
  const use = { mdmServerId: fleet, what: "GET /mdm/v2/assets", at: expect.any(String) };
  expect((await shown(place.tokenId)).uses).toEqual([use]);
  expect(await shown(place.tokenId)).toMatchObject({
    links: [{ mdmServerId: fleet }],
    sightings: [{ mdmServerId: fleet, how: "used", usedAt: expect.any(String) }],
  });
  must(await host.administrator("PUT", `/v1/mdm-servers/${jamf}/links/${place.tokenId}`, {}), 200);
  must(await place.mdm("GET", "/mdm/v2/users"), 200);
  expect((await shown(place.tokenId)).uses).toEqual(expect.arrayContaining([use, { what: "GET /mdm/v2/users", at: expect.any(String) }]));
});

const endOf = (tokenId: string) => eventually(async () => ((await shown(tokenId)).state === "active" ? undefined : shown(tokenId)));

test("the older token ends within seconds once its MDM server identifies itself with the newer one, and never by its mere use", async () => {
  const place = await placeOf(host, "Capital City");
  const fleet = await register("Fleet");
  await link(fleet, place.tokenId);
  const info = infoOf("Fleet");
  await say(place, info);
  const newer = await issued(host.administrator, place.locationId);
  await link(fleet, newer.tokenId);
  // Somebody tries the newer token; the MDM server works with the older one, and is not cut off.
  must(await callerWith(newer.text)("GET", CONFIG), 200);
  expect(await eventually(isAllHandled)).toBe(true);
  must(await place.mdm("GET", "/mdm/v2/assets"), 200);
  expect(await shown(place.tokenId)).toMatchObject({ state: "active" });
  must(await callerWith(newer.text)("POST", CONFIG, { mdmInfo: info }), 200);
  expect(await endOf(place.tokenId)).toMatchObject({ state: "invalidated", cause: "superseded", supersededBy: newer.tokenId });
  expect(eventsOf("ContentTokenProved", place)).toMatchObject([{ tokenId: newer.tokenId, mdmServerId: fleet }]);
  // Clients that loaded the older one reload on exactly this.
  const refused = await place.mdm("GET", "/mdm/v2/assets");
  expect([refused.status, refused.body]).toEqual([200, { errorNumber: 9622, errorMessage: expect.any(String) }]);
  must(await callerWith(newer.text)("GET", "/mdm/v2/assets"), 200);
});

test("an MDM server that nobody linked ends the older token by identifying itself with both, one after the other", async () => {
  const place = await placeOf(host, "Brockway");
  const zentral = infoOf("Zentral");
  await say(place, zentral);
  const newer = await issued(host.administrator, place.locationId);
  must(await callerWith(newer.text)("POST", CONFIG, { mdmInfo: zentral }), 200);
  expect(await endOf(place.tokenId)).toMatchObject({ cause: "superseded", supersededBy: newer.tokenId });
});

test("identifying itself with a leaked token lets an MDM server fetch nothing, before and after the token is revoked", async () => {
  const [victim, own] = [await placeOf(host, "Leaked"), await placeOf(host, "Elsewhere")];
  const thief = await registered("Thief");
  await link(thief.id, own.tokenId);
  const info = infoOf("Thief");
  await say(own, info);
  await say(victim, info);
  expect((await thief.fetchAt(victim)).status).toBe(403);
  await issued(host.administrator, victim.locationId);
  await revoke(host, victim.tokenId);
  expect((await thief.fetchAt(victim)).status).toBe(403);
  expect((await thief.fetchAt(own)).status).toBe(200);
});

test("the loser of a conflict can't fetch again by any act of its own, and reopens the same conflict", async () => {
  const place = await placeOf(host, "Contested");
  const [keeper, loser] = [await registered("Keeper"), await registered("Loser")];
  const info = infoOf("Loser");
  await link(loser.id, place.tokenId);
  await say(place, info);
  await link(keeper.id, place.tokenId);
  const [{ id = "" } = {}] = await conflictsAt(place);
  await resolve(id, keeper.id);
  await say(place, info);
  expect((await loser.fetchAt(place)).status).toBe(403);
  expect(await conflictsAt(place)).toMatchObject([
    { id, reopenedAt: expect.any(String), earlier: [{ resolution: { keptBy: keeper.id } }] },
  ]);
  const newer = await issued(host.administrator, place.locationId);
  expect((await loser.fetchAt(place)).status).toBe(403);
  await link(loser.id, newer.tokenId);
  expect((await loser.fetchAt(place)).status).toBe(200);
});

test("a token of another location changes neither an MDM server's record nor its custody chain nor its poll", async () => {
  const [victim, attacker] = [await placeOf(host, "Victim"), await placeOf(host, "Attacker")];
  const server = await registered("Fleet");
  await link(server.id, victim.tokenId);
  const info = infoOf("Fleet");
  await say(victim, info);
  const poll = async () => (await server.call("GET", "/v1/fetch/content-token", undefined, { accept: "application/json" })).body.sha256;
  const sha256 = await poll();
  const stateOf = async () => [
    must(await host.administrator("GET", `/v1/mdm-servers/${server.id}`), 200),
    must(await host.administrator("GET", `/v1/custody-log?subject=${server.id}`), 200),
  ];
  const before = await stateOf();
  for (const name of ["EVIL", "WORSE"]) await say(attacker, { ...info, name, metadata: "evil" });
  expect(await stateOf()).toEqual(before);
  expect(await poll()).toBe(sha256);
  expect((await shown(attacker.tokenId)).sightings).toMatchObject([
    { mdmServerId: server.id, how: "identified", statedName: expect.any(String) },
  ]);
});
