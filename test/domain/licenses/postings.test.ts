// The ledger's rules: every posting balances, and each refusal stands exactly at its edge.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Acquisition,
  type Asset,
  isDevice,
  keyOf,
  MAX_TARGETS,
  MAX_TOTAL,
  MAX_TRANSFER,
  type Target,
  targetsOf,
  targetText,
  totalOf,
} from "../../../domain/licenses/licenses.ts";
import {
  acquiring,
  assigning,
  type Entry,
  mostTransferable,
  type Posting,
  refusedOf,
  retiring,
  together,
  transferring,
  unassigning,
  whyNotTransferable,
} from "../../../domain/licenses/postings.ts";
import { TransferId } from "../../../domain/shared/ids.ts";
import { accountId, at, locationId } from "../../support/builders/make.ts";
import { refusalOf } from "../../support/builders/refused.ts";

const NOW = at("2026-06-01T12:00:00Z");

const anAsset = (over: Partial<Asset> = {}): Asset => ({
  locationId: locationId(),
  adamId: "361309726",
  pricingParam: "STDQ",
  productType: "App",
  deviceAssignable: true,
  revocable: true,
  supportedPlatforms: [],
  version: 1,
  available: 5,
  assigned: 2,
  retired: 0,
  ...over,
});
const aBook = (over: Partial<Asset> = {}): Asset => anAsset({ productType: "Book", deviceAssignable: false, revocable: false, ...over });
const anAcquisition = (over: Partial<Acquisition> = {}): Acquisition => ({ productType: "App", quantity: 3, ...over });
const aTransfer = (over: Partial<{ quantity: number }> = {}) => ({
  id: TransferId.parse(`tr_${accountId().slice("acc_".length)}`),
  fromLocationId: locationId(),
  toLocationId: locationId(2),
  adamId: "361309726",
  pricingParam: "STDQ" as const,
  quantity: 1,
  at: NOW,
  by: accountId(),
  ...over,
});
const users = (count: number): Target[] => Array.from({ length: count }, (_, index) => ({ clientUserId: `u-${index}` }));
const devices = (count: number): Target[] => Array.from({ length: count }, (_, index) => ({ serialNumber: `S${index}` }));

const sumOf = (entries: readonly Entry[], counts: readonly (keyof Omit<Entry, "asset">)[]): number =>
  entries.reduce((sum, entry) => sum + counts.reduce((all, count) => all + (entry[count] ?? 0), 0), 0);
const ALL = ["available", "assigned", "retired"] as const;

describe("every posting", () => {
  const count = fc.nat(100);
  const asset: fc.Arbitrary<Asset> = fc
    .record({ available: count, assigned: count, retired: count, isBook: fc.boolean(), place: fc.constantFrom(1, 2) })
    .map(({ isBook, place, ...counts }) => ({ ...(isBook ? aBook() : anAsset()), ...counts, locationId: locationId(place) }));
  /** What was acquired by it, beside it. */
  type Made = { readonly posting: Posting; readonly acquired: number };
  const moved = (posting: Posting): Made => ({ posting, acquired: 0 });

  const acquisition = fc
    .tuple(fc.option(asset), fc.integer({ min: 1, max: 1_000_000 }), fc.option(fc.constantFrom("Pages", "Keynote"), { nil: undefined }))
    .map(([before, quantity, name]): Made => {
      const kind = (before ?? anAsset()).productType;
      const asked = { ...anAcquisition({ productType: kind, quantity }), ...(name === undefined ? {} : { name }) };
      return { posting: acquiring(anAsset(), before ?? undefined, asked, NOW), acquired: quantity };
    });
  const transfer = fc
    .tuple(asset, fc.boolean(), fc.nat())
    .filter(([from]) => from.available > 0)
    .map(([from, isNew, part]) => {
      const to = isNew ? undefined : { ...from, locationId: locationId(2) };
      return moved(transferring(from, to, aTransfer({ quantity: 1 + (part % from.available) })));
    });
  const assignment = fc
    .tuple(asset, fc.nat(), fc.boolean())
    .filter(([{ available }]) => available > 0)
    .map(([one, part, asDevices]) => {
      const targets = asDevices && one.deviceAssignable ? devices : users;
      return moved(assigning(one, targets(1 + (part % one.available)), NOW));
    });
  const removal = fc
    .tuple(asset, fc.integer({ min: 1, max: 80 }))
    .map(([one, many]) => moved(unassigning({ ...one, revocable: true }, users(many), NOW)));
  const retirement = fc.array(asset, { minLength: 1, maxLength: 5 }).map((held) => moved(retiring("u-1", held, NOW)));
  const file = fc.array(acquisition, { maxLength: 5 }).map((all) => ({
    posting: together(
      all.map(({ posting }) => posting),
      NOW,
    ),
    acquired: all.reduce((sum, { acquired }) => sum + acquired, 0),
  }));

  test.each([
    ["an acquisition", acquisition],
    ["a file of acquisitions", file],
    ["a transfer", transfer],
    ["an assignment", assignment],
    ["a removal", removal],
    ["a retirement", retirement],
  ])("adds up to what was acquired, and its assigned licenses to whom it gives and takes: %s", (_, postings) => {
    fc.assert(
      fc.property(postings, ({ posting: { entries, assigned = [], unassigned = [] }, acquired }) => {
        expect(sumOf(entries, ALL)).toBe(acquired);
        expect(sumOf(entries, ["assigned"])).toBe(assigned.length - unassigned.length);
      }),
    );
  });

  test("says whom it gives each license, and once", () => {
    const { assigned = [] } = assigning(anAsset(), [...users(2), ...devices(1)], NOW);
    expect(assigned.map(({ target }) => targetText(target))).toEqual(["USER#u-0", "USER#u-1", "SN#S0"]);
    expect(assigned.map(({ asset: key, assignedAt }) => [key, assignedAt])).toEqual(assigned.map(() => [keyOf(anAsset()), NOW]));
  });
});

describe("an acquisition", () => {
  test("takes a location to the most that can be counted, and no further", () => {
    const full = anAsset({ available: MAX_TOTAL - 3, assigned: 0 });
    expect(acquiring(full, full, anAcquisition(), NOW).entries).toEqual([{ asset: keyOf(full), available: 3 }]);
    expect(refusalOf(() => acquiring(full, full, anAcquisition({ quantity: 4 }), NOW)).reason).toBe("too_many_licenses");
    const retired = anAsset({ available: 0, assigned: 0, retired: MAX_TOTAL });
    expect(refusalOf(() => acquiring(retired, retired, anAcquisition({ quantity: 1 }), NOW)).reason).toBe("too_many_licenses");
  });

  test.each([
    ["another product", anAcquisition({ productType: "Book" })],
    ["for no devices", anAcquisition({ deviceAssignable: false })],
    ["irrevocable", anAcquisition({ revocable: false })],
  ])("of what is there as another kind is refused: %s", (_, asked) => {
    expect(refusalOf(() => acquiring(anAsset(), anAsset(), asked, NOW)).reason).toBe("asset_differs");
    expect(acquiring(anAsset(), undefined, asked, NOW).entries).toHaveLength(1);
  });

  test.each(["deviceAssignable", "revocable"] as const)("of a book that is %s is refused, also where there is none", (trait) => {
    const asked = anAcquisition({ productType: "Book", [trait]: true });
    expect(refusalOf(() => acquiring(aBook(), undefined, asked, NOW)).reason).toBe("asset_differs");
    expect(acquiring(aBook(), undefined, anAcquisition({ productType: "Book", [trait]: false }), NOW).traits).toMatchObject([
      { [trait]: false },
    ]);
  });

  test("gives a new asset the platform iOS, and leaves a record without platforms as it is until it changes otherwise", () => {
    expect(acquiring(anAsset(), undefined, anAcquisition(), NOW).traits).toMatchObject([{ supportedPlatforms: ["iOS"] }]);
    expect(acquiring(anAsset(), anAsset(), anAcquisition({ supportedPlatforms: ["iOS"] }), NOW).traits).toBeUndefined();
    expect(acquiring(anAsset(), anAsset(), anAcquisition({ name: "Pages" }), NOW).traits).toMatchObject([{ supportedPlatforms: ["iOS"] }]);
  });

  test("tells the traits where they are new or changed, and else none: it would make acquisitions wait for each other", () => {
    expect(acquiring(anAsset(), undefined, anAcquisition(), NOW).traits).toMatchObject([
      { version: 1, deviceAssignable: true, revocable: true },
    ]);
    expect(acquiring(anAsset(), anAsset(), anAcquisition(), NOW).traits).toBeUndefined();
    const renamed = acquiring(anAsset(), anAsset({ version: 4 }), anAcquisition({ name: "Pages" }), NOW).traits;
    expect(renamed).toMatchObject([{ version: 5, name: "Pages" }]);
    const known = anAsset({ name: "Pages", supportedPlatforms: ["iOS"] });
    expect(acquiring(known, known, anAcquisition({ supportedPlatforms: ["iOS", "macOS"] }), NOW).traits).toMatchObject([
      { name: "Pages", version: 2 },
    ]);
  });

  test("of several, each is judged after those before it", () => {
    const { locationId: here, adamId, pricingParam } = anAsset();
    const line = (over: Partial<Acquisition> = {}) => ({ adamId, pricingParam, ...anAcquisition(over) });
    const lines = [line({ revocable: false }), line({ revocable: true }), line(), line({ quantity: 2_147_483_641 }), line()];
    expect(refusedOf(lines, here, []).map(({ line: each, refusal }) => [lines.indexOf(each), refusal.reason])).toEqual([
      [1, "asset_differs"],
      [4, "too_many_licenses"],
    ]);
    expect(refusedOf([line({ productType: "Book" })], here, [anAsset()])).toHaveLength(1);
  });
});

describe("a transfer", () => {
  const there = anAsset({ locationId: locationId(2), available: 0, assigned: 0 });

  test("takes all that is available, and never what is assigned or retired", () => {
    const from = anAsset({ available: 5, assigned: 9, retired: 9 });
    expect(whyNotTransferable(from, undefined, 5)).toBeUndefined();
    expect(whyNotTransferable(from, undefined, 6)?.reason).toBe("not_enough_licenses");
    expect(refusalOf(() => transferring(from, undefined, aTransfer({ quantity: 6 }))).reason).toBe("not_enough_licenses");
  });

  test("fills the other location to the most that can be counted, and no further", () => {
    const full = { ...there, retired: MAX_TOTAL - 2 };
    expect(whyNotTransferable(anAsset(), full, 2)).toBeUndefined();
    expect(whyNotTransferable(anAsset(), full, 3)?.reason).toBe("too_many_licenses");
    expect(mostTransferable(anAsset(), full)).toBe(2);
    expect(mostTransferable(anAsset(), { ...there, retired: MAX_TOTAL })).toBe(0);
  });

  test.each([{ productType: "Book" }, { deviceAssignable: false }, { revocable: false }] as const)(
    "to where the asset is of another kind is refused, and nothing could be transferred: %o",
    (differs) => {
      expect(whyNotTransferable(anAsset(), { ...there, ...differs }, 1)?.reason).toBe("asset_differs");
      expect(mostTransferable(anAsset(), { ...there, ...differs })).toBe(0);
    },
  );

  test("of most is what can be transferred: at once no more than Apple lets", () => {
    expect(mostTransferable(anAsset({ available: MAX_TRANSFER + 1 }), undefined)).toBe(MAX_TRANSFER);
    expect(mostTransferable(anAsset({ available: MAX_TRANSFER - 1 }), there)).toBe(MAX_TRANSFER - 1);
    expect(mostTransferable(anAsset({ available: 0 }), there)).toBe(0);
  });

  test("takes the traits with it where they are new, as their first version, and no counts", () => {
    const { traits = [] } = transferring(anAsset({ name: "Pages", version: 7 }), undefined, aTransfer());
    const { available: _, assigned: __, retired: ___, ...known } = anAsset({ name: "Pages", locationId: locationId(2) });
    expect(traits).toEqual([known]);
    expect(transferring(anAsset(), there, aTransfer()).traits).toBeUndefined();
  });
});

describe("an assignment", () => {
  test("takes all that is available, and no more", () => {
    expect(assigning(anAsset({ available: 2 }), users(2), NOW).assigned).toHaveLength(2);
    expect(refusalOf(() => assigning(anAsset({ available: 2 }), users(3), NOW)).reason).toBe("not_enough_licenses");
  });

  test("to a device of what is for users only is refused, before it is asked how many there are", () => {
    expect(refusalOf(() => assigning(aBook({ available: 0 }), [...users(1), ...devices(1)], NOW)).reason).toBe("not_device_assignable");
    expect(assigning(aBook(), users(1), NOW).assigned).toHaveLength(1);
  });

  test("is taken back of what is revocable only; a retirement takes both, and books are never available again", () => {
    expect(refusalOf(() => unassigning(aBook(), users(1), NOW)).reason).toBe("irrevocable");
    const { entries, unassigned } = retiring("u", [anAsset(), aBook({ adamId: "500" })], NOW);
    expect(entries.map(({ asset: _, ...change }) => change)).toEqual([
      { assigned: -1, available: 1 },
      { assigned: -1, retired: 1 },
    ]);
    expect(unassigned?.map(({ target }) => target)).toEqual([{ clientUserId: "u" }, { clientUserId: "u" }]);
  });
});

describe("targets", () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n-${index}`);

  test("are each named once, and devices apart from users", () => {
    const targets = targetsOf(["A", "A", "B"], ["A"]);
    expect(targets.map(targetText)).toEqual(["SN#A", "SN#B", "USER#A"]);
    expect(targets.map(isDevice)).toEqual([true, true, false]);
  });

  test("are one at least and as many as a transaction takes, counted without repetitions", () => {
    expect(targetsOf(names(MAX_TARGETS - 1), ["u", "u"])).toHaveLength(MAX_TARGETS);
    for (const [serials, ids] of [
      [[], []],
      [names(MAX_TARGETS), ["u"]],
      [[], names(MAX_TARGETS + 1)],
    ] as const)
      expect(refusalOf(() => targetsOf(serials, ids)).reason).toBe("invalid_input");
  });
});

test("a total counts what is retired too", () => {
  expect(totalOf({ available: 1, assigned: 2, retired: 4 })).toBe(7);
});
