// What MDM servers are told at the address that they chose, as it comes to them: through the queue, by the function that has no rights.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../local/demo/narrator.ts";
import { type Answered, serve, type TestServer } from "../support/http/http.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { askedOddly, must, numbered, type Place, placeOf } from "./mdm-scene.ts";

const APP = "408709785";
const CONFIG = "/mdm/v2/client/config";
const AUTH_TOKEN = "an authentication token that only they know";
const TYPES = ["TEST_NOTIFICATION", "ASSET_MANAGEMENT", "USER_MANAGEMENT", "USER_ASSOCIATED", "ASSET_COUNT"];

type Told = {
  readonly notificationType: string;
  readonly notificationId: string;
  readonly uId: string;
  readonly notification: Record<string, unknown>;
};

let host: Host;
let answer: Answered = { status: 204 };
let servers: TestServer[] = [];
let place: Place;
let another: Place;
const subscriber = (of: Place): TestServer => {
  const server = servers[of === place ? 0 : 1];
  if (server === undefined) throw new Error("there is no such subscriber");
  return server;
};
const told = (of: Place): Told[] => subscriber(of).asked.map(({ body }) => JSON.parse(body));
const toldOf = (of: Place, type: string): Told["notification"][] =>
  told(of).flatMap(({ notificationType, notification }) => (notificationType === type ? [notification] : []));
/** What was told of that type, once there are so many of them. */
const soon = async (of: Place, type: string, count: number): Promise<Told["notification"][]> => {
  await eventually(() => (toldOf(of, type).length >= count ? true : undefined));
  return toldOf(of, type);
};
const subscribe = (of: Place, notificationTypes: readonly string[]) =>
  of.mdm("POST", CONFIG, { notificationUrl: `${subscriber(of).url}/notify`, notificationAuthToken: AUTH_TOKEN, notificationTypes });
const forget = (): void => {
  for (const { asked } of servers) asked.splice(0);
};

beforeAll(async () => {
  host = await startHost();
  servers = await Promise.all([serve(() => answer), serve(() => ({ status: 200, body: "taken" }))]);
  [place, another] = [await placeOf(host, "Springfield"), await placeOf(host, "Shelbyville")];
  await place.acquire(APP, 200);
});
afterAll(async () => {
  expect(host.errors).toEqual([]);
  await removeHost(host);
  for (const server of servers) await server.close();
});

describe("where an MDM server wants to be told", () => {
  test("is called before it is accepted, and echoed with its authentication token", async () => {
    const { uId, subscribedNotificationTypes } = must(await place.mdm("GET", CONFIG), 200);
    expect(subscribedNotificationTypes).toEqual([]);
    const config = must(await subscribe(place, TYPES), 200);
    const { url, asked } = subscriber(place);
    expect(config).toMatchObject({
      notificationUrl: `${url}/notify`,
      notificationAuthToken: AUTH_TOKEN,
      subscribedNotificationTypes: TYPES,
    });
    expect(must(await place.mdm("GET", CONFIG), 200)).toEqual(config);
    const headers = { authorization: `Bearer ${AUTH_TOKEN}`, "content-type": "application/json" };
    expect(asked).toMatchObject([{ method: "POST", path: "/notify", headers }]);
    const notificationId = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(told(place)).toEqual([{ notification: {}, notificationId, notificationType: "TEST_NOTIFICATION", uId }]);
    expect(must(await subscribe(another, ["ASSET_COUNT"]), 200)).toMatchObject({ subscribedNotificationTypes: ["ASSET_COUNT"] });
  });

  test.each<[string, number]>([
    ["status_5xx", 500],
    ["status_4xx", 404],
    ["status_3xx", 302],
    ["unreachable", 0],
  ])("is refused when it does not take the call (%s), and the one before stays", async (why, status) => {
    const before = must(await place.mdm("GET", CONFIG), 200);
    answer = { status, headers: { location: `${subscriber(another).url}/elsewhere` } };
    forget();
    const notificationUrl = status === 0 ? "http://127.0.0.1:1/new" : `${subscriber(place).url}/new`;
    const mdmInfo = { id: "new", name: "New", metadata: "m" };
    const asked = { mdmInfo, notificationUrl, notificationAuthToken: "new", notificationTypes: [] };
    const refused = await place.mdm("POST", CONFIG, asked);
    answer = { status: 204 };
    expect([refused.status, refused.body]).toEqual([400, { errorNumber: 9728, errorMessage: expect.stringContaining(why) }]);
    expect(servers.flatMap((server) => server.asked.map(({ path }) => path))).toEqual(status === 0 ? [] : ["/new"]);
    expect(must(await place.mdm("GET", CONFIG), 200)).toEqual(before);
  });

  test("is kept when something else is said, without another call", async () => {
    forget();
    const mdmInfo = { id: "7f0c", name: "Fleet", metadata: "m" };
    const config = must(await place.mdm("POST", CONFIG, { mdmInfo }), 200);
    expect(config).toMatchObject({ mdmInfo, notificationAuthToken: AUTH_TOKEN, subscribedNotificationTypes: TYPES });
    expect(told(place)).toEqual([]);
  });
});

type Assigned = { readonly adamId: string; readonly pricingParam: string; readonly serialNumber?: string; readonly clientUserId?: string };
const assignmentsOf = (notifications: readonly Told["notification"][], result: string): Assigned[] =>
  notifications.filter((each) => each.result === result).flatMap(({ assignments }) => assignments as Assigned[]);

describe("what an MDM server is told", () => {
  test("ASSET_MANAGEMENT: what was done and what failed, each once, at most 100 in one and with one error", async () => {
    forget();
    const serialNumbers = numbered("C", 250);
    const { body: asked } = await place.mdm("POST", "/mdm/v2/assets/associate", { assets: [{ adamId: APP }], serialNumbers });
    const count = () => toldOf(place, "ASSET_MANAGEMENT").reduce((sum, { assignments }) => sum + (assignments as object[]).length, 0);
    await eventually(() => (count() >= 250 ? true : undefined));
    const notifications = toldOf(place, "ASSET_MANAGEMENT");
    expect(Math.max(...notifications.map(({ assignments }) => (assignments as object[]).length))).toBeLessThanOrEqual(100);
    const done = { eventId: asked.eventId, result: "SUCCESS", type: "ASSOCIATE", assignments: expect.any(Array) };
    const error = { errorNumber: 9709, errorMessage: expect.any(String) };
    for (const each of notifications) expect(each).toEqual(each.result === "SUCCESS" ? done : { ...done, result: "FAILURE", error });
    const [given, missed] = [assignmentsOf(notifications, "SUCCESS"), assignmentsOf(notifications, "FAILURE")];
    expect([given.length, missed.length]).toEqual([200, 50]);
    const expected = serialNumbers.map((serialNumber) => ({ adamId: APP, pricingParam: "STDQ", serialNumber }));
    expect([...given, ...missed].toSorted(bySerial)).toEqual(expected.toSorted(bySerial));
  });

  test("of DISASSOCIATE and REVOKE too", async () => {
    forget();
    await place.done("assets/disassociate", { assets: [{ adamId: APP }], serialNumbers: ["C1"] });
    await place.done("assets/revoke", { serialNumbers: ["C2"] });
    const of = (type: string, serialNumber: string) => ({
      eventId: expect.any(String),
      result: "SUCCESS",
      type,
      assignments: [{ adamId: APP, pricingParam: "STDQ", serialNumber }],
    });
    expect((await soon(place, "ASSET_MANAGEMENT", 2)).toSorted(byType)).toEqual([of("DISASSOCIATE", "C1"), of("REVOKE", "C2")]);
  });

  test("what people assign, take back and retire: by an event id that no job has", async () => {
    await place.done("users/create", { users: [{ clientUserId: "dora" }] });
    // The notification of the creation must not arrive later.
    await soon(place, "USER_MANAGEMENT", 1);
    forget();
    const asPerson = async (path: string, body: object) =>
      must(await host.administrator("POST", `/v1/assignments${path}`, { locationId: place.locationId, ...body }), 200);
    await asPerson("/removals", { adamId: APP, serialNumbers: ["C3"] });
    await asPerson("", { adamId: APP, clientUserIds: ["dora"] });
    await asPerson("/retirements", { clientUserIds: ["dora"] });
    const of = (type: string, target: object) => ({
      eventId: expect.any(String),
      result: "SUCCESS",
      type,
      assignments: [{ adamId: APP, pricingParam: "STDQ", ...target }],
    });
    const notified = await soon(place, "ASSET_MANAGEMENT", 3);
    expect(notified).toHaveLength(3);
    expect(notified).toEqual(
      expect.arrayContaining([
        of("DISASSOCIATE", { serialNumber: "C3" }),
        of("ASSOCIATE", { clientUserId: "dora" }),
        of("DISASSOCIATE", { clientUserId: "dora" }),
      ]),
    );
    const [retired] = await soon(place, "USER_MANAGEMENT", 1);
    expect(retired).toMatchObject({ type: "RETIRE", result: "SUCCESS", users: [{ clientUserId: "dora", status: "Retired" }] });
    const { status, body } = await place.mdm("GET", `/mdm/v2/status?eventId=${retired?.eventId}`);
    expect([status, body.errorNumber]).toEqual([400, 9708]);
  });

  test("USER_MANAGEMENT and USER_ASSOCIATED", async () => {
    forget();
    const anna = { clientUserId: "anna", email: "anna@example.org", managedAppleId: "anna@appleid.example.org" };
    await place.done("users/create", { users: [anna, { clientUserId: "ben" }] });
    await place.done("users/retire", { users: [{ clientUserId: "ben" }, { clientUserId: "nobody" }] });
    const shown = { clientUserId: "anna", email: "anna@example.org", idHash: expect.any(String), status: "Associated" };
    const ben = { clientUserId: "ben", inviteCode: expect.any(String) };
    const eventId = expect.any(String);
    expect(await soon(place, "USER_MANAGEMENT", 3)).toEqual(
      expect.arrayContaining([
        { eventId, result: "SUCCESS", type: "CREATE", users: [shown, { ...ben, status: "Registered" }] },
        { eventId, result: "SUCCESS", type: "RETIRE", users: [{ ...ben, status: "Retired" }] },
        {
          eventId,
          result: "FAILURE",
          type: "RETIRE",
          users: [{ clientUserId: "nobody" }],
          error: { errorNumber: 9609, errorMessage: expect.any(String) },
        },
      ]),
    );
    expect(await soon(place, "USER_ASSOCIATED", 1)).toEqual([{ associatedUsers: [shown] }]);

    const body = JSON.stringify({ sToken: place.text, clientUserIdStr: "byod", managedAppleIDStr: "byod@example.org" });
    must(await askedOddly(host, "POST", "/mdm/registerVPPUserSrv", { headers: { "content-type": "application/json" }, body }), 200);
    expect((await soon(place, "USER_ASSOCIATED", 2))[1]).toMatchObject({
      associatedUsers: [{ clientUserId: "byod", status: "Associated" }],
    });
  });

  test("ASSET_COUNT: of what was acquired, and of a transfer on both sides, each under an id of its own", async () => {
    forget();
    await place.acquire(APP, 7);
    expect(await soon(place, "ASSET_COUNT", 1)).toEqual([{ adamId: APP, countDelta: 7, pricingParam: "STDQ" }]);
    const transfer = { fromLocationId: place.locationId, toLocationId: another.locationId, adamId: APP, quantity: 3 };
    must(await host.administrator("POST", "/v1/license-transfers", transfer), 201);
    expect((await soon(place, "ASSET_COUNT", 2))[1]).toEqual({ adamId: APP, countDelta: -3, pricingParam: "STDQ" });
    expect(await soon(another, "ASSET_COUNT", 1)).toEqual([{ adamId: APP, countDelta: 3, pricingParam: "STDQ" }]);
    expect(new Set([...told(place), ...told(another)].map(({ notificationId }) => notificationId)).size).toBe(3);
    const uIds = await Promise.all([place, another].map(async ({ mdm }) => (await mdm("GET", CONFIG)).body.uId));
    expect([place, another].map((each) => [...new Set(told(each).map(({ uId }) => uId))])).toEqual(uIds.map((uId) => [uId]));
  });

  test("nothing that it did not ask for: another type, or another location's", async () => {
    forget();
    await another.done("users/create", { users: [{ clientUserId: "carla", managedAppleId: "carla@example.org" }] });
    await another.done("assets/associate", { assets: [{ adamId: APP }], clientUserIds: ["carla"] });
    // What comes after it has come.
    await another.acquire(APP, 1);
    expect(await soon(another, "ASSET_COUNT", 1)).toHaveLength(1);
    expect([told(another).length, told(place)]).toEqual([1, []]);
  });

  test("nothing any more once it asks for nothing", async () => {
    must(await place.mdm("POST", CONFIG, { notificationTypes: [] }), 200);
    forget();
    await place.done("users/update", { users: [{ clientUserId: "anna", email: "a@example.org" }] });
    await place.acquire(APP, 1);
    await another.acquire(APP, 1);
    await soon(another, "ASSET_COUNT", 1);
    expect(told(place)).toEqual([]);
  });
});

test("what it wants to be shown is nowhere in the records or logs", async () => {
  const logs = readdirSync(join(host.directory, "log")).map((name) => readFileSync(join(host.directory, "log", name), "utf8"));
  const everything = `${JSON.stringify(await host.records())}${logs.join("")}`;
  expect(everything).toContain(`${subscriber(place).url}/notify`);
  for (const secret of [AUTH_TOKEN, Buffer.from(AUTH_TOKEN).toString("base64"), place.text])
    expect(everything.includes(secret)).toBe(false);
});

const bySerial = (one: Assigned, other: Assigned): number => `${one.serialNumber}`.localeCompare(`${other.serialNumber}`);
const byType = (one: Told["notification"], other: Told["notification"]): number => `${one.type}`.localeCompare(`${other.type}`);
