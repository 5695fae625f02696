import { describe, expect, test } from "vitest";
import { MdmRefusal } from "../../../domain/device-api/mdm-error.ts";
import { AssetsRequest, assertAssociable, assertRevocable, assetsAsked, targetsAsked } from "../../../domain/device-api/work-request.ts";
import type { Asset } from "../../../domain/licenses/licenses.ts";
import { locationId } from "../../support/builders/make.ts";

const LIMITS = { clientUserIds: 1000, serialNumbers: 1000 };

const numberOf = (act: () => unknown): number | undefined => {
  try {
    act();
  } catch (error) {
    if (error instanceof MdmRefusal) return error.error.errorNumber;
    throw error;
  }
  return undefined;
};

const asked = (over: object) => AssetsRequest.parse({ assets: [{ adamId: "1" }], serialNumbers: ["A"], ...over });
const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);

describe("a request for assets", () => {
  test("has standard quality where none is said, and takes an Adam ID that came as a number", () => {
    expect(assetsAsked(asked({ assets: [{ adamId: 361309726 }, { adamId: "2", pricingParam: "PLUS", availableCount: 3 }] }))).toEqual([
      { adamId: "361309726", pricingParam: "STDQ" },
      { adamId: "2", pricingParam: "PLUS" },
    ]);
  });

  test.each([
    [9718, { assets: [] }],
    [9700, { assets: many(26).map((_, index) => ({ adamId: String(index + 1) })) }],
    [9703, { assets: [{ adamId: "1" }, { adamId: "1", pricingParam: "STDQ" }] }],
  ])("is refused with %d", (number, over) => {
    expect(numberOf(() => assetsAsked(asked(over)))).toBe(number);
  });

  test("of 25, and of one in both qualities, is not", () => {
    const most = many(25).map((_, index) => ({ adamId: String(index + 1) }));
    expect(numberOf(() => assetsAsked(asked({ assets: most })))).toBeUndefined();
    expect(assetsAsked(asked({ assets: [{ adamId: "1" }, { adamId: "1", pricingParam: "PLUS" }] }))).toHaveLength(2);
  });
});

describe("whom it is for", () => {
  test.each([
    [9719, { serialNumbers: [] }],
    [9701, { clientUserIds: many(1001) }],
    [9702, { serialNumbers: many(1001) }],
    [9704, { clientUserIds: ["u", "u"] }],
    [9705, { serialNumbers: ["A", "A"] }],
    [9705, { serialNumbers: ["A", " A "] }],
  ])("is refused with %d", (number, over) => {
    expect(numberOf(() => targetsAsked(asked(over), LIMITS))).toBe(number);
  });

  test("may be users and devices at once, as many as there may be of each", () => {
    expect(targetsAsked(asked({ clientUserIds: many(1000), serialNumbers: many(1000) }), LIMITS)).toHaveLength(2000);
  });
});

describe("what an asset can do", () => {
  const asset = (over: Partial<Asset>): Asset => ({
    locationId: locationId(),
    adamId: "1",
    pricingParam: "STDQ",
    productType: "App",
    deviceAssignable: true,
    revocable: true,
    supportedPlatforms: [],
    version: 1,
    available: 1,
    assigned: 0,
    retired: 0,
    ...over,
  });
  const book = asset({ adamId: "500", productType: "Book", deviceAssignable: false, revocable: false });

  test("no device has what only users can, and the refusal names the asset", () => {
    expect(numberOf(() => assertAssociable([asset({}), book], [{ serialNumber: "A" }]))).toBe(9707);
    expect(() => assertAssociable([book], [{ serialNumber: "A" }])).toThrowError(
      expect.objectContaining({ error: expect.objectContaining({ errorInfo: { assets: [{ adamId: "500", pricingParam: "STDQ" }] } }) }),
    );
    expect(numberOf(() => assertAssociable([book], [{ clientUserId: "u" }]))).toBeUndefined();
  });

  test("what never comes back is not taken back", () => {
    expect(numberOf(() => assertRevocable([asset({}), book]))).toBe(9706);
    expect(numberOf(() => assertRevocable([asset({})]))).toBeUndefined();
  });
});
