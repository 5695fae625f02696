// Every number that the device management API refuses with: how an MDM server comes by it, and what it is answered then. Statuses are those of Apple's table,
// "Handling error responses", and for the numbers that it lacks, of decision 0016.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MDM_ERRORS } from "../../domain/device-api/mdm-error.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { askedOddly, must, numbered, type Place, placeOf, setByHand } from "./mdm-scene.ts";

const [APP, BOOK, SCARCE] = ["408709785", "1118509401", "361309726"];
const V2 = "/mdm/v2";

let host: Host;
let place: Place;
let another: Place;
beforeAll(async () => {
  host = await startHost();
  [place, another] = [await placeOf(host, "Springfield"), await placeOf(host, "Shelbyville")];
  await place.acquire(APP, 5);
  await place.acquire(BOOK, 5, { productType: "Book" });
  await place.acquire(SCARCE, 1);
  await place.done("users/create", { users: [{ clientUserId: "anna", managedAppleId: "anna@appleid.example.org" }] });
});
afterAll(async () => {
  expect(host.errors).toEqual([]);
  await removeHost(host);
});

/** All others are answered with 400. */
const STATUSES: Readonly<Record<number, number>> = {
  9603: 500,
  9621: 401,
  9622: 200,
  9625: 401,
  9634: 410,
  9637: 403,
  9645: 403,
  9646: 429,
  9722: 401,
  9726: 405,
  9727: 415,
};

type Asked = { readonly body?: object | string; readonly bearer?: string; readonly headers?: Record<string, string> };

const ask = (route: string, { body, bearer = place.text, headers = {} }: Asked = {}) => {
  const [method = "", path = ""] = route.split(" ");
  const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  return askedOddly(host, method, path.startsWith("/") ? path : `${V2}/${path}`, {
    headers: { authorization: `Bearer ${bearer}`, ...type, ...headers },
    ...sent,
  });
};

const assets = (...adamIds: (string | undefined)[]) => adamIds.map((adamId) => ({ adamId }));
const users = (...clientUserIds: string[]) => clientUserIds.map((clientUserId) => ({ clientUserId }));
const TO_DEVICE = { assets: assets(APP), serialNumbers: ["C02A"] };
const INFO = { id: "7f0c", name: "Fleet", metadata: "fleet.example.org" };
const NOTIFY = { notificationUrl: "https://mdm.example.org/notify", notificationAuthToken: "t" };
/** Nobody listens on this port, which is reserved. */
const NOBODY_THERE = { ...NOTIFY, notificationUrl: "http://127.0.0.1:1/notify" };
const CONFIG = "POST client/config";
const ASSOCIATE = "POST assets/associate";
const bookInfo = { assets: [{ adamId: BOOK, pricingParam: "STDQ" }] };

const REFUSED: readonly [errorNumber: number, how: string, route: string, asked?: Asked, errorInfo?: object][] = [
  [9602, "a body that is no JSON", ASSOCIATE, { body: "{" }],
  [9602, "a body that is no object", ASSOCIATE, { body: "[]" }],
  [
    9602,
    "a body of more than two million characters",
    ASSOCIATE,
    { body: JSON.stringify({ ...TO_DEVICE, pad: "x".repeat(4 * 1024 * 1024) }) },
  ],
  [9602, "a field of another type", ASSOCIATE, { body: { ...TO_DEVICE, serialNumbers: "C02A" } }],
  [9602, "an Adam ID that is none", ASSOCIATE, { body: { ...TO_DEVICE, assets: assets("pages") } }],
  [9602, "a quality that there is not", ASSOCIATE, { body: { ...TO_DEVICE, assets: [{ adamId: APP, pricingParam: "BEST" }] } }],
  [9602, "a page index that is no number", "GET assets?pageIndex=first"],
  [9602, "a status without an event", "GET status"],
  [9602, "a notification type that there is not", CONFIG, { body: { notificationTypes: ["EVERYTHING"] } }],
  [9602, "an authentication token that can be in no header", CONFIG, { body: { ...NOTIFY, notificationAuthToken: "a\nb" } }],
  [9602, "who is active and retired", "GET users?activeOnly=true&retiredOnly=true"],
  [9622, "a bearer that is no token", "GET assets", { bearer: "nonsense" }],
  [9634, "a path that there is not", "GET nothing"],
  [9650, "a page behind the last", "GET assets?pageIndex=1"],
  [9650, "a page before the first", "GET assignments?pageIndex=-1"],
  [9650, "a page of users behind the last", "GET users?pageIndex=1"],
  [9700, "26 assets", ASSOCIATE, { body: { ...TO_DEVICE, assets: assets(...numbered("1", 26)) } }],
  [9700, "201 names", `GET lookup?id=${numbered("1", 201)}`],
  [9701, "1,001 users", ASSOCIATE, { body: { ...TO_DEVICE, clientUserIds: numbered("u", 1001) } }],
  [9701, "101 users who are to give back everything", "POST assets/revoke", { body: { clientUserIds: numbered("u", 101) } }],
  [9702, "1,001 devices", "POST assets/disassociate", { body: { ...TO_DEVICE, serialNumbers: numbered("C", 1001) } }],
  [9702, "101 devices that are to give back everything", "POST assets/revoke", { body: { serialNumbers: numbered("C", 101) } }],
  [
    9703,
    "an asset twice, once by its default",
    ASSOCIATE,
    { body: { ...TO_DEVICE, assets: [{ adamId: APP }, { adamId: APP, pricingParam: "STDQ" }] } },
  ],
  [9704, "a user twice", ASSOCIATE, { body: { ...TO_DEVICE, clientUserIds: ["anna", "anna"] } }],
  [9705, "a device twice", "POST assets/revoke", { body: { serialNumbers: ["C02A", "C02A"] } }],
  [
    9706,
    "a book that is to come back",
    "POST assets/disassociate",
    { body: { assets: assets(APP, BOOK), clientUserIds: ["anna"] } },
    bookInfo,
  ],
  [9707, "a book for a device", ASSOCIATE, { body: { assets: assets(APP, BOOK), serialNumbers: ["C02A"] } }, bookInfo],
  [9708, "an event that there is not", "GET status?eventId=0b1f9b9e-9d0c-4a5b-8a0f-5d6d2f0e7a11"],
  [9708, "an event that can't be one", "GET status?eventId=nonsense"],
  [9710, "where to notify, without an authentication token", CONFIG, { body: { notificationUrl: NOTIFY.notificationUrl } }],
  [9710, "an authentication token alone", CONFIG, { body: { notificationAuthToken: "t" } }],
  [9711, "a long URL", CONFIG, { body: { ...NOTIFY, notificationUrl: `https://mdm.example.org/${"x".repeat(512)}` } }],
  [9711, "a long authentication token", CONFIG, { body: { ...NOTIFY, notificationAuthToken: "x".repeat(513) } }],
  [9712, "a URL without TLS", CONFIG, { body: { ...NOTIFY, notificationUrl: "http://mdm.example.org/notify" } }],
  [9712, "a URL with a query", CONFIG, { body: { ...NOTIFY, notificationUrl: "https://mdm.example.org/notify?a=b" } }],
  [9712, "an address of the inner network", CONFIG, { body: { ...NOTIFY, notificationUrl: "https://169.254.169.254/latest" } }],
  [9713, "long metadata", CONFIG, { body: { mdmInfo: { ...INFO, metadata: "x".repeat(256) } } }],
  [9714, "101 users", "POST users/create", { body: { users: users(...numbered("u", 101)) } }],
  [9715, "a user named twice", "POST users/retire", { body: { users: users("anna", "ben", "anna") } }, { clientUserIds: ["anna"] }],
  [
    9717,
    "an e-mail address that is none",
    "POST users/update",
    { body: { users: [{ clientUserId: "anna", email: "anna" }] } },
    { clientUserIds: ["anna"] },
  ],
  [9718, "no asset", ASSOCIATE, { body: { serialNumbers: ["C02A"] } }],
  [9719, "nobody to give it to", ASSOCIATE, { body: { assets: assets(APP), clientUserIds: [], serialNumbers: null } }],
  [9720, "no user", "POST users/create", { body: { users: [] } }],
  [9721, "a version of assignments that was never given", "GET assignments?sinceVersionId=nonsense"],
  [9721, "a version of users that was never given", "GET users?sinceVersionId=a1d6e4f0-0000-11f1-8000-000000000000"],
  [9722, "a scheme that is another one", "GET assets", { headers: { authorization: "Basic YTpi" } }],
  [9722, "a bearer without a token", "GET assets", { headers: { authorization: "Bearer " } }],
  [9723, "who it is, in part", CONFIG, { body: { mdmInfo: { id: "7f0c", name: "Fleet" } } }],
  [9723, "who it is, with an empty text", CONFIG, { body: { mdmInfo: { ...INFO, metadata: "" } } }],
  [9724, "a long id", CONFIG, { body: { mdmInfo: { ...INFO, id: "x".repeat(101) } } }],
  [9725, "a long name", CONFIG, { body: { mdmInfo: { ...INFO, name: "x".repeat(101) } } }],
  [9726, "a method that the path does not know", "DELETE assets"],
  [9726, "a GET where something is asked for", "GET assets/associate"],
  [9727, "a form", ASSOCIATE, { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }],
  [9727, "JSON that calls itself text", "POST users/create", { body: { users: [] }, headers: { "content-type": "text/plain" } }],
  [9728, "an address where nobody is", CONFIG, { body: NOBODY_THERE }],
];

const expectRefused = ({ status, body, headers }: Awaited<ReturnType<typeof ask>>, errorNumber: number, errorInfo?: object): void => {
  const [, message] = MDM_ERRORS[errorNumber as keyof typeof MDM_ERRORS];
  expect([status, body]).toEqual([
    STATUSES[errorNumber] ?? 400,
    { errorNumber, errorMessage: expect.stringContaining(message), ...(errorInfo === undefined ? {} : { errorInfo }) },
  ]);
  expect([headers.get("content-type"), headers.get("retry-after")]).toEqual(["application/json", null]);
};

test.each<[errorNumber: number, method: string, path: string]>([
  [9634, "GET", "/mdm/VPPServiceConfigSrv"],
  [9634, "POST", "/mdm/VPPClientConfigSrv"],
  [9634, "POST", "/mdm/getVPPLicensesSrv"],
  [9634, "POST", "/mdm/v2/manageVPPLicensesByAdamIdSrv/"],
  [9726, "GET", "/mdm/registerVPPUserSrv"],
  [9726, "DELETE", "/mdm/v2/registerVPPUserSrv"],
])("%s: %s %s is refused as version 1 does, with status 200 and -1 in the body", async (errorNumber, method, path) => {
  const { status, body } = await ask(`${method} ${path}`, method === "POST" ? { body: {} } : {});
  expect([status, body]).toEqual([200, { status: -1, errorNumber, errorMessage: expect.any(String) }]);
});

describe("refused at once, and nothing is done", () => {
  test.each(REFUSED)("%s: %s", async (errorNumber, _, route, asked, errorInfo) => {
    expectRefused(await ask(route, asked), errorNumber, errorInfo);
  });

  test("9708, 9721: what is another location's", async () => {
    const { eventId } = must(await another.mdm("POST", `${V2}/assets/revoke`, { serialNumbers: ["C02A"] }), 200);
    expectRefused(await ask(`GET status?eventId=${eventId}`), 9708);
    for (const list of ["users", "assignments"]) {
      const { versionId } = must(await another.mdm("GET", `${V2}/${list}`), 200);
      expectRefused(await ask(`GET ${list}?sinceVersionId=${versionId}`), 9721);
    }
  });

  test("none of it left a trace in the lists or in the configuration", async () => {
    expect(must(await place.mdm("GET", `${V2}/assignments`), 200).assignments).toEqual([]);
    expect(must(await place.mdm("GET", `${V2}/users`), 200).users).toMatchObject([{ clientUserId: "anna", status: "Associated" }]);
    const config = must(await place.mdm("GET", `${V2}/client/config`), 200);
    expect(Object.keys(config)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(mdmInfo|notification)/)]));
  });
});

const ACCOUNT = { managedAppleId: "Anna@appleid.example.org" };
const TOLD: readonly [errorNumber: number, endpoint: string, body: object, errorInfo: object][] = [
  [9609, "assets/associate", { assets: assets(APP), clientUserIds: ["anna", "nobody"] }, { clientUserIds: ["nobody"] }],
  [9609, "users/retire", { users: users("nobody") }, { clientUserIds: ["nobody"] }],
  [9641, "users/create", { users: [{ clientUserId: "ben", ...ACCOUNT }] }, { clientUserIds: ["ben"] }],
  [
    9709,
    "assets/associate",
    { assets: assets(SCARCE), serialNumbers: ["C02A", "C02B"] },
    { assets: [{ adamId: SCARCE, pricingParam: "STDQ" }], serialNumbers: ["C02B"] },
  ],
  [
    9709,
    "assets/associate",
    { assets: assets("1"), serialNumbers: ["C02A"] },
    { assets: [{ adamId: "1", pricingParam: "STDQ" }], serialNumbers: ["C02A"] },
  ],
  [9716, "users/create", { users: users("anna") }, { clientUserIds: ["anna"] }],
];
test.each(TOLD)("%s is told of the work: %s", async (errorNumber, endpoint, body, errorInfo) => {
  const { eventStatus, failures } = await place.done(endpoint, body);
  expect([eventStatus, failures]).toEqual(["FAILED", [{ errorNumber, errorMessage: expect.any(String), errorInfo }]]);
});

const SUBSCRIPTIONS = [
  "POST enable",
  "POST disable",
  "GET ",
  "GET assignments",
  "POST associate",
  "POST disassociate",
  "GET admins",
  "POST admins/add",
  "POST admins/remove",
];
test.each(SUBSCRIPTIONS)("9811: subscriptions are not managed here: %s", async (route) => {
  const path = route.replace(" ", " subscriptions/");
  // Some of them have no body, and so no Content-Type.
  for (const body of route.startsWith("GET") ? [undefined] : [undefined, { adamIds: [1], clientUserIds: ["anna"] }])
    expectRefused(await ask(path, { bearer: another.text, ...(body === undefined ? {} : { body }) }), 9811);
});

test("9603: what fails here is told to the log alone, and nobody is asked to come again", async () => {
  const damaged = await placeOf(host, "Ogdenville");
  await setByHand(host, { pk: `LOC#${damaged.locationId}`, sk: "CLIENTCONFIG" }, "notificationTypes", "damaged");
  const reply = await ask("GET assets", { bearer: damaged.text });
  expectRefused(reply, 9603);
  expect(reply.body.errorMessage).toBe("Internal error");
});

test("9646: one location's burst is refused in part, at most 15 a second go through, and no other location waits for it", async () => {
  const busy = await placeOf(host, "Capital City");
  const once = () => fetch(`${host.session.api}${V2}/users`, { headers: { authorization: `Bearer ${busy.text}` } });
  const replies: Response[] = [];
  // A machine that is slow enough answers 40 in three seconds.
  for (let burst = 0; burst < 10 && !replies.some(({ status }) => status === 429); burst++)
    replies.push(...(await Promise.all(Array.from({ length: 40 }, once))));
  const refused = replies.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const reply of refused.slice(0, 3)) {
    expect(await reply.json()).toEqual({ errorNumber: 9646, errorMessage: expect.any(String) });
    expect(reply.headers.get("retry-after")).toBe("1");
  }
  const seconds = (await host.records()).filter(({ pk }) => pk === `RATE#${busy.locationId}`).map(({ asked }) => Number(asked));
  expect(Math.max(...seconds)).toBeLessThanOrEqual(15);
  expect(seconds.reduce((sum, each) => sum + each, 0)).toBe(replies.filter(({ status }) => status === 200).length);
  expect(replies.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
});

/** Held by mdm-bearers.test.ts. */
const OF_BEARERS = [9621, 9622, 9625, 9637, 9645, 9722];

/** Why they can't be provoked from outside. */
const UNPROVOKED: Readonly<Record<number, string>> = {
  9643: "it takes others who change the very same records five times in a row, or a posting that is crowded out for as long as the SDK tries",
};

test("every number is either provoked or said why it can't be", () => {
  const provoked = [...REFUSED, ...TOLD].map(([errorNumber]) => errorNumber);
  const told = [...new Set([...provoked, ...OF_BEARERS, 9603, 9646, 9811, ...Object.keys(UNPROVOKED).map(Number)])].toSorted();
  expect(told).toEqual(Object.keys(MDM_ERRORS).map(Number).toSorted());
  expect(provoked.filter((errorNumber) => errorNumber in UNPROVOKED)).toEqual([]);
});
