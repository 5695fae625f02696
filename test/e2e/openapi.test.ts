// A tour of every route. Each answer is held against the API's document as it comes; at the end nothing of the document is left that was not answered.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderTokenFile } from "../../domain/tokens/token-file.ts";
import type { Caller } from "../../local/client.ts";
import { isAlwaysRefused, isOfDeviceApi } from "../../openapi/mdm-operations.ts";
import { type Listed, operationsOf } from "../../openapi/types.ts";
import { document, operationFor } from "../support/http/answers.ts";
import { answered, callerOf } from "./documented.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { mdmAnswered, mdmCallerOf } from "./mdm-caller.ts";
import { issued, pageAt, patiently } from "./mdm-scene.ts";

let host: Host;
let here: string;
const byManager = new Set<string>();
const operationAt = operationFor(document);

beforeAll(async () => {
  host = await startHost();
  const { body } = await host.contentManager("GET", "/v1/locations");
  here = (body.items as { id: string }[])[0]?.id ?? "";
}, 30_000);
afterAll(() => removeHost(host));

/** A call that must succeed, with what it answered. */
const admin = async (method: string, path: string, body?: object, headers?: Record<string, string>) => {
  const reply = await host.administrator(method, path, body, headers);
  expect([method, path, reply.status < 300 ? "good" : reply.body]).toEqual([method, path, "good"]);
  return reply;
};
const manager = async (method: string, path: string, body?: object) => {
  const reply = await host.contentManager(method, path, body);
  expect([method, path, reply.status < 300 ? "good" : reply.body]).toEqual([method, path, "good"]);
  byManager.add(operationAt(method, path)?.key ?? "nothing");
  return reply.body;
};

const idOf = ({ id }: Record<string, unknown>): string => String(id);

test("the organization and its locations", async () => {
  await manager("GET", "/v1/organization");
  const { headers } = await admin("GET", "/v1/organization");
  await admin("PATCH", "/v1/organization", { renewalOverlapDays: 20 }, { "if-match": headers.get("etag") ?? "" });
  const { body } = await admin("POST", "/v1/locations", { name: "Pretendco Zürich" });
  await admin("PATCH", `/v1/locations/${body.id}`, { appleUId: "2049025000431439" });
  await manager("GET", "/v1/locations?limit=1");
  await manager("GET", `/v1/locations/${here}`);
});

test("accounts", async () => {
  const { body } = await admin("POST", "/v1/accounts", { subject: "somebody", email: "somebody@example.org" });
  const path = `/v1/accounts/${body.id}`;
  await admin("GET", "/v1/accounts");
  await admin("GET", path);
  await admin("PATCH", path, { dedicated: true, grants: [{ role: "content-manager", location: here }] });
  await admin("GET", `${path}/password-change-preview`);
  await admin("GET", `/v1/accounts/${host.session.accounts.administrator.id}/password-change-preview`);
  await admin("GET", `${path}/removal-preview`);
  await admin("POST", `${path}/password-changes`, {});
  expect((await admin("DELETE", path)).body.removedAt).toBeDefined();
  await admin("GET", path);
  const { body: invited } = await admin("POST", "/v1/accounts", { email: "invited@example.org" });
  await admin("POST", `/v1/accounts/${invited.id}/invitation`);
});

test("content tokens from issue to revocation", async () => {
  const issued = await manager("POST", "/v1/content-tokens", { locationId: here });
  const path = `/v1/content-tokens/${issued.id}`;
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(144))).toString("base64");
  const file = renderTokenFile({ secret, expiresAt: new Date(Date.now() + 90 * 86_400_000), orgName: "Pretendco" });
  const bytes = Buffer.from(file).toString("base64");
  const upload = { locationId: here, fileName: "sToken_for_X.vpptoken", file: bytes };
  const imported = `/v1/content-tokens/${(await manager("POST", "/v1/content-tokens/import", upload)).id}`;
  await manager("POST", `${imported}/check`);
  await manager("POST", `${imported}/password-change-reports`, { occurredAt: new Date().toISOString() });
  await manager("POST", `${path}/downloads`, { linkSeconds: 5 });
  await manager("GET", "/v1/content-tokens?state=active");
  await manager("GET", path);
  await manager("POST", `${path}/revocation`, { reason: "lost" });
  await manager("GET", `${path}/history`);
  expect((await manager("GET", path)).state).toBe("invalidated");
});

test("licenses: acquired, transferred, assigned, taken back", async () => {
  const { id } = (await admin("POST", "/v1/locations", { name: "Pretendco Shelbyville" })).body;
  const grants = [here, id].map((location) => ({ role: "content-manager", location }));
  await admin("PATCH", `/v1/accounts/${host.session.accounts.contentManager.id}`, { grants });
  const app = { locationId: here, adamId: "361309726" };
  expect(await manager("POST", "/v1/licenses", { ...app, productType: "App", quantity: 5 })).toMatchObject({ available: 5 });
  const called = { name: "Pages", bundleId: "com.apple.Pages" };
  expect(await manager("PATCH", "/v1/licenses", { ...app, ...called })).toMatchObject({ ...called, available: 5 });
  await manager("POST", "/v1/licenses/import", { locationId: here, csv: "adamId,productType,quantity\n500,Book,x", dryRun: true });
  const transfer = { fromLocationId: here, toLocationId: id, adamId: app.adamId, quantity: 2 };
  expect(await manager("POST", "/v1/license-transfers", { ...transfer, dryRun: true })).toMatchObject({ possible: true, most: 5 });
  const moved = await manager("POST", "/v1/license-transfers", transfer);
  expect((await manager("GET", "/v1/license-transfers")).items).toMatchObject([{ id: moved.id, quantity: 2 }]);
  const targets = { serialNumbers: ["C02A"], clientUserIds: ["u"] };
  expect(await manager("POST", "/v1/assignments", { ...app, ...targets })).toMatchObject({ assigned: 2 });
  expect((await manager("GET", `/v1/assignments?locationId=${here}`)).items).toHaveLength(2);
  expect(await manager("POST", "/v1/assignments/removals", { ...app, serialNumbers: ["C02A"] })).toMatchObject({ unassigned: 1 });
  expect(await manager("POST", "/v1/assignments/retirements", { locationId: here, clientUserIds: ["u"] })).toEqual({
    unassigned: 1,
    retired: 0,
  });
  expect((await manager("GET", `/v1/licenses?locationId=${here}`)).items).toMatchObject([{ available: 3, assigned: 0, total: 3 }]);
  await manager("POST", "/v1/license-transfers", { fromLocationId: id, toLocationId: here, adamId: app.adamId, quantity: 2 });
  expect((await admin("DELETE", `/v1/locations/${id}`)).body.closedAt).toBeDefined();
});

test("the subscription begins and ends", async () => {
  expect((await admin("PUT", "/v1/subscription", { plan: "monthly", primaryInUse: true })).body.plan).toBe("monthly");
  await manager("GET", "/v1/subscription");
  expect((await admin("PUT", "/v1/subscription", { plan: "none" })).body.plan).toBe("none");
});

describe("MDM servers", () => {
  test("are registered, linked, fetch, fall into conflict, and are removed", async () => {
    const tokenId = idOf(await manager("POST", "/v1/content-tokens", { locationId: here }));
    const { body: fleet } = await admin("POST", "/v1/mdm-servers", { name: "Fleet", vendor: "fleet" });
    const { body: jamf } = await admin("POST", "/v1/mdm-servers", { name: "Jamf", vendor: "jamf-pro" });
    await admin("PATCH", `/v1/mdm-servers/${fleet.id}`, { name: "Fleet at headquarters" });
    await admin("POST", `/v1/mdm-servers/${jamf.id}/credential`, {});
    const { body: replaced } = await admin("POST", `/v1/mdm-servers/${fleet.id}/credential`, { revokeNow: true });
    const link = `/v1/mdm-servers/${fleet.id}/links/${tokenId}`;
    // The first time at a location it is an administrator's to link.
    await admin("PUT", link);
    await manager("DELETE", link);
    await manager("PUT", link);
    await admin("GET", `/v1/mdm-servers/${fleet.id}`);

    const call = callerOf(host.session.api, String(replaced.credential));
    const shown = await call("GET", "/v1/fetch/content-token", undefined, { accept: "application/json" });
    expect([shown.status, (await fetch(String(shown.body.url))).status]).toEqual([200, 200]);
    const led = await call("GET", `/v1/fetch/content-token?location=${here}`, undefined, { accept: "*/*" });
    expect([led.status, (await fetch(led.headers.get("location") ?? "")).status]).toEqual([303, 200]);
    const polled = await call("GET", "/v1/fetch/content-token", undefined, { "if-none-match": led.headers.get("etag") ?? "" });
    expect(polled.status).toBe(304);

    const { conflictId } = (await admin("PUT", `/v1/mdm-servers/${jamf.id}/links/${tokenId}`)).body;
    await admin("GET", "/v1/mdm-servers");
    await admin("GET", "/v1/conflicts");
    await manager("GET", `/v1/locations/${here}`);
    await admin("POST", `/v1/conflicts/${conflictId}/resolution`, { keptBy: fleet.id, reason: "Jamf is being phased out" });
    await admin("GET", "/v1/conflicts");
    await admin("GET", `/v1/content-tokens/${tokenId}`);
    expect((await admin("DELETE", `/v1/mdm-servers/${jamf.id}`)).body.removedAt).toBeDefined();
  });

  test("are known by what they say of themselves", async () => {
    const tokenId = idOf(await manager("POST", "/v1/content-tokens", { locationId: here }));
    const path = `/v1/content-tokens/${tokenId}/claims`;
    const mdmInfo = { id: "7f0c", name: "Intune", metadata: "tenant 4" };
    const { sightings, conflictId } = (await admin("POST", path, { mdmInfo })).body;
    const [{ mdmServerId = "" } = {}] = sightings as { mdmServerId: string }[];
    expect((await admin("POST", path, { mdmInfo })).body.conflictId).toBe(conflictId);
    expect((await admin("GET", `/v1/mdm-servers/${mdmServerId}`)).body).toMatchObject({ name: "Intune", mdmInfo });
    await admin("POST", `/v1/conflicts/${conflictId}/resolution`, { keptBy: mdmServerId, reason: "it was there all the time" });
    const { credential } = (await admin("POST", `/v1/mdm-servers/${mdmServerId}/credential`, {})).body;
    const call = callerOf(host.session.api, String(credential));
    expect((await call("GET", "/v1/fetch/content-token", undefined, { accept: "application/json" })).status).toBe(403);
    await admin("PUT", `/v1/mdm-servers/${mdmServerId}/links/${tokenId}`);
    expect((await call("GET", "/v1/fetch/content-token", undefined, { accept: "application/json" })).status).toBe(200);
  });
});

const ofDevices = operationsOf(document).filter(({ key }) => isOfDeviceApi(key));
const isRefused = ({ operation }: Listed): boolean => isAlwaysRefused(operation);
const isPage = ({ operation: { responses } }: Listed): boolean => JSON.stringify(responses["200"]).includes('"text/html"');
const isTokens = ({ operation }: Listed): boolean => operation.security.length > 0 || operation.requestBody !== undefined;

describe("the device API", () => {
  let text: string;
  let ask: Caller;
  const asked = async (key: string, body?: object) => {
    const [method = "", path = ""] = key.split(" ");
    const reply = await ask(method, path, body);
    expect([key, reply.status, reply.body.errorNumber]).toEqual([key, 200, undefined]);
    return reply.body;
  };
  const numberOf = async (...request: Parameters<Caller>) => (await ask(...request)).body.errorNumber;

  beforeAll(async () => {
    ({ text } = await issued(host.contentManager, here));
    ask = patiently(mdmCallerOf(host.session.api, text));
  });

  test("does what MDM servers ask for, and says how far it has come", async () => {
    const { mdmInfo } = await asked("POST /mdm/v2/client/config", { mdmInfo: { id: "0d2b", name: "Zentral", metadata: "tenant 1" } });
    expect(mdmInfo).toMatchObject({ id: "0d2b" });
    const users = [{ clientUserId: "u-1", email: "u-1@example.org", managedAppleId: "u-1@pretendco.example" }];
    await asked("POST /mdm/v2/users/create", { users });
    await asked("POST /mdm/v2/users/update", { users });
    const what = { assets: [{ adamId: "361309726" }], serialNumbers: ["C02B"] };
    const { eventId } = await asked("POST /mdm/v2/assets/associate", what);
    const status = await ask("GET", `/mdm/v2/status?eventId=${eventId}`);
    expect(status.body).toMatchObject({ eventType: "ASSOCIATE", numRequested: 1, mdmInfo });
    await asked("POST /mdm/v2/assets/disassociate", what);
    await asked("POST /mdm/v2/assets/revoke", { clientUserIds: ["u-1"] });
    await asked("POST /mdm/v2/users/retire", { users: [{ clientUserId: "u-1" }] });
    for (const path of ["/mdm/registerVPPUserSrv", "/mdm/v2/registerVPPUserSrv"]) {
      const registered = await asked(`POST ${path}`, { sToken: text, clientUserIdStr: "u-2" });
      expect(registered).toMatchObject({ status: 0, user: { clientUserIdStr: "u-2" } });
    }
    expect((await ask("GET", "/mdm/v2/lookup?id=361309726")).body.results).toMatchObject({ 361309726: { name: "Pages" } });
  });

  test("answers every read that needs nothing to be asked", async () => {
    const isFree = ({ operation: { parameters = [] } }: Listed): boolean => parameters.every(({ required }) => !required);
    const reads = ofDevices.filter((each) => each.key.startsWith("GET ") && isFree(each) && !isRefused(each));
    const [pages, others] = [reads.filter(isPage), reads.filter((each) => !isPage(each))];
    for (const { key } of others) await asked(key);
    for (const { path } of pages) await pageAt(host, path);
    expect(Math.min(others.length, pages.length * 3)).toBeGreaterThan(2);
  });

  test("refuses what is no token, and whatever is about subscriptions", async () => {
    const stranger = mdmCallerOf(host.session.api, "none");
    for (const each of ofDevices.filter(isTokens)) {
      const [method = "", path = ""] = each.key.split(" ");
      const body = method === "GET" ? undefined : { sToken: "none" };
      expect([each.key, (await stranger(method, path, body)).body.errorNumber]).toEqual([each.key, 9622]);
      if (isRefused(each)) expect([each.key, await numberOf(method, path)]).toEqual([each.key, 9811]);
    }
  });

  test("has a number for a path that there is not, a method that it does not have, and a body of another kind", async () => {
    expect(await numberOf("GET", "/mdm/v2/nothing")).toBe(9634);
    expect(await numberOf("PUT", "/mdm/v2/users")).toBe(9726);
    expect(await numberOf("POST", "/mdm/v2/users/create", { users: [] }, { "content-type": "text/plain" })).toBe(9727);
    expect(await numberOf("GET", "/mdm/v2/users/", undefined, { authorization: "none" })).toBe(9722);
  });

  test("was answered by every route with what it is for", () => {
    const left = ofDevices.filter((each) => !mdmAnswered.has(`${each.key} ${isRefused(each) ? 9811 : 200}`));
    expect(left.map(({ key }) => key)).toEqual([]);
  });
});

test("the custody log has all of it", async () => {
  const { body } = await admin("GET", "/v1/custody-log?limit=100");
  expect((body.items as unknown[]).length).toBeGreaterThan(20);
});

test("what is open answers anybody", async () => {
  const anybody = callerOf(host.session.api, "");
  expect((await anybody("GET", "/v1/health")).body).toEqual({ status: "ok" });
  expect((await anybody("GET", "/v1/openapi.json")).body).toEqual(document);
});

const operations = operationsOf(document).filter(({ key }) => !isOfDeviceApi(key));
const isPeoples = ({ operation }: (typeof operations)[number]): boolean => operation.security[0]?.account !== undefined;
const nobody = (path: string): string => path.replace(/\{\w+\}/g, `loc_${"0".repeat(26)}`);

test("what nobody asks for is refused on every route", async () => {
  const server = callerOf(host.session.api, "mdmc_none");
  for (const { key, path, operation } of operations.filter(({ operation: { security } }) => security.length > 0)) {
    const [method = ""] = key.split(" ");
    const call = operation.security[0]?.account === undefined ? server : host.administrator;
    const { status } =
      method === "GET" ? await call(method, `${nobody(path)}?nobody=asked`) : await call(method, nobody(path), { nobody: "asked" });
    expect([key, status]).toEqual([key, call === server ? 401 : 400]);
  }
});

test("every route was answered with every status of success, and with a refusal where there is one", () => {
  const left = operations.flatMap(({ key, operation: { responses, security } }) => {
    const successes = Object.keys(responses).filter((status) => Number(status) < 400);
    const unseen = successes.filter((status) => !answered.has(`${key} ${status}`));
    const isRefused = [...answered].some((each) => each.startsWith(`${key} 4`));
    return [...unseen.map((status) => `${key} ${status}`), ...(isRefused || security.length === 0 ? [] : [`${key} 4xx`])];
  });
  expect(operations.length).toBeGreaterThan(30);
  expect(left).toEqual([]);
});

test("what the document says is for content managers, one could do", () => {
  const told = operations.filter((each) => isPeoples(each) && each.operation.security[0]?.account?.[0] === "content-manager");
  expect([...byManager].toSorted()).toEqual(told.map(({ key }) => key).toSorted());
});

test("nothing of it was a failure of the service", () => {
  expect(host.errors).toEqual([]);
});
