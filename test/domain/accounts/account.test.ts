// Who may do what, and the algebra of password changes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Account,
  assertMay,
  isAllowed,
  isKilledByPassword,
  isSignInCurrent,
  isTooFarAhead,
  latestChange,
  scopeFor,
} from "../../../domain/accounts/account.ts";
import { anAccount, at, locationId } from "../../support/builders/make.ts";
import { refusalOf } from "../../support/builders/refused.ts";

const here = locationId(1);
const elsewhere = locationId(2);
const manager = anAccount({ grants: [{ role: "content-manager", location: here }] });
const everywhere = anAccount({ grants: [{ role: "content-manager", location: "all" }] });
const disabled = anAccount({ disabledAt: at("2026-01-01") });

describe("permission", () => {
  test.each<[string, Account, boolean, boolean]>([
    ["an administrator", anAccount(), true, true],
    ["a content manager of here", manager, true, false],
    ["a content manager of all", everywhere, true, true],
    ["an account without grants", anAccount({ grants: [] }), false, false],
    ["a disabled administrator", disabled, false, false],
  ])("%s may download where its record says", (_, account, inHere, inElsewhere) => {
    expect(isAllowed(account, "content-token:download", here)).toBe(inHere);
    expect(isAllowed(account, "content-token:download", elsewhere)).toBe(inElsewhere);
  });

  test.each(["account:manage", "location:manage", "organization:manage", "custody-log:read", "mdm-server:manage"] as const)(
    "a content manager never may %s",
    (act) => {
      expect(refusalOf(() => assertMay(everywhere, act)).reason).toBe("not_permitted");
    },
  );

  test("a grant for one location is none for the organization as a whole", () => {
    expect(refusalOf(() => assertMay(manager, "content-token:read")).reason).toBe("not_permitted");
    expect(assertMay(manager, "content-token:read", here)).toBeUndefined();
  });

  test("a disabled account hears that it is disabled", () => {
    expect(refusalOf(() => assertMay(disabled, "content-token:read", here)).reason).toBe("account_disabled");
  });

  test("lists show the scope of the grants", () => {
    expect(scopeFor(anAccount(), "content-token:read")).toBe("all");
    expect(scopeFor({ ...manager, grants: [...manager.grants, ...manager.grants] }, "content-token:read")).toEqual([here]);
    expect(() => scopeFor(manager, "account:manage")).toThrow("for any location");
    expect(() => scopeFor(disabled, "content-token:read")).toThrow("disabled");
  });
});

describe("password changes", () => {
  const date = fc.date({ min: at("2025-01-01"), max: at("2027-01-01"), noInvalidDate: true });
  const told = (changes: readonly Date[]) => changes.reduce<Date | undefined>(latestChange, undefined);

  test("end in the same state in any order and with any repeats", () => {
    const shuffled = fc
      .array(date, { minLength: 1, maxLength: 8 })
      .chain((changes) => fc.tuple(fc.constant(changes), fc.shuffledSubarray([...changes, ...changes], { minLength: changes.length * 2 })));
    fc.assert(
      fc.property(shuffled, ([changes, repeated]) => {
        expect(told(repeated)).toEqual(told(changes));
      }),
    );
  });

  test("a late report kills nothing that was given after the change", () => {
    fc.assert(
      fc.property(date, date, (known, late) => {
        const passwordChangedAt = latestChange(known, late);
        const givenAfterBoth = new Date(Math.max(known.getTime(), late.getTime()) + 1000);
        expect(isKilledByPassword(givenAfterBoth, { passwordChangedAt })).toBe(false);
        expect(isKilledByPassword(known, { passwordChangedAt })).toBe(true);
      }),
    );
  });

  test("whatever is given during a current sign-in survives the change before it", () => {
    const change = at("2026-01-01T10:00:00.700Z");
    expect(isSignInCurrent(at("2026-01-01T10:00:00Z"), { passwordChangedAt: change })).toBe(false);
    expect(isSignInCurrent(at("2026-01-01T10:00:01Z"), { passwordChangedAt: change })).toBe(true);
    expect(isSignInCurrent(at("2026-01-01T10:00:01Z"), { passwordChangedAt: at("2026-01-01T10:00:01Z") })).toBe(false);
    expect(isKilledByPassword(at("2026-01-01T10:00:01Z"), { passwordChangedAt: change })).toBe(false);
  });

  test.each([
    ["2026-01-01T00:01:00Z", false],
    ["2026-01-01T00:01:00.001Z", true],
  ])("told at midnight, %s is too far ahead: %s", (occurred, tooFar) =>
    expect(isTooFarAhead(at(occurred), at("2026-01-01T00:00:00Z"))).toBe(tooFar),
  );
});
