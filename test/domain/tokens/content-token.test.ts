// What a token is worth, at the edges and by property.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Account } from "../../../domain/accounts/account.ts";
import {
  assertShown,
  assertUsable,
  type ContentToken,
  daysLeft,
  expiryOf,
  type TokenContext,
  tokenState,
} from "../../../domain/tokens/content-token.ts";
import { aContentToken, accountId, aLocation, anAccount, at, locationId } from "../../support/builders/make.ts";
import { refusalOf } from "../../support/builders/refused.ts";

const context = (accounts: readonly Account[], location = aLocation()): TokenContext => ({
  holders: new Map(accounts.map((account) => [account.id, account])),
  locations: new Map([[location.id, location]]),
});

const stateOf = (token: ContentToken, now: string, ...accounts: Account[]) => tokenState(token, context(accounts), at(now));

describe("one exact calendar year", () => {
  test.each([
    ["2026-11-24T08:01:46Z", "2027-11-24T08:01:46Z"],
    ["2027-03-01T00:00:00Z", "2028-03-01T00:00:00Z"],
    ["2028-02-29T12:00:00Z", "2029-02-28T12:00:00Z"],
    ["2027-02-28T12:00:00Z", "2028-02-28T12:00:00Z"],
  ])("issued %s, ends %s", (issued, ends) => expect(expiryOf(at(issued))).toEqual(at(ends)));
});

describe("the state", () => {
  const now = "2026-06-01T00:00:00Z";

  test("is active until the second it ends", () => {
    expect(stateOf(aContentToken(), "2027-01-10T07:59:59.999Z", anAccount())).toEqual({ state: "active" });
    expect(stateOf(aContentToken(), "2027-01-10T08:00:00Z", anAccount())).toEqual({ state: "expired" });
  });

  test("a recorded cause outlives expiry", () => {
    const revoked = aContentToken({ invalidation: { at: at("2026-02-01"), cause: "revoked" } });
    expect(stateOf(revoked, "2030-01-01T00:00:00Z", anAccount())).toEqual({ state: "invalidated", cause: "revoked" });
  });

  test.each([
    ["2026-01-10T07:59:59Z", "active"],
    ["2026-01-10T08:00:00Z", "invalidated"],
    ["2026-05-01T00:00:00Z", "invalidated"],
  ])("given at 08:00:00.900, a password changed at %s leaves it %s", (passwordChangedAt, state) => {
    const token = aContentToken({ downloadedBy: [{ accountId: accountId(), givenAt: at("2026-01-10T08:00:00.900Z") }] });
    expect(stateOf(token, now, anAccount({ passwordChangedAt: at(passwordChangedAt) })).state).toBe(state);
  });

  test("any one of the accounts that were given the file can end it", () => {
    const givenAt = at("2026-01-10T08:00:00Z");
    const token = aContentToken({ downloadedBy: [1, 2].map((seed) => ({ accountId: accountId(seed), givenAt })) });
    const other = anAccount({ id: accountId(2), disabledAt: at("2026-03-01") });
    expect(stateOf(token, now, anAccount(), other)).toEqual({ state: "invalidated", cause: "account-disabled" });
    expect(stateOf(token, now, anAccount(), { ...other, passwordChangedAt: at("2026-02-01") })).toMatchObject({
      cause: "password-changed",
    });
  });

  test("a holder whose record was not loaded is an error, not a pass", () =>
    expect(() => stateOf(aContentToken(), now)).toThrow(/was not loaded/));

  test("time never brings a token back", () => {
    const date = fc.date({ min: at("2025-01-01"), max: at("2029-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(fc.option(date, { nil: undefined }), date, date, (passwordChangedAt, one, two) => {
        const account = passwordChangedAt === undefined ? anAccount() : anAccount({ passwordChangedAt });
        const [earlier, later] = one <= two ? [one, two] : [two, one];
        const before = stateOf(aContentToken(), earlier.toISOString(), account).state;
        expect(before === "active" || stateOf(aContentToken(), later.toISOString(), account).state !== "active").toBe(true);
      }),
    );
  });

  test("a token that is not usable is refused with its reason and what to do", () => {
    const expired = refusalOf(() => assertUsable(aContentToken(), context([anAccount()]), at("2028-01-01")));
    expect(expired).toMatchObject({ reason: "token_expired", message: expect.stringContaining("Issue or import a new one") });
    const dead = anAccount({ passwordChangedAt: at("2026-02-01") });
    expect(refusalOf(() => assertUsable(aContentToken(), context([dead]), at(now))).reason).toBe("token_invalidated");
  });
});

test.each([
  ["2027-01-09T23:59:59Z", 1],
  ["2027-01-10T00:00:00Z", 0],
  ["2026-12-11T12:00:00Z", 30],
  ["2027-05-01T00:00:00Z", 0],
])("at %s, %i days are left", (now, days) => expect(daysLeft(aContentToken(), at(now))).toBe(days));

describe("a token of the built-in service's location", () => {
  const reserved = context([anAccount()], aLocation({ reservedAt: at("2026-03-01T00:00:00Z") }));
  const during = at("2026-06-01T00:00:00Z");

  test("is reserved: neither given out nor shown", () => {
    expect(tokenState(aContentToken(), reserved, during)).toEqual({ state: "reserved" });
    expect(refusalOf(() => assertUsable(aContentToken(), reserved, during)).reason).toBe("location_reserved");
    expect(refusalOf(() => assertShown(aContentToken(), reserved, during)).reason).toBe("location_reserved");
  });

  test("hides no end that it came to", () => {
    const dead = context([anAccount({ passwordChangedAt: at("2026-02-01T00:00:00Z") })], aLocation({ reservedAt: during }));
    expect(tokenState(aContentToken(), dead, during)).toEqual({ state: "invalidated", cause: "password-changed" });
    expect(tokenState(aContentToken(), reserved, at("2028-01-01T00:00:00Z"))).toEqual({ state: "expired" });
    expect(assertShown(aContentToken(), dead, during)).toEqual({ state: "invalidated", cause: "password-changed" });
  });

  test("without its location is not judged", () => {
    const elsewhere = context([anAccount()], aLocation({ id: locationId(2) }));
    expect(() => tokenState(aContentToken(), elsewhere, during)).toThrow(/was not loaded/);
  });
});
