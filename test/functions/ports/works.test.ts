// The contract of work: a step is recorded once, with how far the work has come by it, whoever else is given the same step; and what was given up goes no
// further.
import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_JOB_LIMITS } from "../../../domain/device-api/mdm-limits.ts";
import { WorkId, workOf } from "../../../domain/device-api/work.ts";
import type { Progress } from "../../../functions/ports/works.ts";
import { aLocation, anEvent, anOrganization, contentTokenId, locationId } from "../../support/builders/make.ts";
import { acquired, assigned, device, key } from "../../support/builders/postings.ts";
import { ada, battery, NOW } from "../../support/database/records.ts";

const here = locationId();
const ID = WorkId.parse("0b1f9b9e-9d0c-4a5b-8a0f-5d6d2f0e7a11");
const LATER = new Date(NOW.getTime() + 1000);
const GIVEN_UP = { at: NOW, errorNumber: 9603 as const };
const asset = { adamId: "101", pricingParam: "STDQ" as const };
const [a, b] = [device("A"), device("B")];
const parts = [
  { targets: [a, b], users: [] },
  { targets: [{ clientUserId: "u-1" }], users: [{ clientUserId: "u-2", email: "eve@example.net" }] },
];
/** Two parts of one step each. */
const work = {
  ...workOf(
    { type: "ASSOCIATE", assets: [asset], targets: [a, b] },
    { id: ID, locationId: here, tokenId: contentTokenId(), requestedAt: NOW },
  ),
  parts: parts.length,
};

battery("work", (records) => {
  beforeEach(async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
  });
  const step = (count: number, over: Partial<Progress["outcome"]> = {}): Progress => ({
    work: { ...work, step: count },
    outcome: { completed: 1, failures: [], ...over },
    at: LATER,
  });
  const nothingNew = async (there: object): Promise<void> => {
    expect(await records.works.get(ID)).toEqual(there);
    expect(await records.untold()).toEqual([]);
  };

  test("that nobody asked for is none", async () => {
    expect(await records.works.get(ID)).toBeUndefined();
    expect(await records.works.failures(ID)).toEqual([]);
    await expect(records.works.part(ID, 0)).rejects.toThrow("is not recorded");
    expect(await records.works.advance(step(0), [anEvent()])).toBe(false);
    expect(await records.works.stop(work, GIVEN_UP)).toBe(false);
    expect(await records.works.get(ID)).toBeUndefined();
    expect(await records.untold()).toEqual([]);
  });

  test("comes back as it was written down, with each of its parts, and is told of", async () => {
    expect(await records.works.add(work, parts, DEFAULT_JOB_LIMITS, [anEvent()])).toBe("added");
    expect(await records.works.get(ID)).toEqual(work);
    for (const [index, part] of parts.entries()) expect(await records.works.part(ID, index)).toEqual(part);
    await expect(records.works.part(ID, 2)).rejects.toThrow("is not recorded");
    expect(await records.untold()).toEqual([anEvent()]);
  });

  test("is not written down over work of that id, nor when what was judged changed", async () => {
    expect(await records.works.add(work, parts, DEFAULT_JOB_LIMITS, [], { locations: [aLocation({ version: 2 })] })).toBe("changed");
    expect(await records.works.get(ID)).toBeUndefined();
    await records.works.add(work, parts, DEFAULT_JOB_LIMITS);
    expect(await records.works.add({ ...work, type: "DISASSOCIATE" }, [], DEFAULT_JOB_LIMITS, [anEvent()])).toBe("changed");
    await nothingNew(work);
    expect(await records.works.part(ID, 0)).toEqual(parts[0]);
  });

  test("goes on step by step, and keeps what failed of each", async () => {
    await records.works.add(work, parts, DEFAULT_JOB_LIMITS);
    const failures = [
      { errorNumber: 9709 as const, asset, targets: [b] },
      { errorNumber: 9609 as const, asset, targets: [{ clientUserId: "u-1" }] },
    ];
    expect(await records.works.advance(step(0, { failures }), [anEvent()])).toBe(true);
    expect(await records.works.get(ID)).toEqual({ ...work, step: 1, completed: 1, progressedAt: LATER });
    const last = { errorNumber: 9603 as const, targets: [a] };
    expect(await records.works.advance(step(1, { completed: 2, failures: [last] }))).toBe(true);
    expect(await records.works.get(ID)).toEqual({ ...work, step: 2, completed: 3, progressedAt: LATER });
    const kept = [...failures.map((failure) => ({ ...failure, step: 0 })), { ...last, step: 1 }];
    expect(await records.works.failures(ID)).toEqual(kept);
    expect(await records.untold()).toEqual([anEvent()]);
  });

  test("is given up once, and not when it was done", async () => {
    await records.works.add(work, parts, DEFAULT_JOB_LIMITS);
    expect(await records.works.stop(work, GIVEN_UP)).toBe(true);
    expect(await records.works.get(ID)).toEqual({ ...work, stopped: GIVEN_UP });
    expect(await records.works.stop(work, { ...GIVEN_UP, at: LATER })).toBe(false);
    expect(await records.works.get(ID)).toEqual({ ...work, stopped: GIVEN_UP });
    const done = { ...work, id: WorkId.parse("0b1f9b9e-9d0c-4a5b-8a0f-5d6d2f0e7a12"), step: 2, completed: 2 };
    await records.works.add(done, parts, DEFAULT_JOB_LIMITS);
    expect(await records.works.stop(done, GIVEN_UP)).toBe(false);
    expect(await records.works.get(done.id)).toEqual(done);
  });

  test("of which a step is given twice at once does it once", async () => {
    await records.works.add(work, parts, DEFAULT_JOB_LIMITS);
    const steps = [1, 2, 3, 4].map((run) =>
      records.works.advance(step(0, { failures: [{ errorNumber: 9709, targets: [b] }] }), [anEvent({ id: `evt_${run}` })]),
    );
    expect((await Promise.all(steps)).filter(Boolean)).toHaveLength(1);
    expect(await records.works.get(ID)).toEqual({ ...work, step: 1, completed: 1, progressedAt: LATER });
    expect(await records.works.failures(ID)).toHaveLength(1);
    expect(await records.untold()).toHaveLength(1);
  });

  describe("of which a step assigns licenses", () => {
    const counts = async () => {
      const { available, assigned: held } = (await records.licenses.asset(key())) ?? {};
      return { available, assigned: held };
    };
    beforeEach(async () => {
      await records.licenses.post(acquired(key(), 3));
      await records.works.add(work, parts, DEFAULT_JOB_LIMITS);
    });

    test("goes on with them", async () => {
      expect(await records.licenses.post(assigned(key(), a), [anEvent()], { progress: step(0) })).toBe(true);
      expect(await counts()).toEqual({ available: 2, assigned: 1 });
      expect(await records.works.get(ID)).toEqual({ ...work, step: 1, completed: 1, progressedAt: LATER });
    });

    test.each<[string, () => Promise<unknown>, Progress]>([
      ["the work is further", () => records.works.advance(step(0)), step(0)],
      ["the work is not so far", async () => undefined, step(1)],
      ["the work was given up", () => records.works.stop(work, GIVEN_UP), step(0)],
      [
        "there is no such work",
        async () => undefined,
        { ...step(0), work: { ...work, id: WorkId.parse("0b1f9b9e-9d0c-4a5b-8a0f-5d6d2f0e7a13") } },
      ],
    ])("assigns none when %s", async (_, happens, progress) => {
      await happens();
      const before = await records.works.get(ID);
      expect(await records.licenses.post(assigned(key(), a), [anEvent()], { progress })).toBe(false);
      expect(await counts()).toEqual({ available: 3, assigned: 0 });
      expect(await records.licenses.holding(key(), [a])).toEqual([]);
      await nothingNew(before ?? {});
      expect(await records.works.failures(ID)).toEqual([]);
    });

    test("stays where it was when they can't be assigned", async () => {
      const failures = [{ errorNumber: 9609 as const, targets: [b] }];
      const tooMany = assigned(key(), a, b, device("C"), device("D"));
      expect(await records.licenses.post(tooMany, [anEvent()], { progress: step(0, { failures }) })).toBe(false);
      await nothingNew(work);
      expect(await records.works.failures(ID)).toEqual([]);
    });

    test("assigns them once when it is given twice at once, even to others each time", async () => {
      const posts = [a, b, device("C")].map((target) => records.licenses.post(assigned(key(), target), [], { progress: step(0) }));
      expect((await Promise.all(posts)).filter(Boolean)).toHaveLength(1);
      expect(await counts()).toEqual({ available: 2, assigned: 1 });
      expect(await records.works.get(ID)).toEqual({ ...work, step: 1, completed: 1, progressedAt: LATER });
    });

    test("writes down that the location is in use, over the version that was read", async () => {
      const used = { ...aLocation(), assignedThroughTokenAt: NOW, version: 2 };
      const preconditions = { locations: [aLocation()] };
      const first = records.licenses.post(assigned(key(), a), [], { preconditions, progress: step(0), location: used });
      expect(await first).toBe(true);
      expect(await records.locations.get(here)).toEqual(used);
      expect(await records.licenses.post(assigned(key(), b), [], { preconditions, progress: step(1), location: used })).toBe(false);
      expect(await counts()).toEqual({ available: 2, assigned: 1 });
      expect(await records.works.get(ID)).toMatchObject({ step: 1 });
    });
  });

  test("does not go on when what was judged changed", async () => {
    await records.works.add(work, parts, DEFAULT_JOB_LIMITS);
    await records.locations.replace({ ...aLocation(), name: "Edited", version: 2 });
    expect(await records.works.advance(step(0), [anEvent()], { locations: [aLocation()] })).toBe(false);
    await nothingNew(work);
  });
});
