// Who uses a token, as people see it: MDM servers that name themselves with it, those that are linked to it and were seen to use it, and what they leave.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../local/demo/telling.ts";
import { EVENTS_FILE } from "../../local/service.ts";
import { readLines } from "../../local/state.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { mdmCallerOf } from "./mdm-caller.ts";
import { issued, must, type Place, patiently, placeOf } from "./mdm-scene.ts";

const CONFIG = "/mdm/v2/client/config";

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(async () => {
  expect(host.errors).toEqual([]);
  await removeHost(host);
});

type Shown = { readonly id: string; readonly name: string; readonly links: { readonly tokenId: string }[]; readonly mdmInfo?: object };
type Conflict = {
  readonly id: string;
  readonly locationId: string;
  readonly mdmServerIds: string[];
  readonly claims: { readonly how: string }[];
};

const list = async <Item>(path: string): Promise<Item[]> => must(await host.administrator("GET", `${path}?limit=100`), 200).items as Item[];
const serversOn = async (tokenId: string): Promise<Shown[]> =>
  (await list<Shown>("/v1/mdm-servers")).filter(({ links }) => links.some((link) => link.tokenId === tokenId));
const conflictsAt = async ({ locationId }: Place): Promise<Conflict[]> =>
  (await list<Conflict>("/v1/conflicts")).filter((conflict) => conflict.locationId === locationId);
const eventsOf = (type: string, { locationId }: Place): Record<string, unknown>[] =>
  (readLines(join(host.directory, EVENTS_FILE)) as { "detail-type": string; detail: Record<string, unknown> }[])
    .filter((line) => line["detail-type"] === type && line.detail.locationId === locationId)
    .map(({ detail }) => detail);
const shown = async (tokenId: string) => must(await host.administrator("GET", `/v1/content-tokens/${tokenId}`), 200);

const register = async (name: string): Promise<string> =>
  String(must(await host.administrator("POST", "/v1/mdm-servers", { name, vendor: "other" }), 201).id);
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
  expect([others, conflict?.claims.map(({ how }) => how)]).toEqual([[], ["said", "said"]]);
  expect(conflict?.mdmServerIds.toSorted()).toEqual(servers.map(({ id }) => id).toSorted());
  expect(await eventually(() => eventsOf("MdmConflictFound", place)[0])).toMatchObject({ conflictId: conflict?.id });

  // Said again, by turns, it is no news.
  for (const info of [fleet, zentral, fleet]) expect(await say(place, info)).toMatchObject({ mdmInfo: info });
  expect((await conflictsAt(place)).map(({ id }) => id)).toEqual([conflict?.id]);
  expect([eventsOf("MdmConflictFound", place).length, (await serversOn(place.tokenId)).length]).toEqual([1, 2]);
});

test("a registered MDM server that is alone on the token is recognized when it first names itself; the next one is another", async () => {
  const place = await placeOf(host, "Shelbyville");
  const registered = await register("Fleet at headquarters");
  await link(registered, place.tokenId);
  const fleet = infoOf("Fleet");
  await say(place, fleet);
  expect(await serversOn(place.tokenId)).toMatchObject([{ id: registered, name: "Fleet at headquarters", mdmInfo: fleet }]);
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
  expect((await shown(place.tokenId)).links).toMatchObject([{ mdmServerId: fleet, usedAt: expect.any(String) }]);
  expect(await eventually(() => eventsOf("ContentTokenUsed", place)[0])).toMatchObject({ tokenId: place.tokenId, mdmServerId: fleet });
  must(await host.administrator("PUT", `/v1/mdm-servers/${jamf}/links/${place.tokenId}`, {}), 200);
  must(await place.mdm("GET", "/mdm/v2/users"), 200);
  expect((await shown(place.tokenId)).uses).toEqual(expect.arrayContaining([use, { what: "GET /mdm/v2/users", at: expect.any(String) }]));
});

test("the first use of the newer token by its MDM server ends the older one within seconds", async () => {
  const place = await placeOf(host, "Capital City");
  const fleet = await register("Fleet");
  await link(fleet, place.tokenId);
  must(await place.mdm("GET", "/mdm/v2/assets"), 200);
  const newer = await issued(host.administrator, place.locationId);
  await link(fleet, newer.tokenId);
  // Whoever still has the older one alone is not cut off.
  must(await place.mdm("GET", "/mdm/v2/assets"), 200);
  expect(await shown(place.tokenId)).toMatchObject({ state: "active" });
  must(await callerWith(newer.text)("GET", "/mdm/v2/assets"), 200);
  expect(await eventually(async () => ((await shown(place.tokenId)).state === "active" ? undefined : shown(place.tokenId)))).toMatchObject({
    state: "invalidated",
    cause: "superseded",
    supersededBy: newer.tokenId,
  });
  const refused = await place.mdm("GET", "/mdm/v2/assets");
  expect([refused.status, refused.body]).toEqual([401, { errorNumber: 9625, errorMessage: expect.stringContaining("superseded") }]);
  must(await callerWith(newer.text)("GET", "/mdm/v2/assets"), 200);
});

test("where two MDM servers have a token, the first of them to move on ends nothing, and the last one does", async () => {
  const place = await placeOf(host, "Brockway");
  const [fleet, jamf] = [await register("Fleet"), await register("Jamf")];
  for (const each of [fleet, jamf]) await link(each, place.tokenId);
  must(await place.mdm("GET", "/mdm/v2/assets"), 200);
  const [one, other] = [await issued(host.administrator, place.locationId), await issued(host.administrator, place.locationId)];
  await link(fleet, one.tokenId);
  await link(jamf, other.tokenId);
  must(await callerWith(one.text)("GET", "/mdm/v2/assets"), 200);
  await eventually(() => eventsOf("ContentTokenUsed", place).find(({ tokenId }) => tokenId === one.tokenId));
  expect(await eventually(isAllHandled)).toBe(true);
  expect(await shown(place.tokenId)).toMatchObject({ state: "active" });
  must(await place.mdm("GET", "/mdm/v2/assets"), 200);
  must(await callerWith(other.text)("GET", "/mdm/v2/assets"), 200);
  expect(await eventually(async () => ((await shown(place.tokenId)).state === "active" ? undefined : true))).toBe(true);
});
