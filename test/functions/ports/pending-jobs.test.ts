// The contract of pending jobs: a job is listed and counted from the transaction that adds it until the one that ends it in any way, and no
// location ever has more pending than its limits allow.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { JobLimits } from "../../../domain/device-api/job.ts";
import { DEFAULT_JOB_LIMITS } from "../../../domain/device-api/mdm-limits.ts";
import { type Asked, isEnded, partsOf, type Work, WorkId, workOf } from "../../../domain/device-api/work.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { keys } from "../../../functions/aws/table.ts";
import { aLocation, anEvent, anOrganization, at, contentTokenId, locationId } from "../../support/builders/make.ts";
import { acquired, assigned, device, key } from "../../support/builders/postings.ts";
import { changesOf } from "../../support/builders/users.ts";
import { ada, battery, databaseForTests, NOW } from "../../support/database/records.ts";

const EVER = at("2100-01-01");
const [here, there] = [locationId(1), locationId(2)];
const APP = { adamId: "101", pricingParam: "STDQ" as const };
const STOPPED = { at: NOW, errorNumber: 9625 as const };

const idOf = (seed: number): WorkId => WorkId.parse(`0b1f9b9e-9d0c-4a5b-8a0f-${String(seed).padStart(12, "0")}`);
const devices = (count: number) => Array.from({ length: count }, (_, index) => device(`D${index}`));
const asking = (targets: number): Asked => ({ type: "ASSOCIATE", assets: [APP], targets: devices(targets) });
/** A job of one step for each 85 devices. */
const aJob = (seed: number, targets = 1, location = here): Work =>
  workOf(asking(targets), {
    id: idOf(seed),
    locationId: location,
    tokenId: contentTokenId(),
    requestedAt: new Date(NOW.getTime() + seed * 1000),
  });
const stepOf = (work: Work) => ({ work, outcome: { completed: 1, failures: [] }, at: NOW });

battery("pending jobs", (records) => {
  beforeEach(async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
  });
  const add = (work: Work, limits: JobLimits = DEFAULT_JOB_LIMITS) => records.works.add(work, partsOf(asking(work.requested)), limits);
  const listed = async (last = EVER) => Array.fromAsync(records.pendingJobs.requestedUntil(last));
  const idsIn = async (last?: Date): Promise<WorkId[]> => (await listed(last)).map(({ id }) => id);
  const counts = async () => [await records.pendingJobs.countAt(here), await records.pendingJobs.countAt(there)];
  const NONE = { jobs: 0, assignments: 0 };

  test("a location that nobody asked anything of has none", async () => {
    expect([await listed(), await counts()]).toEqual([[], [NONE, NONE]]);
  });

  test("a job is listed, the earliest first, and counted with its location's", async () => {
    for (const job of [aJob(3, 5), aJob(1, 7), aJob(2, 2, there)]) expect(await add(job)).toBe("added");
    expect(await listed()).toEqual(
      [aJob(1), aJob(2, 1, there), aJob(3)].map(({ id, locationId, requestedAt }) => ({ id, locationId, requestedAt })),
    );
    expect(await idsIn(aJob(2).requestedAt)).toEqual([idOf(1), idOf(2)]);
    expect(await idsIn(new Date(aJob(2).requestedAt.getTime() - 1))).toEqual([idOf(1)]);
    expect(await counts()).toEqual([
      { jobs: 2, assignments: 12 },
      { jobs: 1, assignments: 2 },
    ]);
  });

  test("a job of an id that is taken is counted once", async () => {
    expect(await add(aJob(1, 5))).toBe("added");
    expect(await add(aJob(1, 9))).toBe("changed");
    expect(await counts()).toEqual([{ jobs: 1, assignments: 5 }, NONE]);
  });

  test.each<[string, JobLimits, number]>([
    ["jobs", { jobs: 2, assignments: 1000 }, 1],
    ["assignments", { jobs: 100, assignments: 20 }, 1],
    ["assignments by a single job", { jobs: 100, assignments: 30 }, 11],
  ])("a job beyond the limit of %s is not written at all; another location's is", async (_, limits, targets) => {
    for (const seed of [1, 2]) expect(await add(aJob(seed, 10), limits)).toBe("added");
    const full = aJob(3, targets);
    expect(await records.works.add(full, partsOf(asking(targets)), limits, [anEvent()])).toBe("full");
    expect(await records.works.get(full.id)).toBeUndefined();
    expect([await idsIn(), await records.untold()]).toEqual([[idOf(1), idOf(2)], []]);
    expect(await counts()).toEqual([{ jobs: 2, assignments: 20 }, NONE]);
    expect(await add(aJob(4, targets, there), limits)).toBe("added");
  });

  test("a first job that is larger than the limit is not written either", async () => {
    expect(await add(aJob(1, 21), { jobs: 9, assignments: 20 })).toBe("full");
    expect([await idsIn(), await counts()]).toEqual([[], [NONE, NONE]]);
  });

  test("jobs that come at once are let in exactly up to the limit", async () => {
    const limits = { jobs: 5, assignments: 1000 };
    // A caller that is refused as busy asks again, as MDM servers do.
    const patiently = async (job: Work): Promise<string> => {
      for (;;) {
        const result = await add(job, limits).catch((error: unknown) => {
          if (!(error instanceof Error && error.name === "Refusal")) throw error;
        });
        if (result !== undefined) return result;
      }
    };
    const results = await Promise.all(Array.from({ length: 12 }, (_, seed) => patiently(aJob(seed, 3))));
    expect(results.filter((result) => result === "added")).toHaveLength(5);
    expect(results.filter((result) => result === "full")).toHaveLength(7);
    expect(await counts()).toEqual([{ jobs: 5, assignments: 15 }, NONE]);
    expect(await idsIn()).toHaveLength(5);
  });

  describe("a job that ends is listed and counted no more", () => {
    const job = aJob(1, 1);
    beforeEach(async () => {
      await records.licenses.post(acquired(key(), 3));
      await add(job);
      await add(aJob(2, 5));
    });

    test.each<[string, () => Promise<unknown>]>([
      ["by its last step, which changed nothing else", () => records.works.advance(stepOf(job))],
      [
        "by its last step, which assigned licenses",
        () => records.licenses.post(assigned(key(), device("A")), [], { progress: stepOf(job) }),
      ],
      [
        "by its last step, which changed users",
        async () => {
          const version = await records.clientUsers.version(here);
          return records.clientUsers.record(changesOf(version), [], { progress: stepOf(job) });
        },
      ],
      ["by being stopped", () => records.works.stop(job, STOPPED)],
    ])("%s, once however often that is tried", async (_, end) => {
      expect(await end()).toBe(true);
      const again = [end, end, () => records.works.stop(job, STOPPED), () => records.works.advance(stepOf(job))];
      expect(await Promise.all(again.map((each) => each()))).toEqual([false, false, false, false]);
      expect([await idsIn(), await counts()]).toEqual([[idOf(2)], [{ jobs: 1, assignments: 5 }, NONE]]);
    });

    test("and once when several end it at the same time", async () => {
      const ends = [0, 1, 2].flatMap(() => [records.works.stop(job, STOPPED), records.works.advance(stepOf(job))]);
      expect((await Promise.all(ends)).filter(Boolean)).toHaveLength(1);
      expect([await idsIn(), await counts()]).toEqual([[idOf(2)], [{ jobs: 1, assignments: 5 }, NONE]]);
    });
  });

  test("a job counts with all it asked for until its last step", async () => {
    const job = aJob(1, 100);
    await add(job);
    expect(await records.works.advance(stepOf(job))).toBe(true);
    expect([await idsIn(), await counts()]).toEqual([[idOf(1)], [{ jobs: 1, assignments: 100 }, NONE]]);
    expect(await records.works.advance(stepOf({ ...job, step: 1 }))).toBe(true);
    expect([await idsIn(), await counts()]).toEqual([[], [NONE, NONE]]);
  });

  test("it is noted that a job was put back into the queue, unless it ended", async () => {
    const resumed = { at: NOW, step: 0, times: 1 };
    await add(aJob(1));
    const [pending] = await listed();
    if (pending === undefined) throw new Error("it is not listed");
    await records.pendingJobs.noteResumed(pending, resumed);
    expect(await listed()).toEqual([{ ...pending, resumed }]);
    await records.works.stop(aJob(1), STOPPED);
    await records.pendingJobs.noteResumed(pending, resumed);
    expect(await listed()).toEqual([]);
  });

  test("the count is the sum of the jobs that have not ended, after any sequence of additions, steps and stops", {
    timeout: 60_000,
  }, async () => {
    const limits = { jobs: 4, assignments: 300 };
    const act = fc.record({
      kind: fc.constantFrom("add", "add", "step", "step", "stop" as const),
      seed: fc.nat(7),
      targets: fc.constantFrom(1, 80, 100, 200),
      times: fc.integer({ min: 1, max: 3 }),
    });
    let round = 0;
    const property = fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 20 }), async (acts) => {
      round += 1;
      const place = locationId(10 + round);
      const jobs = new Map<WorkId, Work>();
      for (const { kind, seed, targets, times } of acts) {
        const job = aJob(100 * round + seed, targets, place);
        const now = await records.works.get(job.id);
        const each = (): Promise<unknown> => {
          if (kind === "add") return add(job, limits);
          if (now === undefined) return Promise.resolve();
          return kind === "step" ? records.works.advance(stepOf(now)) : records.works.stop(now, STOPPED);
        };
        await Promise.all(Array.from({ length: times }, each));
        const after = await records.works.get(job.id);
        if (after !== undefined) jobs.set(job.id, after);
        const pending = [...jobs.values()].filter((one) => !isEnded(one));
        const sum = pending.reduce((all, { requested }) => all + requested, 0);
        expect(await records.pendingJobs.countAt(place)).toEqual({ jobs: pending.length, assignments: sum });
        expect(pending.length).toBeLessThanOrEqual(limits.jobs);
        expect(sum).toBeLessThanOrEqual(limits.assignments);
        const names = (await listed()).filter((one) => one.locationId === place).map(({ id }) => id);
        expect(names.toSorted()).toEqual(pending.map(({ id }) => id).toSorted());
      }
    });
    await fc.assert(property, { numRuns: 12 });
  });
});

describe("in DynamoDB", () => {
  const database = databaseForTests();

  test("a job's record goes by itself only once the job ended: its place in the count can't be lost", async () => {
    const table = await database.table();
    const { works } = recordsIn(table);
    const ttlOf = async ({ id }: Work) =>
      (await table.client.send(new GetCommand({ TableName: table.name, Key: keys.work(id) }))).Item?.ttl;
    const [done, stopped] = [aJob(1), aJob(2)];
    for (const job of [done, stopped]) {
      await works.add(job, partsOf(asking(1)), DEFAULT_JOB_LIMITS);
      expect(await ttlOf(job)).toBeUndefined();
    }
    await works.advance(stepOf(done));
    await works.stop(stopped, STOPPED);
    for (const job of [done, stopped]) expect(await ttlOf(job)).toBe(Math.floor(job.requestedAt.getTime() / 1000) + 30 * 86_400);
  });
});
