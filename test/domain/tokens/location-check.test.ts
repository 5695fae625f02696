// Whether a token is one of the location it is imported for: a difference is refused, a match is said to prove nothing.
import { describe, expect, test } from "vitest";
import { checkOfLocation, learnt } from "../../../domain/tokens/location-check.ts";
import { aLocation, at } from "../../support/builders/make.ts";
import { refusalOf } from "../../support/builders/refused.ts";

const NOW = at("2026-06-01T00:00:00Z");
const known = aLocation({ importedAt: at("2026-02-01T00:00:00Z"), appleOrgName: "Pretendco", appleUId: "2049025000431439" });
const told = (orgName: string, appleUId?: string) => ({ orgName, appleUId });

describe("a token of Apple's", () => {
  test("for a location of which nothing is known teaches what later ones are compared with", () => {
    const check = checkOfLocation(aLocation(), told("Pretendco", "77"), false);
    expect(check.outcome).toBe("nothing-known");
    expect(learnt(aLocation(), check, NOW)).toMatchObject({ appleOrgName: "Pretendco", appleUId: "77", importedAt: NOW, version: 2 });
  });

  test("that shows no difference is taken, and the answer says that this proves nothing", () => {
    const check = checkOfLocation(known, told("Pretendco"), false);
    expect(check).toMatchObject({ outcome: "no-difference", note: expect.stringContaining("proves nothing") });
    expect(learnt(known, check, NOW)).toBeUndefined();
  });

  test.each([
    ["of another organization", told("Another"), /another organization/],
    ["said to be of another location at Apple", told("Pretendco", "1"), /"2049025000431439".*says "1"/],
  ])("%s is refused, unless it is forced", (_, from, why) => {
    const refusal = refusalOf(() => checkOfLocation(known, from, false));
    expect(refusal.reason).toBe("another_location");
    expect(refusal.message).toMatch(why);
    const forced = checkOfLocation(known, from, true);
    expect(forced.outcome).toBe("forced");
    expect(learnt(known, forced, NOW)).toBeUndefined();
  });

  test("that tells Apple's name for a location that had none adds it", () => {
    const { appleUId: _, ...without } = known;
    const check = checkOfLocation(without, told("Pretendco", "5"), false);
    expect(learnt(without, check, NOW)).toMatchObject({ appleUId: "5", appleOrgName: "Pretendco" });
  });

  test("that is forced into a location that had none teaches nothing but that there is one", () => {
    const { importedAt: _, ...without } = known;
    const forced = checkOfLocation(without, told("Another"), true);
    expect(learnt(without, forced, NOW)).toEqual({ ...without, importedAt: NOW, version: 2 });
  });
});
