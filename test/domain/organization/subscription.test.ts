// The monthly subscription's rules: whose location becomes the built-in service's, and what that forbids.
import { describe, expect, test } from "vitest";
import {
  assertNotReserved,
  begun,
  ended,
  isPrimaryInUse,
  isReserved,
  isReusable,
  NO_SUBSCRIPTION,
  released,
  reserved,
} from "../../../domain/organization/subscription.ts";
import { aLocation, at, locationId } from "../../support/builders/make.ts";
import { refusalOf } from "../../support/builders/refused.ts";

const NOW = at("2026-06-01T12:00:00Z");

describe("whether the primary location is in use", () => {
  const used = { assignedThroughTokenAt: NOW };
  const imported = { importedAt: NOW };

  test.each([
    ["nothing is known and nothing said", {}, undefined, false],
    ["nothing is known and it is said to be", {}, true, true],
    ["nothing is known and it is said not to be", {}, false, false],
    ["a token of Apple's was imported and it is said to be", imported, true, true],
    ["a token of Apple's was imported and it is said not to be", imported, false, false],
    ["something was assigned through its token", used, undefined, true],
    ["something was assigned through its token, and it is said not to be", used, false, true],
    ["something was assigned through its token, and one of Apple's was imported", { ...used, ...imported }, undefined, true],
  ])("%s", (_, primary, said, isInUse) => {
    expect(isPrimaryInUse({ primary, said })).toBe(isInUse);
  });

  test("has to be said where a token of Apple's was imported: what that assigned can't be seen here", () => {
    const refusal = refusalOf(() => isPrimaryInUse({ primary: imported, said: undefined }));
    expect(refusal.reason).toBe("primary_in_use_required");
    expect(refusal.message).toMatch(/primaryInUse/);
  });
});

describe("a location that is reserved", () => {
  test("is refused for what would give out its token, until it is released", () => {
    const taken = reserved(aLocation(), NOW);
    expect(taken).toEqual({ ...aLocation(), reservedAt: NOW, version: 2 });
    expect(refusalOf(() => assertNotReserved(taken)).reason).toBe("location_reserved");
    const free = released(taken);
    expect(free).toEqual({ ...aLocation(), version: 3 });
    expect([taken, free].map(isReserved)).toEqual([true, false]);
    expect(() => assertNotReserved(free)).not.toThrow();
  });
});

test.each([
  ["where nobody else came to use it", {}, true],
  ["not once something was assigned through its token", { assignedThroughTokenAt: NOW }, false],
  ["not once a token of Apple's was imported for it", { importedAt: NOW }, false],
  ["not once it was closed", { closedAt: NOW }, false],
])("the location of an earlier subscription becomes the built-in service's again %s", (_, over, expected) => {
  expect(isReusable(aLocation({ primary: false, ...over }), { liveTokens: 0, holdings: 0 })).toBe(expected);
});

test("nor where somebody has a token of it, or an MDM server is linked to one", () => {
  expect(isReusable(aLocation({ primary: false }), { liveTokens: 1, holdings: 0 })).toBe(false);
  expect(isReusable(aLocation({ primary: false }), { liveTokens: 0, holdings: 1 })).toBe(false);
});

test("the location that was made for it is remembered through any number of ends; the primary one is not", () => {
  const [primary, made] = [aLocation(), aLocation({ id: locationId(2), primary: false })];
  const first = ended(begun(NO_SUBSCRIPTION, made, { at: NOW, wasTold: false }), NOW);
  expect(first).toEqual({ plan: "none", earlierLocationId: made.id, sinceAt: NOW, version: 2 });
  const second = begun(first, primary, { at: NOW, wasTold: true });
  expect(second).toEqual({ plan: "monthly", locationId: primary.id, wasTold: true, earlierLocationId: made.id, sinceAt: NOW, version: 3 });
  expect(ended(second, NOW)).toMatchObject({ earlierLocationId: made.id, version: 4 });
  expect(ended(begun(NO_SUBSCRIPTION, primary, { at: NOW, wasTold: true }), NOW)).toEqual({ plan: "none", sinceAt: NOW, version: 2 });
});
