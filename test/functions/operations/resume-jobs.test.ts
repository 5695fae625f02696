// Jobs whose queue message was lost are put back into the queue, while those that get on are left alone; and none is tried for ever.
import { beforeEach, describe, expect, test } from "vitest";
import { statusOf, WorkId } from "../../../domain/device-api/work.ts";
import type { Target } from "../../../domain/licenses/licenses.ts";
import type { WorkOrder } from "../../../domain/shared/events.ts";
import { ordered } from "../../../functions/device-api/enqueue-job.ts";
import { doWork, giveUpWork } from "../../../functions/device-api/jobs/run-job.ts";
import { resumeJobs } from "../../../functions/operations/resume-jobs.ts";
import { runByTheMinute } from "../../../functions/operations/run-by-the-minute.ts";
import { bearer, recordToken } from "../../support/http/bearer.ts";
import { here } from "../../support/scenarios/mdm-service.ts";
import { makeService } from "../../support/scenarios/service.ts";

const APP = { adamId: "361309726", pricingParam: "STDQ" as const };
const neverTimeUp = (): boolean => false;
const devices = (count: number): Target[] => Array.from({ length: count }, (_, index) => ({ serialNumber: `SN${index}` }));
/** Two runs of the worker. */
const DEVICES = 1200;

let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
  await recordToken(service.ports, bearer().token);
  await service.call("POST /v1/licenses", [], { body: { locationId: here, ...APP, productType: "App", quantity: 5000 } });
});

const later = (seconds: number): void => {
  service.clock.now = new Date(service.clock.now.getTime() + seconds * 1000);
};
const ask = async (targets = devices(DEVICES)): Promise<WorkId> =>
  WorkId.parse((await ordered({ type: "ASSOCIATE", assets: [APP], targets }, bearer(), service.ports)).eventId);
/** Takes the messages out of the queue, which loses them. */
const taken = (): WorkId[] => {
  const orders = service.published.filter((one): one is WorkOrder => one.kind === "work").map(({ workId }) => workId);
  service.published.length = 0;
  return orders;
};
const sweep = async (): Promise<WorkId[]> => {
  taken();
  await resumeJobs(service.ports, neverTimeUp);
  return taken();
};
const jobAt = async (id: WorkId) => {
  const work = await service.ports.works.get(id);
  if (work === undefined) throw new Error("there is no such job");
  return { status: statusOf(work), completed: work.completed };
};
const run = (workId: WorkId) => doWork({ workId }, service.ports, neverTimeUp);
const complete = { status: "COMPLETE", completed: DEVICES };

describe("a job whose message was lost", () => {
  test("before its first step is put back after five minutes without progress, and done", async () => {
    const id = await ask();
    later(299);
    expect(await sweep()).toEqual([]);
    later(1);
    expect(await sweep()).toEqual([id]);
    await run(id);
    await run(id);
    expect(await jobAt(id)).toEqual(complete);
    later(86_400);
    expect(await sweep()).toEqual([]);
  });

  test("between two runs is put back, and continues where it was", async () => {
    const id = await ask();
    await run(id);
    later(300);
    expect(await sweep()).toEqual([id]);
    await run(id);
    expect(await jobAt(id)).toEqual(complete);
  });

  test("is put back again when that message is lost too, later each time", async () => {
    const id = await ask();
    const times: number[] = [];
    for (let minute = 1; minute <= 80; minute++) {
      later(60);
      if ((await sweep()).includes(id)) times.push(minute);
    }
    expect(times).toEqual([5, 15, 35, 75]);
  });

  test("is put back by what runs every minute, beside the sweep and the gauges", async () => {
    const id = await ask();
    later(300);
    taken();
    await runByTheMinute(service.ports, neverTimeUp);
    expect(taken()).toEqual([id]);
  });

  test("is put back sooner where the deployment says so", async () => {
    const id = await ask();
    later(10);
    taken();
    await runByTheMinute(service.ports, neverTimeUp, 10);
    expect(taken()).toEqual([id]);
  });
});

test("a job that gets on is left alone, however long it takes", async () => {
  const id = await ask();
  await run(id);
  for (let minute = 0; minute < 20; minute++) {
    later(240);
    // One step only, as a slow worker makes it.
    let asked = 0;
    await doWork({ workId: id }, service.ports, () => ++asked > 1);
    expect(await sweep()).toEqual([]);
    if ((await jobAt(id)).status === "COMPLETE") return;
  }
  expect(await jobAt(id)).toEqual(complete);
});

test("a job that is put back though its message was there is done once", async () => {
  const id = await ask();
  later(300);
  expect(await sweep()).toEqual([id]);
  await Promise.all([run(id), run(id), run(id)]);
  for (let message = taken().shift(); message !== undefined; message = taken().shift()) await run(message);
  await run(id);
  expect(await jobAt(id)).toEqual(complete);
  expect((await service.ports.licenses.asset({ ...APP, locationId: here }))?.assigned).toBe(DEVICES);
  expect(await service.ports.pendingJobs.countAt(here)).toEqual({ jobs: 0, assignments: 0 });
});

describe("a job that can't be done", () => {
  const givenUp = () => service.logged.filter((line) => line.includes("WorkGivenUp"));

  test("is given up after the queue's attempts, and not put back any more", async () => {
    const id = await ask();
    await giveUpWork({ workId: id }, service.ports);
    later(3600);
    expect(await sweep()).toEqual([]);
    expect([await jobAt(id), givenUp().length]).toEqual([{ status: "FAILED", completed: 0 }, 1]);
  });

  test("is given up at the first message after a day, and counted once", async () => {
    const id = await ask();
    await run(id);
    later(86_400);
    const [message] = await sweep();
    expect(message).toBe(id);
    await run(id);
    await run(id);
    expect([await jobAt(id), givenUp().length]).toEqual([{ status: "FAILED", completed: 1020 }, 1]);
    expect(await service.ports.pendingJobs.countAt(here)).toEqual({ jobs: 0, assignments: 0 });
    later(86_400);
    expect(await sweep()).toEqual([]);
  });
});

describe("a failure of one job", () => {
  test("is no obstacle to the others, and makes the run fail at the end", async () => {
    const ids = [await ask(devices(1)), await ask(devices(2)), await ask(devices(3))];
    later(300);
    taken();
    const { works } = service.ports;
    const damaged: typeof works.get = async (id) => {
      if (id === ids[1]) throw new Error("the record does not match its schema");
      return id === ids[0] ? undefined : works.get(id);
    };
    await expect(resumeJobs({ ...service.ports, works: { ...works, get: damaged } }, neverTimeUp)).rejects.toThrow("2 jobs");
    expect(taken()).toEqual([ids[2]]);
  });

  test("a queue that takes nothing makes the run fail, and the next one tries again", async () => {
    const id = await ask();
    later(300);
    service.faults.bus = true;
    await expect(resumeJobs(service.ports, neverTimeUp)).rejects.toThrow("1 jobs could not be put back");
    service.faults.bus = false;
    expect(await sweep()).toEqual([id]);
  });
});

test("of many lost jobs, a run puts back what its time allows, the earliest first", async () => {
  const ids: WorkId[] = [];
  for (let count = 0; count < 60; count++) {
    ids.push(await ask(devices(1)));
    later(1);
  }
  later(300);
  taken();
  await resumeJobs(service.ports, () => true);
  expect(taken()).toEqual(ids.slice(0, 25));
  expect(await sweep()).toEqual(ids.slice(25));
});
