// Locations: which can be closed, and what a closed one refuses.
import { describe, expect, test } from "vitest";
import { assertClosable, assertOpen, UID_BYTES, uIdOf } from "../../../domain/organization/organization.ts";
import { at } from "../../support/builders/make.ts";
import { refusalOf } from "../../support/builders/refused.ts";

const EMPTY = { available: 0, assigned: 0, assets: 0, liveTokens: 0 };

describe("closing a location", () => {
  test("is for empty ones; retired licenses are not counted", () => {
    expect(() => assertClosable({ primary: false }, EMPTY)).not.toThrow();
    expect(() => assertClosable({ primary: false }, { ...EMPTY, assets: 3 })).not.toThrow();
  });

  test.each(["available", "assigned", "liveTokens"] as const)("is refused while one is left: %s", (what) => {
    expect(refusalOf(() => assertClosable({ primary: false }, { ...EMPTY, [what]: 1 })).reason).toBe("location_not_empty");
  });

  test("that is refused tells how much of what is left", () => {
    const { message } = refusalOf(() => assertClosable({ primary: false }, { available: 5, assigned: 6, assets: 7, liveTokens: 8 }));
    expect(message).toMatch(/5 available, 6 assigned \(assets: 7\); live content tokens: 8/);
  });

  test("is never for the primary one, be it empty or not", () => {
    for (const content of [EMPTY, { ...EMPTY, available: 1 }])
      expect(refusalOf(() => assertClosable({ primary: true }, content)).reason).toBe("primary_location");
  });
});

test("a closed location refuses, and says since when", () => {
  expect(() => assertOpen({})).not.toThrow();
  const refusal = refusalOf(() => assertOpen({ closedAt: at("2026-06-01T12:00:00Z") }));
  expect(refusal.reason).toBe("location_closed");
  expect(refusal.message).toContain("2026-06-01T12:00:00.000Z");
});

test("a uId has 16 digits, the first not 0, at both ends of what is random", () => {
  expect(uIdOf(new Uint8Array(UID_BYTES))).toBe("1000000000000000");
  expect(uIdOf(new Uint8Array(UID_BYTES).fill(255))).toMatch(/^[1-9]\d{15}$/);
  expect(() => uIdOf(new Uint8Array(UID_BYTES - 1))).toThrow(RangeError);
});
