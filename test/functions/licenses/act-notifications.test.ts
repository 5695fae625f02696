// Notifications to MDM servers about acts of people: assignments, removals and retirements.
import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { MAX_NOTIFIED } from "../../../domain/device-api/mdm-limits.ts";
import { NotificationType } from "../../../domain/device-api/notification.ts";
import { MAX_TARGETS } from "../../../domain/licenses/licenses.ts";
import type { MdmNotification } from "../../../domain/shared/events.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { databaseForTests } from "../../support/database/records.ts";
import { askMdm, bearerOf } from "../../support/http/ask-mdm.ts";
import { call, type Host, here, issue, makeHost, neverTimeUp, organize, other } from "../../support/scenarios/scene.ts";

const APP = "361309726";
const BOOK = "500";
const EVERYTHING = NotificationType.options;

let host: Host;
const subscribe = async (notificationTypes: readonly NotificationType[] = EVERYTHING, locationId = here.id) => {
  const notificationAuthToken = await host.ports.cipher.encrypt("shown at each call", locationId);
  const url = { notificationUrl: "https://mdm.example.org/apps", notificationAuthToken };
  await host.ports.clientConfigs.change({ locationId, ...url, notificationTypes: [...notificationTypes] });
};
const post = async (route: string, body: object, key?: string) => {
  const asked = { route, body: { locationId: here.id, ...body }, ...(key === undefined ? {} : { key }) };
  return call(host.ports, host.clock.now, asked);
};
const assign = (body: object, key?: string) => post("POST /v1/assignments", { adamId: APP, ...body }, key);
const remove = (body: object) => post("POST /v1/assignments/removals", { adamId: APP, ...body });
const retire = (...clientUserIds: string[]) => post("POST /v1/assignments/retirements", { clientUserIds });
const notified = (): MdmNotification[] => host.told.filter((one) => one.kind === "mdm-notification");
const bodies = () => notified().map(({ type, notification }) => ({ type, ...notification }));

const begin = async (world = makeWorld()): Promise<void> => {
  host = makeHost(world);
  await organize(host);
  for (const locationId of [here.id, other.id]) {
    await post("POST /v1/licenses", { locationId, adamId: APP, productType: "App", quantity: 200 });
    await post("POST /v1/licenses", { locationId, adamId: BOOK, productType: "Book", quantity: 200 });
  }
};
beforeEach(() => begin());

/** The MDM server at work; it created two users. */
const asMdmServer = async () => {
  const bearer = await bearerOf(host, await issue(host));
  const users = [{ clientUserId: "u-1", email: "u@example.org" }, { clientUserId: "u-2" }];
  const { body } = await askMdm(host.ports, { route: "POST /mdm/v2/users/create", bearer, body: { users } });
  await doWork({ workId: body.eventId }, host.ports, neverTimeUp);
  host.told.length = 0;
  return bearer;
};

const of = (adamId: string, target: object) => ({ adamId, pricingParam: "STDQ", ...target });
const assets = (type: "ASSOCIATE" | "DISASSOCIATE", ...assignments: object[]) => ({
  type: "ASSET_MANAGEMENT",
  notification: { assignments, eventId: expect.any(String), result: "SUCCESS", type },
});

describe("an MDM server that subscribed", () => {
  beforeEach(() => subscribe());

  test("is notified of assignments that a person makes, and of none that were there before", async () => {
    await assign({ serialNumbers: ["A"] });
    await assign({ serialNumbers: ["A", "B"], clientUserIds: ["u-1"] });
    expect(notified()).toMatchObject([
      assets("ASSOCIATE", of(APP, { serialNumber: "A" })),
      assets("ASSOCIATE", of(APP, { serialNumber: "B" }), of(APP, { clientUserId: "u-1" })),
    ]);
  });

  test("is notified of licenses that a person takes back, from those who had one", async () => {
    await assign({ serialNumbers: ["A"], clientUserIds: ["u-1"] });
    host.told.length = 0;
    await remove({ serialNumbers: ["A", "B"], clientUserIds: ["u-1"] });
    expect(notified()).toMatchObject([assets("DISASSOCIATE", of(APP, { serialNumber: "A" }), of(APP, { clientUserId: "u-1" }))]);
  });

  test("is notified of users whom a person retires, and of their licenses that come back, by one event id", async () => {
    await asMdmServer();
    await assign({ clientUserIds: ["u-1", "u-2"] });
    await assign({ adamId: BOOK, clientUserIds: ["u-1"] });
    host.told.length = 0;
    await retire("u-1", "u-2", "nobody");
    expect(notified()).toMatchObject([
      assets("DISASSOCIATE", of(APP, { clientUserId: "u-1" })),
      assets("DISASSOCIATE", of(APP, { clientUserId: "u-2" })),
      {
        type: "USER_MANAGEMENT",
        notification: {
          type: "RETIRE",
          result: "SUCCESS",
          users: [
            { clientUserId: "u-1", email: "u@example.org", inviteCode: expect.any(String), status: "Retired" },
            { clientUserId: "u-2", status: "Retired" },
          ],
        },
      },
    ]);
    expect(new Set(bodies().map((body) => "eventId" in body && body.eventId)).size).toBe(1);
  });

  test("is notified of licenses that come back from a client user whom it never created, and not of that user", async () => {
    await assign({ clientUserIds: ["stranger"] });
    host.told.length = 0;
    await retire("stranger");
    expect(notified()).toMatchObject([assets("DISASSOCIATE", of(APP, { clientUserId: "stranger" }))]);
  });

  test("finds no job by the event id of a person's act", async () => {
    const bearer = await asMdmServer();
    await assign({ serialNumbers: ["A"] });
    await assign({ serialNumbers: ["B"] });
    const eventIds = notified().map(({ notification }) => String(notification.eventId));
    expect(new Set(eventIds).size).toBe(2);
    for (const eventId of eventIds) {
      expect(eventId).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      const { statusCode, body } = await askMdm(host.ports, { route: "GET /mdm/v2/status", bearer, query: { eventId } });
      expect([statusCode, body.errorNumber]).toEqual([400, 9708]);
    }
  });

  test("is not notified of what changed nothing, was refused, was asked again with its key, or is another location's", async () => {
    await assign({ serialNumbers: ["A"] }, "k-1");
    host.told.length = 0;
    await assign({ serialNumbers: ["A"] }, "k-1");
    await assign({ serialNumbers: ["A"] });
    await remove({ serialNumbers: ["Z"] });
    await retire("nobody");
    await assign({ adamId: BOOK, serialNumbers: ["B"] });
    await assign({ locationId: other.id, serialNumbers: ["B"] });
    expect(notified()).toEqual([]);
  });
});

test.each<[string, () => Promise<void>]>([
  ["named no address", async () => void (await host.ports.clientConfigs.change({ locationId: here.id, notificationTypes: EVERYTHING }))],
  ["subscribed to other types", () => subscribe(["ASSET_COUNT", "USER_ASSOCIATED"])],
  ["is another location's", () => subscribe(EVERYTHING, other.id)],
  ["is none", async () => {}],
])("nothing is recorded for an MDM server that %s", async (_, says) => {
  await says();
  await asMdmServer();
  await assign({ serialNumbers: ["A"], clientUserIds: ["u-1"] });
  await remove({ serialNumbers: ["A"] });
  await retire("u-1");
  expect(notified()).toEqual([]);
});

describe("in DynamoDB", () => {
  const database = databaseForTests();

  test("the largest request fits into one transaction and its notification into one message", async () => {
    await begin(recordsIn(await database.table()));
    await subscribe();
    const serialNumbers = Array.from({ length: MAX_TARGETS }, (_, index) => `D${index}`);
    expect((await assign({ serialNumbers }, "k-1")).statusCode).toBe(200);
    expect((await remove({ serialNumbers })).statusCode).toBe(200);
    const counts = notified().map(({ notification: { assignments } }) => Array.isArray(assignments) && assignments.length);
    expect(counts).toEqual([MAX_TARGETS, MAX_TARGETS]);
    expect(MAX_TARGETS).toBeLessThanOrEqual(MAX_NOTIFIED);
  });

  test("a user with more assets than one posting takes is retired with a notification for each posting", async () => {
    await begin(recordsIn(await database.table()));
    await subscribe();
    const many = Array.from({ length: 30 }, (_, index) => String(1000 + index));
    for (const adamId of many) {
      await post("POST /v1/licenses", { adamId, productType: "App", quantity: 1 });
      await assign({ adamId, clientUserIds: ["u-1"] });
    }
    host.told.length = 0;
    expect((await retire("u-1")).statusCode).toBe(200);
    const counts = notified().map(({ notification: { assignments } }) => Array.isArray(assignments) && assignments.length);
    expect(counts).toEqual([25, 5]);
  });
});

/** The assignments that an MDM server knows from its notifications alone. */
const mirrorOf = (notifications: readonly MdmNotification[]): string[] => {
  const held = new Set<string>();
  for (const { notification } of notifications)
    for (const each of Array.isArray(notification.assignments) ? notification.assignments : [])
      if (notification.type === "ASSOCIATE") held.add(JSON.stringify(each));
      else held.delete(JSON.stringify(each));
  return [...held].toSorted();
};

test("an MDM server that only reads its notifications knows every assignment of apps after any acts of people", async () => {
  const names = fc.subarray(["a", "b", "c", "d"], { minLength: 1 });
  const targets = fc.record({ serialNumbers: names, clientUserIds: names }, { requiredKeys: ["serialNumbers"], noNullPrototype: true });
  const acts = fc.oneof(
    targets.map((body) => () => assign(body)),
    targets.map((body) => () => remove(body)),
    names.map((ids) => () => retire(...ids)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 1, maxLength: 12 }), async (each) => {
      await begin();
      await subscribe();
      for (const act of each) expect((await act()).statusCode).toBe(200);
      const { items } = await host.ports.licenses.assignments({ of: "location", locationId: here.id }, { limit: 100 });
      const there = items.map(({ asset: { adamId }, target }) => JSON.stringify(of(adamId, target))).toSorted();
      expect(mirrorOf(notified())).toEqual(there);
    }),
    { numRuns: 30 },
  );
});
