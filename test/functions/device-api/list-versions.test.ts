// Version ids of the lists of the device management API: each kind of act against each list. An MDM server abandons a list whose version id changes between
// two pages, so that an id may change with the data of its own list only; and it finds changes by the id, so that every change of them must show.
import { beforeEach, describe, expect, test } from "vitest";
import { recordsIn } from "../../../functions/aws/records.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { ListAssignmentsInput, listAssignments } from "../../../functions/device-api/list-assignments.ts";
import { makeWorld, type World } from "../../support/adapters/world.ts";
import { acquired, assigned, device, key, more, unassigned } from "../../support/builders/postings.ts";
import { databaseForTests } from "../../support/database/records.ts";
import { askMdm, bearerOf } from "../../support/http/ask-mdm.ts";
import { asking } from "../../support/http/bearer.ts";
import { call, type Host, here, issue, makeHost, neverTimeUp, organize, other } from "../../support/scenarios/scene.ts";

const LISTS = {
  assets: ["/assets", "/assets?adamId=1", "/assets?productType=Book"],
  assignments: [
    "/assignments",
    "/assignments?adamId=1",
    "/assignments?serialNumber=A",
    "/assignments?clientUserId=u-1",
    "/assignments?pricingParam=STDQ",
  ],
  withUsers: ["/assignments?includeUserState=true", "/assignments?excludeInactiveUsers=true"],
  users: ["/users", "/users?retiredOnly=true", "/users?clientUserId=u-1"],
} as const;
type List = keyof typeof LISTS;

type Act = readonly [name: string, changes: readonly List[], act: (host: Host, bearer: string) => Promise<void>];

const person =
  (route: string, body: object, requestKey?: string) =>
  async (host: Host): Promise<void> => {
    const asked = { route, body, ...(requestKey === undefined ? {} : { key: requestKey }) };
    const answer = await call(host.ports, host.clock.now, asked);
    expect([answer.statusCode, answer.body]).toEqual([expect.toSatisfy((status: number) => status < 300), expect.anything()]);
  };
const mdmServer =
  (path: string, body: object) =>
  async (host: Host, bearer: string): Promise<void> => {
    const { statusCode, body: answer } = await askMdm(host.ports, { route: `POST /mdm/v2${path}`, bearer, body });
    expect(statusCode).toBe(200);
    if (answer.eventId !== undefined) await doWork({ workId: answer.eventId }, host.ports, neverTimeUp);
  };
const inTurn =
  (...acts: readonly Act[2][]): Act[2] =>
  async (host, bearer) => {
    for (const act of acts) await act(host, bearer);
  };

const AT = { locationId: here.id };
const acquire = (adamId: string, over: object = {}) =>
  person("POST /v1/licenses", { ...AT, adamId, productType: "App", quantity: 5, ...over });
const describeAsset = (over: object) => person("PATCH /v1/licenses", { ...AT, adamId: "1", ...over });
const transfer = (fromLocationId: string, toLocationId: string, adamId: string) =>
  person("POST /v1/license-transfers", { fromLocationId, toLocationId, adamId, quantity: 1 });
const assign = (over: object) => person("POST /v1/assignments", { ...AT, adamId: "1", ...over });
const remove = (over: object) => person("POST /v1/assignments/removals", { ...AT, adamId: "1", ...over });
const retire = (...clientUserIds: string[]) => person("POST /v1/assignments/retirements", { ...AT, clientUserIds });
const one = (adamId = "1") => ({ assets: [{ adamId }] });
const users = (...each: object[]) => ({ users: each });
const ofLicenses = ["assets", "assignments", "withUsers"] as const;
const ofUsers = ["users", "withUsers"] as const;

const ACTS: readonly Act[] = [
  ["a person acquires more of an asset", ["assets"], acquire("1")],
  ["a person acquires an asset that is new here", ["assets"], acquire("77")],
  [
    "a person imports licenses",
    ["assets"],
    person("POST /v1/licenses/import", { ...AT, csv: "adamId,productType,quantity\n1,App,2\n78,App,2" }, "k-1"),
  ],
  ["a person names an asset", [], describeAsset({ name: "Pages", bundleId: "com.apple.Pages" })],
  ["a person changes the platforms of an asset", ["assets"], describeAsset({ supportedPlatforms: ["macOS"] })],
  ["licenses are transferred away", ["assets"], transfer(here.id, other.id, "1")],
  ["licenses are transferred here", ["assets"], transfer(other.id, here.id, "1")],
  ["licenses of an asset that is new here are transferred here", ["assets"], transfer(other.id, here.id, "9")],
  [
    "another location acquires, and assigns",
    [],
    inTurn(acquire("1", { locationId: other.id }), assign({ locationId: other.id, serialNumbers: ["Z"] })),
  ],
  ["a person assigns to a device", ofLicenses, assign({ serialNumbers: ["B"] })],
  ["a person assigns to a user", ofLicenses, assign({ clientUserIds: ["u-2"] })],
  ["a person assigns what is assigned already", [], assign({ serialNumbers: ["A"] })],
  ["a person takes a license back", ofLicenses, remove({ serialNumbers: ["A"] })],
  ["a person takes one back from nobody who has one", [], remove({ serialNumbers: ["Z"] })],
  ["a license is given and taken back again", ofLicenses, inTurn(assign({ serialNumbers: ["B"] }), remove({ serialNumbers: ["B"] }))],
  ["a person retires a user with licenses", [...ofLicenses, "users"], retire("u-1")],
  ["a person retires a user without licenses", ofUsers, retire("u-2")],
  ["a person retires somebody who has licenses and was never created", ofLicenses, retire("stranger")],
  ["a person retires nobody", [], retire("nobody")],
  ["an MDM server associates", ofLicenses, mdmServer("/assets/associate", { ...one(), serialNumbers: ["B"], clientUserIds: ["u-2"] })],
  ["an MDM server associates what is associated", [], mdmServer("/assets/associate", { ...one(), serialNumbers: ["A"] })],
  ["an MDM server associates more than there is", [], mdmServer("/assets/associate", { ...one("404"), serialNumbers: ["A"] })],
  ["an MDM server disassociates", ofLicenses, mdmServer("/assets/disassociate", { ...one(), clientUserIds: ["u-1"] })],
  ["an MDM server revokes", ofLicenses, mdmServer("/assets/revoke", { serialNumbers: ["A"] })],
  ["an MDM server creates a user", ofUsers, mdmServer("/users/create", users({ clientUserId: "u-3" }))],
  ["an MDM server creates one who is there", [], mdmServer("/users/create", users({ clientUserId: "u-1" }))],
  ["an MDM server changes a user", ofUsers, mdmServer("/users/update", users({ clientUserId: "u-1", email: "new@example.org" }))],
  ["an MDM server changes nothing of a user", [], mdmServer("/users/update", users({ clientUserId: "u-1", email: "u@example.org" }))],
  [
    "an MDM server associates a user with an account",
    ofUsers,
    mdmServer("/users/update", users({ clientUserId: "u-2", managedAppleId: "eve@example.net" })),
  ],
  ["an MDM server retires a user with licenses", [...ofLicenses, "users"], mdmServer("/users/retire", users({ clientUserId: "u-1" }))],
  ["an MDM server retires a user without licenses", ofUsers, mdmServer("/users/retire", users({ clientUserId: "u-2" }))],
  ["an MDM server names itself", [], mdmServer("/client/config", { mdmInfo: { id: "7f0c", name: "Jamf", metadata: "-" } })],
];

const database = databaseForTests();
const BACKENDS: readonly [string, () => Promise<World>][] = [
  ["in memory", async () => makeWorld()],
  ["in DynamoDB", async () => recordsIn(await database.table())],
];

describe.each(BACKENDS)("%s", (_, open) => {
  let host: Host;
  let bearer: string;
  beforeEach(async () => {
    host = makeHost(await open());
    await organize(host);
    bearer = await bearerOf(host, await issue(host));
    await inTurn(
      acquire("1"),
      acquire("2"),
      acquire("500", { productType: "Book" }),
      ...["1", "9"].map((adamId) => acquire(adamId, { locationId: other.id })),
      mdmServer("/users/create", users({ clientUserId: "u-1", email: "u@example.org" }, { clientUserId: "u-2" })),
      assign({ serialNumbers: ["A"], clientUserIds: ["u-1", "stranger"] }),
    )(host, bearer);
  });

  const versionsOf = async (list: List): Promise<readonly string[]> => {
    const asked = LISTS[list].map(async (path) => {
      const [route = "", query = ""] = path.split("?");
      const answer = await askMdm(host.ports, {
        route: `GET /mdm/v2${route}`,
        bearer,
        query: Object.fromEntries(new URLSearchParams(query)),
      });
      return `${path} ${answer.body.versionId}`;
    });
    return Promise.all(asked);
  };

  test.each(ACTS)("when %s, the version ids of exactly these lists change: %j", async (_, changes, act) => {
    const lists = Object.keys(LISTS) as List[];
    const before = new Map(await Promise.all(lists.map(async (list) => [list, await versionsOf(list)] as const)));
    await act(host, bearer);
    for (const list of lists) {
      const after = await versionsOf(list);
      const same = after.filter((version) => before.get(list)?.includes(version));
      expect([list, same]).toEqual([list, changes.includes(list) ? [] : after]);
    }
  });

  test("pages that are read before and after an acquisition, a name and a transfer are of one version, with each assignment once", async () => {
    const { licenses } = host.ports;
    const names = Array.from({ length: 1001 }, (_, index) => `D${1000 + index}`);
    await licenses.post(acquired(key("800", here.id), 1100));
    for (let start = 0; start < names.length; start += 90)
      await licenses.post(assigned(key("800", here.id), ...names.slice(start, start + 90).map(device)));
    const pageAt = (pageIndex: number) =>
      asking(listAssignments, ListAssignmentsInput, { pageIndex: `${pageIndex}`, adamId: "800" }, host.ports);
    const first = await pageAt(0);
    await inTurn(
      acquire("800"),
      acquire("4"),
      person("PATCH /v1/licenses", { ...AT, adamId: "800", name: "Pages" }),
      transfer(here.id, other.id, "800"),
    )(host, bearer);
    const second = await pageAt(1);
    expect(second.versionId).toBe(first.versionId);
    expect([...first.assignments, ...second.assignments].map(({ serialNumber }) => serialNumber)).toEqual(names);
    await licenses.post(more(key("800", here.id), 1));
    await licenses.post(unassigned(key("800", here.id), device("D1000")));
    expect((await pageAt(0)).versionId).not.toBe(first.versionId);
  });
});
