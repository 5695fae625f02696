// What becomes of one thing that an MDM server is to be told: taken, given again under the same id, dropped after three attempts, or wanted by nobody.
import { beforeEach, describe, expect, test } from "vitest";
import type { Delivery, NotificationCall } from "../../../../domain/device-api/delivery.ts";
import { notifyMdmServer } from "../../../../functions/device-api/notifications/notify.ts";
import { RetryLater } from "../../../../functions/lib/retry-later.ts";
import { notifierInMemory } from "../../../support/adapters/outside.ts";
import { aLocation, locationId } from "../../../support/builders/make.ts";
import { makeService } from "../../../support/scenarios/service.ts";

const [here, there] = [locationId(), locationId(2)];
const ASSET = { adamId: "408709785", pricingParam: "STDQ" };
const TOLD = { id: "evt_1", locationId: here, type: "USER_ASSOCIATED", notification: { associatedUsers: [] } };
const createEvent = (type: string, detail: object) => ({
  "detail-type": type,
  source: "content-tokens",
  detail: { id: "evt_2", ...detail },
});
const ACQUIRED = createEvent("LicensesAcquired", { locationId: here, ...ASSET, quantity: 7, accountId: "acc_00000000000000000000000001" });
const TRANSFERRED = createEvent("LicensesTransferred", {
  transferId: "tr_00000000000000000000000001",
  fromLocationId: here,
  toLocationId: there,
  ...ASSET,
  quantity: 3,
  accountId: "acc_00000000000000000000000001",
});

let service: Awaited<ReturnType<typeof makeService>>;
let called: NotificationCall[];
let answer: (call: NotificationCall) => Delivery;
beforeEach(async () => {
  service = await makeService();
  called = [];
  answer = () => ({ delivered: true });
  await service.ports.locations.add(aLocation({ id: there, name: "Springfield", uId: "1000000000000001", primary: false }));
  for (const id of [here, there]) await subscribe(id);
});

const says = (said: object, locationId = here) => service.ports.clientConfigs.change({ locationId, ...said });
const subscribe = async (id: typeof here) => {
  const notificationAuthToken = await service.ports.cipher.encrypt(`token of ${id}`, id);
  const notificationTypes = ["USER_ASSOCIATED", "ASSET_COUNT"];
  await says({ notificationUrl: `https://mdm.example.org/${id}`, notificationAuthToken, notificationTypes }, id);
};
const notify = (message: unknown, attempt = 1) =>
  notifyMdmServer(message, attempt, { ...service.ports, notifier: notifierInMemory(called, (call) => answer(call)) });
const bodies = () => called.map(({ body }) => JSON.parse(body));
const dropped = () => service.logged.filter((line) => line.includes("NotificationsDropped"));

test("what was taken is told once, with the address's own token and the location's uId", async () => {
  await notify(TOLD);
  expect(called).toMatchObject([{ url: `https://mdm.example.org/${here}`, bearer: `token of ${here}` }]);
  const { type: notificationType, notification } = TOLD;
  expect(bodies()).toEqual([{ notification, notificationType, notificationId: expect.any(String), uId: aLocation().uId }]);
});

describe("what was not taken", () => {
  test("is given again twice, under the same id, and then dropped and counted", async () => {
    answer = () => ({ delivered: false, why: "status_5xx" });
    for (const attempt of [1, 2]) await expect(notify(TOLD, attempt)).rejects.toThrow(RetryLater);
    expect(dropped()).toEqual([]);
    await notify(TOLD, 3);
    expect(dropped()).toEqual([JSON.stringify({ metric: "NotificationsDropped", value: 1 })]);
    expect(called).toHaveLength(3);
    expect(new Set(bodies().map(({ notificationId }) => notificationId)).size).toBe(1);
  });

  test("is done once it is taken", async () => {
    answer = () => (called.length > 1 ? { delivered: true } : { delivered: false, why: "unreachable" });
    await expect(notify(TOLD)).rejects.toThrow(RetryLater);
    await notify(TOLD, 2);
    expect([called.length, dropped()]).toEqual([2, []]);
  });

  test("by one side of a transfer does not keep it from the other", async () => {
    answer = ({ url }) => (url.endsWith(here) ? { delivered: false, why: "timed_out" } : { delivered: true });
    await expect(notify(TRANSFERRED)).rejects.toThrow(RetryLater);
    expect(bodies().map(({ notification, uId }) => [notification.countDelta, uId])).toEqual([
      [-3, aLocation().uId],
      [3, "1000000000000001"],
    ]);
  });

  test("is told without the address, the token or what was to be told", async () => {
    answer = () => ({ delivered: false, why: "status_4xx" });
    await expect(notify(TOLD)).rejects.toThrow("1 notifications were not taken");
    expect(service.logged.join("")).toContain("status_4xx");
    expect(service.logged.join("")).not.toMatch(/example\.org|token of|associatedUsers/);
  });
});

test("counts are told of what was acquired, and of both sides of a transfer under two ids", async () => {
  await notify(ACQUIRED);
  await notify(TRANSFERRED);
  expect(bodies().map(({ notification }) => notification)).toEqual([7, -3, 3].map((countDelta) => ({ ...ASSET, countDelta })));
  expect(new Set(bodies().map(({ notificationId }) => notificationId)).size).toBe(3);
});

test.each<[string, () => Promise<unknown>]>([
  ["another type was asked for", () => says({ notificationTypes: ["USER_ASSOCIATED"] })],
  ["no type was asked for", () => says({ notificationTypes: [] })],
  [
    "there is no address",
    async () => {
      service.ports.clientConfigs.get = async (locationId) => ({ locationId, notificationTypes: ["ASSET_COUNT"] });
    },
  ],
])("nobody is told, and nothing is left to do, when %s", async (_, happens) => {
  await happens();
  await notify(ACQUIRED);
  expect([called, dropped()]).toEqual([[], []]);
});

test("the address counts that is asked for when it is told, not when it happened", async () => {
  await says({ notificationUrl: "https://new.example.org/" });
  await notify(TOLD);
  expect(called.map(({ url }) => url)).toEqual(["https://new.example.org/"]);
});

test("what can't be read fails, as every message does", async () => {
  await expect(notify({ "detail-type": "Something" })).rejects.toThrow();
  expect(called).toEqual([]);
});
