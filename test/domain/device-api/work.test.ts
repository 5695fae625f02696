import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_NOTIFIED } from "../../../domain/device-api/mdm-limits.ts";
import {
  type Asked,
  type Failure,
  failuresOf,
  nextStep,
  partsOf,
  statusOf,
  stepsOf,
  type Work,
  type WorkAsset,
  WorkId,
  workOf,
} from "../../../domain/device-api/work.ts";
import type { Target } from "../../../domain/licenses/licenses.ts";
import { at, contentTokenId, locationId } from "../../support/builders/make.ts";

const id = WorkId.parse("3f2c9d4e-1b7a-4c8d-9e0f-1a2b3c4d5e6f");
const known = { id, locationId: locationId(), tokenId: contentTokenId(), requestedAt: at("2026-06-01T12:00:00Z") };
const assets = (count: number): WorkAsset[] =>
  Array.from({ length: count }, (_, index) => ({ adamId: String(index + 1), pricingParam: "STDQ" as const }));
const devices = (count: number): Target[] => Array.from({ length: count }, (_, index) => ({ serialNumber: `SN${index}` }));
const associating = (assetCount: number, targetCount: number): Asked => ({
  type: "ASSOCIATE",
  assets: assets(assetCount),
  targets: devices(targetCount),
});

const GIVEN_UP = { at: at("2026-06-01T13:00:00Z"), errorNumber: 9603 as const };

/** Every step of it, by part and asset. */
const walk = (asked: Asked): { part: number; asset: WorkAsset | undefined }[] => {
  const steps: { part: number; asset: WorkAsset | undefined }[] = [];
  let work = workOf(asked, known);
  for (let next = nextStep(work); next !== undefined; next = nextStep(work)) {
    steps.push(next);
    work = { ...work, step: work.step + 1 };
  }
  return steps;
};

describe("work in parts and steps", () => {
  test("asks for each asset and each target exactly once, whatever their number", () => {
    const counts = fc.tuple(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 2000 }));
    fc.assert(
      fc.property(counts, ([assetCount, targetCount]) => {
        const asked = associating(assetCount, targetCount);
        const parts = partsOf(asked);
        const pairs = walk(asked).flatMap(({ part, asset }) =>
          (parts[part]?.targets ?? []).map((target) => JSON.stringify([asset, target])),
        );
        expect(pairs).toHaveLength(assetCount * targetCount);
        expect(new Set(pairs).size).toBe(pairs.length);
        expect(workOf(asked, known).requested).toBe(pairs.length);
      }),
      { numRuns: 25 },
    );
  });

  test("is as large as a request may be, and each part fits into one transaction", () => {
    const asked = associating(25, 2000);
    expect(stepsOf(workOf(asked, known))).toBe(25 * 24);
    const largest = Math.max(...partsOf(asked).map(({ targets }) => targets.length));
    expect(largest).toBe(85);
    expect(largest).toBeLessThanOrEqual(MAX_NOTIFIED);
  });

  test("goes from asset to asset before the next users and devices", () => {
    expect(walk(associating(2, 100)).map(({ part, asset }) => [part, asset?.adamId])).toEqual([
      [0, "1"],
      [0, "2"],
      [1, "1"],
      [1, "2"],
    ]);
  });

  test("counts users by themselves, and targets of which all is to come back", () => {
    const users = Array.from({ length: 45 }, (_, index) => ({ clientUserId: `u${index}` }));
    expect(workOf({ type: "CREATE", users }, known)).toMatchObject({ requested: 45, parts: 3, assets: [] });
    expect(workOf({ type: "REVOKE", targets: devices(21) }, known)).toMatchObject({ requested: 21, parts: 5 });
    expect(walk({ type: "RETIRE", users })).toEqual(Array.from({ length: 9 }, (_, part) => ({ part, asset: undefined })));
  });
});

describe("its status", () => {
  const work = (over: Partial<Work>): Work => ({ ...workOf(associating(1, 10), known), ...over });

  test.each([
    ["nothing is done", { step: 0 }, "PENDING"],
    ["all is done", { step: 1, completed: 10 }, "COMPLETE"],
    ["some of it failed", { step: 1, completed: 9 }, "FAILED"],
    ["it was given up", { step: 0, stopped: GIVEN_UP }, "FAILED"],
  ] as const)("when %s", (_, over, status) => {
    expect(statusOf(work(over))).toBe(status);
  });

  test("work that was given up has no next step", () => {
    expect(nextStep(work({ stopped: GIVEN_UP }))).toBeUndefined();
  });
});

describe("failures as MDM servers are told them", () => {
  const work = workOf(associating(3, 3), known);
  const failing = (errorNumber: Failure["errorNumber"], adamId: string, serials: string[], step = 0): Failure => ({
    step,
    errorNumber,
    asset: { adamId, pricingParam: "STDQ" },
    targets: serials.map((serialNumber) => ({ serialNumber })),
  });

  test("those of one asset are one group, in the order of the request", () => {
    const told = failuresOf(work, [failing(9709, "1", ["C"], 1), failing(9709, "1", ["A", "B"], 0)]);
    expect(told).toEqual([
      {
        errorNumber: 9709,
        errorMessage: "There are not enough assets available",
        errorInfo: { assets: [{ adamId: "1", pricingParam: "STDQ" }], serialNumbers: ["A", "B", "C"] },
      },
    ]);
  });

  test("assets that failed for the very same targets are one group, others are not", () => {
    const told = failuresOf(work, [failing(9709, "1", ["A"]), failing(9709, "2", ["A"]), failing(9709, "3", ["B"])]);
    expect(told.map(({ errorInfo }) => [errorInfo?.assets?.map(({ adamId }) => adamId), errorInfo?.serialNumbers])).toEqual([
      [["1", "2"], ["A"]],
      [["3"], ["B"]],
    ]);
  });

  test("a user that there is not is named once, by no asset: as in Apple's sample", () => {
    const unknown = (adamId: string): Failure => ({ ...failing(9609, adamId, []), targets: [{ clientUserId: "client-4" }] });
    const [told, ...others] = failuresOf(work, [unknown("1"), unknown("2")]);
    expect([told?.errorNumber, told?.errorInfo, others]).toEqual([9609, { clientUserIds: ["client-4"] }, []]);
  });

  test("a stopped job has one failure more, which stands for the rest and comes first", () => {
    const stopped = { at: known.requestedAt, errorNumber: 9625 as const };
    const told = failuresOf({ ...work, stopped }, [failing(9709, "1", ["A"])]);
    expect(told.map(({ errorNumber }) => errorNumber)).toEqual([9625, 9709]);
    expect(told[0]?.errorInfo).toBeUndefined();
  });

  test("are no more than one answer holds", () => {
    const long = Array.from({ length: 100 }, (_, index) => `${"x".repeat(800)}${index}`);
    const many = Array.from({ length: 25 }, (_, index) => failing(9709, String(index + 1), [...long, `only-${index}`].slice(index)));
    const all = JSON.stringify(failuresOf(work, many)).length;
    expect(all).toBeGreaterThan(100_000);
    expect(all).toBeLessThan(5_000_000);
    const tooMany = Array.from({ length: 100 }, (_, index) =>
      failing(
        9709,
        String(index + 1),
        long.map((each) => `${each}-${index}`),
      ),
    );
    const told = failuresOf({ ...work, stopped: GIVEN_UP }, tooMany);
    expect(told[0]?.errorNumber).toBe(9603);
    expect(JSON.stringify(told).length).toBeLessThan(5_000_000);
    expect(told.length).toBeLessThan(100);
  });
});
