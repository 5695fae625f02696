// Every endpoint of the device management API as MDM servers ask it: what is answered, and that the records follow. Requests are Apple's samples and those
// that open-source clients send.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { INVITATION_PAGE } from "../../functions/device-api/invitation-page.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { APP, BOOK, CYCLE, FLEETS, OTHER } from "./mdm-cycle.ts";
import { askedOddly, issued, must, type Place, pageAt, placeOf, revoke } from "./mdm-scene.ts";

const V2 = "/mdm/v2";

let host: Host;
let place: Place;
let registering: Place;
beforeAll(async () => {
  host = await startHost();
  place = await placeOf(host, "Springfield");
  registering = await placeOf(host, "Shelbyville");
  await place.acquire(APP, 20, { supportedPlatforms: ["iOS", "macOS"] });
  await place.acquire(OTHER, 9);
  await place.acquire(BOOK, 5, { productType: "Book", pricingParam: "PLUS" });
});
afterAll(async () => {
  expect(host.errors).toEqual([]);
  await removeHost(host);
});

/** What every answer to a token bears. */
const BORNE = {
  uId: expect.stringMatching(/^\d{16}$/),
  tokenExpirationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/),
};
const PAGE = { ...BORNE, currentPageIndex: 0, totalPages: 1, versionId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
const CONFIG = {
  ...BORNE,
  countryISO2ACode: "US",
  defaultPlatform: "enterprisestore",
  locationName: "Springfield",
  subscribedNotificationTypes: [],
  websiteURL: "https://business.apple.com",
};
const asset = (adamId: string, available: number, over: object = {}) => ({
  adamId,
  pricingParam: "STDQ",
  productType: "App",
  deviceAssignable: true,
  revocable: true,
  supportedPlatforms: ["iOS"],
  availableCount: available,
  assignedCount: 0,
  retiredCount: 0,
  totalCount: available,
  ...over,
});
const BOOKS = asset(BOOK, 5, { pricingParam: "PLUS", productType: "Book", deviceAssignable: false, revocable: false });
const ALL = [asset(OTHER, 9), asset(APP, 20, { supportedPlatforms: ["iOS", "macOS"] }), BOOKS];

const sorted = (body: Record<string, unknown>) => {
  const assets = (body.assets ?? []) as { adamId: string }[];
  return assets.length === 0 ? body : { ...body, assets: assets.toSorted((one, other) => Number(one.adamId) - Number(other.adamId)) };
};

describe("before anything is assigned", () => {
  test.each<[string, object]>([
    ["client/config", CONFIG],
    ["client/config/", CONFIG],
    ["assets", { ...PAGE, assets: ALL, size: 3 }],
    ["assets?pageIndex=0", { ...PAGE, assets: ALL, size: 3 }],
    ["assets?productType=Book", { ...PAGE, assets: [BOOKS], size: 1 }],
    ["assets?pricingParam=PLUS&adamId=1118509401", { ...PAGE, assets: [BOOKS], size: 1 }],
    ["assets?revocable=false", { ...PAGE, assets: [BOOKS], size: 1 }],
    ["assets?deviceAssignable=true&maxAvailableCount=9&minAvailableCount=9", { ...PAGE, assets: ALL.slice(0, 1), size: 1 }],
    ["assets?minAssignedCount=0&maxAssignedCount=0&unlimited=false", { ...PAGE, assets: ALL, size: 3 }],
    ["assets?unlimited=true&adamId=1118509401", { ...PAGE, assets: [BOOKS], unlimitedAssets: [], size: 1 }],
    ["assets?minAssignedCount=1", { ...PAGE, assets: [], size: 0 }],
    ["assignments", { ...PAGE, assignments: [], size: 0 }],
    ["users", { ...PAGE, users: [], size: 0 }],
    ["users?includeRetired=0", { ...PAGE, users: [], size: 0 }],
    ["users?managedAppleId=", { ...PAGE, users: [], size: 0 }],
    ["lookup?id=408709785", { ...BORNE, results: {}, version: 2 }],
  ])("GET %s", async (path, body) => {
    const reply = await place.mdm("GET", `${V2}/${path}`);
    expect([reply.status, sorted(reply.body)]).toEqual([200, body]);
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });

  test("POST client/config: what is set is echoed, in every answer from then on, and null changes nothing", async () => {
    expect(must(await place.mdm("POST", `${V2}/client/config`, { mdmInfo: null, notificationUrl: null }), 200)).toEqual(CONFIG);
    const mdmInfo = { id: "7f0c", name: "Fleet", metadata: "https://fleet.example.org" };
    expect(must(await place.mdm("POST", `${V2}/client/config`, { mdmInfo }), 200)).toEqual({ ...CONFIG, mdmInfo });
    for (const path of ["client/config", "assets", "assignments", "users", "lookup?id=1"])
      expect(must(await place.mdm("GET", `${V2}/${path}`), 200)).toMatchObject({ mdmInfo });
  });
});

const counts = async (): Promise<string> => {
  const { assets } = must(await place.mdm("GET", `${V2}/assets`), 200) as { assets: Record<string, unknown>[] };
  return [APP, OTHER, BOOK]
    .map((adamId) => assets.find((each) => each.adamId === adamId) ?? {})
    .map(({ availableCount, assignedCount, retiredCount }) => `${availableCount},${assignedCount},${retiredCount}`)
    .join(" ");
};

test("a whole cycle: what is asked for is done once, however often it is asked, and the lists follow", { timeout: 60_000 }, async () => {
  for (const [eventType, endpoint, body, comesTo, then] of CYCLE) {
    const status = await place.done(endpoint, body);
    expect(status, endpoint).toEqual({ ...BORNE, mdmInfo: expect.any(Object), eventType, ...comesTo });
    expect(await counts(), endpoint).toBe(then);
  }
});

const of = (adamId: string, target: object) => ({ adamId, pricingParam: "STDQ", ...target });
const device = (serialNumber: string) => ({ serialNumber });
const client = (clientUserId: string) => ({ clientUserId });
const entry = (clientUserId: string, status: string, over: object = {}) => ({ clientUserId, status, ...over });
const REGISTERED = { inviteCode: expect.stringMatching(/^[0-9a-f]{32}$/) };
const HASHED = { idHash: expect.stringMatching(/^[0-9a-f]{64}$/) };
const STATE = { userStatus: "Registered" };

describe("after it", () => {
  test.each<[string, object[]]>([
    [
      "",
      [
        of(APP, device("C02D")),
        ...["client-3", "client-4"].map((id) => of(APP, client(id))),
        ...["C02A", "C02B", "C02D"].map((id) => of(OTHER, device(id))),
        ...["client-3", "client-4"].map((id) => of(OTHER, client(id))),
      ],
    ],
    ["serialNumber=C02D", [of(APP, device("C02D")), of(OTHER, device("C02D"))]],
    ["clientUserId=client-3&adamId=408709785", [of(APP, client("client-3"))]],
    ["adamId=408709785&excludeInactiveUsers=true", [of(APP, device("C02D")), of(APP, client("client-3")), of(APP, client("client-4"))]],
    [
      "clientUserId=client-3&includeUserState=true",
      [of(APP, { ...client("client-3"), ...STATE }), of(OTHER, { ...client("client-3"), ...STATE })],
    ],
    ["clientUserId=client-1", []],
    ["pricingParam=PLUS", []],
  ])("GET assignments?%s", async (query, expected) => {
    const body = must(await place.mdm("GET", `${V2}/assignments?${query}`), 200);
    expect(body).toEqual({ ...PAGE, mdmInfo: expect.any(Object), assignments: expect.any(Array), size: expected.length });
    expect(body.assignments).toHaveLength(expected.length);
    expect(body.assignments).toEqual(expect.arrayContaining(expected));
  });

  const RETIRED = [
    entry("client-1", "Retired", { email: "anna@example.org", ...HASHED }),
    entry("client-2", "Retired", { email: "ben@example.org", ...REGISTERED }),
  ];
  const ANNA = entry("client-1", "Associated", HASHED);
  const ACTIVE = [ANNA, ...["client-3", "client-4"].map((id) => entry(id, "Registered", REGISTERED))];
  test.each<[string, object[]]>([
    ["", [...ACTIVE, ...RETIRED]],
    ["activeOnly=true", ACTIVE],
    ["includeRetired=0", ACTIVE],
    ["retiredOnly=true", RETIRED],
    ["clientUserId=client-1", [ANNA, ...RETIRED.slice(0, 1)]],
    ["managedAppleId=Anna@AppleID.example.org", [ANNA]],
    ["clientUserId=nobody", []],
  ])("GET users?%s", async (query, expected) => {
    const body = must(await place.mdm("GET", `${V2}/users?${query}`), 200);
    expect(body).toEqual({ ...PAGE, mdmInfo: expect.any(Object), users: expect.any(Array), size: expected.length });
    expect(body.users).toHaveLength(expected.length);
    expect(body.users).toEqual(expect.arrayContaining(expected));
  });

  test("what changed since an earlier answer is told, and every change makes another version", async () => {
    const before = must(await place.mdm("GET", `${V2}/users`), 200).versionId;
    expect(must(await place.mdm("GET", `${V2}/users?sinceVersionId=${before}`), 200)).toMatchObject({ users: [], versionId: before });
    await place.done("users/update", { users: [{ clientUserId: "client-3", email: "carla@example.org" }] });
    const { users, versionId } = must(await place.mdm("GET", `${V2}/users?sinceVersionId=${before}`), 200);
    expect(users).toEqual([entry("client-3", "Registered", { email: "carla@example.org", ...REGISTERED })]);
    expect(versionId).not.toBe(before);

    const { versionId: earlier } = must(await place.mdm("GET", `${V2}/assignments`), 200);
    await place.done("assets/associate", FLEETS);
    const since = must(await place.mdm("GET", `${V2}/assignments?sinceVersionId=${earlier}`), 200);
    expect(since.assignments).toContainEqual(of(APP, device("C02E")));
    expect(since.versionId).not.toBe(earlier);
  });
});

describe("GET service/config", () => {
  const EXPECTED = {
    errorCodes: expect.arrayContaining([{ errorNumber: 9709, errorMessage: expect.any(String) }]),
    limits: expect.objectContaining({ maxAssets: 25, maxSerialNumbers: 1000, maxUsers: 100, maxRequestPerSecond: 15 }),
    notificationTypes: ["TEST_NOTIFICATION", "ASSET_MANAGEMENT", "USER_MANAGEMENT", "USER_ASSOCIATED", "ASSET_COUNT"],
  };

  test("answers anybody the same: without a token, and with one that was revoked", async () => {
    const { tokenId, text } = await issued(host.administrator, registering.locationId);
    await revoke(host, tokenId);
    const { body } = await askedOddly(host, "GET", `${V2}/service/config`);
    expect(body).toEqual({ ...EXPECTED, urls: expect.any(Object) });
    expect(must(await askedOddly(host, "GET", `${V2}/service/config`, { headers: { authorization: `Bearer ${text}` } }), 200)).toEqual(
      body,
    );
  });

  const SERVED: Readonly<Record<string, readonly [method: string, status: number, errorNumber?: number]>> = {
    clientConfig: ["GET", 200],
    getAssets: ["GET", 200],
    getAssignments: ["GET", 200],
    getUsers: ["GET", 200],
    contentMetadataLookup: ["GET", 400, 9602],
    eventStatus: ["GET", 400, 9602],
    associateAssets: ["POST", 400, 9718],
    disassociateAssets: ["POST", 400, 9718],
    revokeAssets: ["POST", 400, 9719],
    createUsers: ["POST", 400, 9720],
    updateUsers: ["POST", 400, 9720],
    retireUsers: ["POST", 400, 9720],
  };
  test("every address that it names is this service's, and served", async () => {
    const { urls } = (await askedOddly(host, "GET", `${V2}/service/config`)).body as { urls: Record<string, string> };
    const { invitationEmail = "", ...others } = urls;
    expect(Object.keys(others).toSorted()).toEqual(Object.keys(SERVED).toSorted());
    for (const [name, url] of Object.entries(others)) {
      const [method = "", ...expected] = SERVED[name] ?? [];
      expect(url.startsWith(`${host.session.api}${V2}/`), name).toBe(true);
      const { status, body } = await registering.mdm(method, url.slice(host.session.api.length), method === "POST" ? {} : undefined);
      expect([status, body.errorNumber], name).toEqual([...expected, undefined].slice(0, 2));
    }
    // An MDM server replaces the part between the percent signs by the code that a user was created with.
    expect(invitationEmail).toContain("%25inviteCode%25");
    const invited = must(await registering.mdm("GET", `${V2}/users?activeOnly=true`), 200).users as { inviteCode?: string }[];
    for (const code of [...invited.map(({ inviteCode }) => inviteCode ?? "none"), "%3Cscript%3Ealert(1)%3C%2Fscript%3E"]) {
      const page = await pageAt(host, invitationEmail.replace("%25inviteCode%25", code).slice(host.session.api.length));
      expect(page.body).toBe(INVITATION_PAGE);
    }
  });
});

test("the look-up takes the token as a cookie, as it is and encoded, and knows what people wrote down", async () => {
  const licenses = { locationId: place.locationId, adamId: APP, name: "Pages", bundleId: "com.apple.Pages" };
  must(await host.administrator("PATCH", "/v1/licenses", licenses), 200);
  const path = `${V2}/lookup?version=2&id=${APP},${OTHER},nonsense&p=mdm-lockup&caller=MDM&platform=enterprisestore&cc=us&l=en`;
  for (const text of [place.text, encodeURIComponent(place.text)]) {
    const { body } = await askedOddly(host, "GET", path, { headers: { cookie: `a=b; itvt=${text}` } });
    expect(body.results).toEqual({ [APP]: { id: APP, name: "Pages", bundleId: "com.apple.Pages" } });
  }
  for (const cookie of ["itvt=%E0%A4%A", "itvt=", "itvt=nonsense"]) {
    const { status, body } = await askedOddly(host, "GET", path, { headers: { cookie } });
    expect([status, body.errorNumber], cookie).toEqual(cookie === "itvt=" ? [401, 9722] : [200, 9622]);
  }
});

describe("version 1's registration", () => {
  const register = (path: string, body: object, type = "application/json") =>
    askedOddly(host, "POST", path, { headers: { "content-type": type }, body: JSON.stringify(body) });
  const asked = (over: object = {}) => ({
    sToken: registering.text,
    clientUserIdStr: "byod-1",
    managedAppleIDStr: "byod@example.org",
    ...over,
  });

  test("registers a user at once, under both paths, and the same one when it is asked again", async () => {
    const first = await register("/mdm/registerVPPUserSrv", asked());
    expect([first.status, first.body]).toEqual([
      200,
      {
        status: 0,
        user: {
          userId: expect.any(Number),
          clientUserIdStr: "byod-1",
          managedAppleIDStr: "byod@example.org",
          status: "Associated",
          itsIdHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        uId: expect.stringMatching(/^\d{16}$/),
        expirationMillis: expect.any(Number),
        location: { locationName: "Shelbyville", locationId: expect.any(String) },
      },
    ]);
    expect((await register(`${V2}/registerVPPUserSrv`, asked())).body).toEqual(first.body);
    expect(must(await registering.mdm("GET", `${V2}/users`), 200).users).toMatchObject([{ clientUserId: "byod-1", status: "Associated" }]);
  });

  test.each<[string, object, number]>([
    ["another one's Apple Account", { clientUserIdStr: "byod-2" }, 9641],
    ["the same user with another Apple Account", { managedAppleIDStr: "other@example.org" }, 9716],
    ["no user", { clientUserIdStr: undefined }, 9602],
    ["an e-mail address that is none", { clientUserIdStr: "byod-3", managedAppleIDStr: null, email: "byod" }, 9717],
    ["no token", { sToken: undefined }, 9622],
    ["a token that nobody issued", { sToken: "bm9uZQ==" }, 9622],
  ])("refuses %s, with status 200", async (_, over, errorNumber) => {
    const { status, body } = await register("/mdm/registerVPPUserSrv", asked(over));
    expect([status, body]).toEqual([
      200,
      { status: -1, errorNumber, errorMessage: expect.any(String), ...("errorInfo" in body ? { errorInfo: expect.any(Object) } : {}) },
    ]);
  });
});
