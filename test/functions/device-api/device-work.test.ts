// What the worker does with an order, on ports in memory: each step once, as much as there is, and what is told of it.
import { beforeEach, describe, expect, test } from "vitest";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { DEFAULT_JOB_LIMITS } from "../../../domain/device-api/mdm-limits.ts";
import { type Asked, partsOf, statusOf, type WorkAsset, WorkId, workOf } from "../../../domain/device-api/work.ts";
import type { Target } from "../../../domain/licenses/licenses.ts";
import type { WorkOrder } from "../../../domain/shared/events.ts";
import { ContentTokenId } from "../../../domain/shared/ids.ts";
import { doWork, giveUpWork } from "../../../functions/device-api/jobs/run-job.ts";
import { here } from "../../support/scenarios/mdm-service.ts";
import { makeService } from "../../support/scenarios/service.ts";

const neverTimeUp = (): boolean => false;
const APP: WorkAsset = { adamId: "361309726", pricingParam: "STDQ" };
const BOOK: WorkAsset = { adamId: "500", pricingParam: "STDQ" };
const id = WorkId.parse("3f2c9d4e-1b7a-4c8d-9e0f-1a2b3c4d5e6f");
const devices = (count: number, name = "SN"): Target[] =>
  Array.from({ length: count }, (_, index) => ({ serialNumber: `${name}${index}` }));

let service: Awaited<ReturnType<typeof makeService>>;
let tokenId: ContentTokenId;
beforeEach(async () => {
  service = await makeService();
  tokenId = ContentTokenId.parse((await service.call("POST /v1/content-tokens", [], { body: { locationId: here } })).body.id);
});

const acquire = (quantity: number, over: object = {}) =>
  service.call("POST /v1/licenses", [], { body: { locationId: here, ...APP, productType: "App", quantity, ...over } });
const orders = (): WorkOrder[] => service.published.filter((one) => one.kind === "work");
const told = () => service.published.filter((one) => one.kind === "mdm-notification");
const countsOf = async (asset = APP) => {
  const { available, assigned, retired } = (await service.ports.licenses.asset({ ...asset, locationId: here })) ?? {};
  return [available, assigned, retired];
};

const ask = async (asked: Asked, workId = id): Promise<void> => {
  const known = { id: workId, locationId: here, tokenId, requestedAt: service.clock.now };
  await service.ports.works.add(workOf(asked, known), partsOf(asked), DEFAULT_JOB_LIMITS);
};
/** Until nothing of it is ordered any more; how often it was. */
const drain = async (workId = id): Promise<number> => {
  for (let runs = 1; ; runs++) {
    const before = orders().length;
    await doWork({ workId }, service.ports, neverTimeUp);
    if (orders().length === before) return runs;
  }
};
const workAt = async (workId = id) => {
  const work = await service.ports.works.get(workId);
  if (work === undefined) throw new Error("there is no such work");
  return {
    status: statusOf(work),
    completed: work.completed,
    requested: work.requested,
    failures: await service.ports.works.failures(workId),
  };
};

describe("associating", () => {
  test("gives each a license, in turns of about a thousand", async () => {
    await acquire(2500);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(2000) });
    expect(await drain()).toBe(2);
    expect(await workAt()).toMatchObject({ status: "COMPLETE", completed: 2000 });
    expect(await countsOf()).toEqual([500, 2000, 0]);
  });

  test("gives as many as there are, and says who got none", async () => {
    await acquire(3);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(5) });
    await drain();
    expect(await workAt()).toMatchObject({
      status: "FAILED",
      completed: 3,
      failures: [{ errorNumber: 9709, targets: devices(5).slice(3) }],
    });
    expect(await countsOf()).toEqual([0, 3, 0]);
  });

  test("whoever has one costs no second one, and is done", async () => {
    await acquire(3);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(3) });
    await drain();
    const again = WorkId.parse("00000000-0000-4000-8000-000000000001");
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(3) }, again);
    await drain(again);
    expect(await workAt(again)).toMatchObject({ status: "COMPLETE", completed: 3 });
    expect(await countsOf()).toEqual([0, 3, 0]);
  });

  test("an order that comes again changes nothing", async () => {
    await acquire(5);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(2) });
    await drain();
    await service.call("POST /v1/assignments/removals", [], { body: { locationId: here, ...APP, serialNumbers: ["SN0"] } });
    await doWork({ workId: id }, service.ports, neverTimeUp);
    expect(await countsOf()).toEqual([4, 1, 0]);
    expect(await workAt()).toMatchObject({ status: "COMPLETE", completed: 2 });
  });

  test("two workers at one step do it once", async () => {
    await acquire(5);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(2) });
    await Promise.all([1, 2, 3].map(() => doWork({ workId: id }, service.ports, neverTimeUp)));
    expect(await countsOf()).toEqual([3, 2, 0]);
    expect(await workAt()).toMatchObject({ status: "COMPLETE", completed: 2 });
  });

  test("users have to be there, books are for them alone, and what the location does not have has no licenses", async () => {
    await acquire(5);
    await acquire(5, { ...BOOK, productType: "Book" });
    const unknown: WorkAsset = { adamId: "999", pricingParam: "STDQ" };
    await ask({ type: "ASSOCIATE", assets: [BOOK, unknown], targets: [{ serialNumber: "A" }, { clientUserId: "nobody" }] });
    await drain();
    const { failures, completed } = await workAt();
    expect(completed).toBe(0);
    expect(failures.map(({ errorNumber, asset, targets }) => [errorNumber, asset?.adamId, targets])).toEqual([
      [9609, "500", [{ clientUserId: "nobody" }]],
      [9707, "500", [{ serialNumber: "A" }]],
      [9609, "999", [{ clientUserId: "nobody" }]],
      [9709, "999", [{ serialNumber: "A" }]],
    ]);
    expect(await countsOf(BOOK)).toEqual([5, 0, 0]);
  });

  test("the first one is written to the location, once", async () => {
    await acquire(5);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(2) });
    await drain();
    const first = await service.ports.locations.get(here);
    expect(first?.assignedThroughTokenAt).toEqual(service.clock.now);
    const again = WorkId.parse("00000000-0000-4000-8000-000000000001");
    service.clock.now = new Date(service.clock.now.getTime() + 1000);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(1, "other") }, again);
    await drain(again);
    expect(await service.ports.locations.get(here)).toEqual(first);
  });
});

test("what keeps a job from getting on has it given again by the queue, and never put back by the worker", async () => {
  await acquire(2000);
  await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(1200) });
  const { licenses } = service.ports;
  const stuck = { ...service.ports, licenses: { ...licenses, post: async () => false } };
  await expect(doWork({ workId: id }, stuck, neverTimeUp)).rejects.toThrow("did not get on");
  expect(orders()).toEqual([]);
});

describe("taking back", () => {
  beforeEach(async () => {
    await acquire(10);
    await acquire(10, { ...BOOK, productType: "Book" });
    await service.call("POST /v1/assignments", [], { body: { locationId: here, ...APP, serialNumbers: ["A", "B"], clientUserIds: ["u"] } });
    await service.call("POST /v1/assignments", [], { body: { locationId: here, ...BOOK, clientUserIds: ["u"] } });
  });

  test("disassociating takes what is there, and what is not there is done", async () => {
    await ask({ type: "DISASSOCIATE", assets: [APP], targets: [{ serialNumber: "A" }, { serialNumber: "Z" }] });
    await drain();
    expect(await workAt()).toMatchObject({ status: "COMPLETE", completed: 2 });
    expect(await countsOf()).toEqual([8, 2, 0]);
  });

  test("revoking takes all that can come back, and leaves books", async () => {
    await ask({ type: "REVOKE", targets: [{ serialNumber: "A" }, { clientUserId: "u" }, { clientUserId: "nobody" }] });
    await drain();
    expect(await workAt()).toMatchObject({ status: "COMPLETE", completed: 3 });
    expect([await countsOf(), await countsOf(BOOK)]).toEqual([
      [9, 1, 0],
      [9, 1, 0],
    ]);
  });
});

describe("what is told of it", () => {
  test("names what was done and what failed, only where somebody wants to know", async () => {
    await acquire(1);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(2) });
    await drain();
    expect(told()).toEqual([]);
    const url = "https://mdm.example.org/told";
    await service.ports.clientConfigs.change({ ...noClientConfig(here), notificationUrl: url, notificationTypes: ["ASSET_MANAGEMENT"] });
    const again = WorkId.parse("00000000-0000-4000-8000-000000000001");
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(2) }, again);
    await drain(again);
    expect(told().map(({ type, notification }) => [type, notification])).toEqual([
      ["ASSET_MANAGEMENT", { eventId: again, type: "ASSOCIATE", result: "SUCCESS", assignments: [{ ...APP, serialNumber: "SN0" }] }],
      [
        "ASSET_MANAGEMENT",
        {
          eventId: again,
          type: "ASSOCIATE",
          result: "FAILURE",
          assignments: [{ ...APP, serialNumber: "SN1" }],
          error: { errorNumber: 9709, errorMessage: "There are not enough assets available" },
        },
      ],
    ]);
  });
});

describe("work that can't be done", () => {
  test("is given up once, keeps what was done, and is FAILED with 9603", async () => {
    await acquire(2000);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(1200) });
    await doWork({ workId: id }, service.ports, neverTimeUp);
    await giveUpWork({ workId: id }, service.ports);
    await giveUpWork({ workId: id }, service.ports);
    await doWork({ workId: id }, service.ports, neverTimeUp);
    expect(await workAt()).toMatchObject({ status: "FAILED", completed: 1020 });
    expect(service.logged.filter((line) => line.includes("WorkGivenUp"))).toHaveLength(1);
  });

  test("is not put aside in silence: an order that nobody takes fails the run", async () => {
    await acquire(2000);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(1200) });
    service.faults.bus = true;
    await expect(doWork({ workId: id }, service.ports, neverTimeUp)).rejects.toThrow("could not be put back");
    service.faults.bus = false;
    await drain();
    expect(await workAt()).toMatchObject({ status: "COMPLETE", completed: 1200 });
  });

  test("stops in time and goes on with the next order", async () => {
    await acquire(2000);
    await ask({ type: "ASSOCIATE", assets: [APP], targets: devices(1200) });
    let asked = 0;
    await doWork({ workId: id }, service.ports, () => ++asked > 2);
    expect(await workAt()).toMatchObject({ status: "PENDING", completed: 170 });
    expect(orders()).toHaveLength(1);
  });
});
