// The rule of who may be named as the account that downloaded an imported token.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Account } from "../../../domain/accounts/account.ts";
import { Refusal } from "../../../domain/shared/refusal.ts";
import { assertMayNameHolder } from "../../../domain/tokens/import-holder.ts";
import { accountId, anAccount, at, locationId } from "../../support/builders/make.ts";

const [here, other] = [locationId(1), locationId(2)];
const later = at("2026-02-01T00:00:00Z");

const manager = (location: typeof here | "all"): Account["grants"] => [{ role: "content-manager", location }];
const administrator = anAccount({ id: accountId(1), grants: [{ role: "administrator", location: "all" }] });
const ofHere = anAccount({ id: accountId(2), grants: manager(here) });
const ofEverywhere = anAccount({ id: accountId(3), grants: manager("all") });
const administratorOfHere = anAccount({ id: accountId(4), grants: [{ role: "administrator", location: here }] });

/** The refusal's reason and message; "taken" without one. */
const outcome = (caller: Account, account: Account | undefined): string => {
  try {
    assertMayNameHolder(caller, account, here);
    return "taken";
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.reason}: ${error.message}`;
  }
};
const colleague = (over: Partial<Account> = {}) => anAccount({ id: accountId(9), grants: manager(here), ...over });

describe.each([
  ["a content manager of the location", ofHere],
  ["a content manager of all locations", ofEverywhere],
  ["an administrator of the location alone", administratorOfHere],
])("%s", (_, caller) => {
  test("names themselves and accounts with a grant for this very location", () => {
    expect(outcome(caller, caller)).toBe("taken");
    expect(outcome(caller, colleague())).toBe("taken");
  });

  test("learns nothing about the state of a colleague's account: every account with a grant for the location is accepted", () => {
    expect(outcome(caller, colleague({ disabledAt: later }))).toBe("taken");
    expect(outcome(caller, colleague({ passwordChangedAt: later }))).toBe("taken");
  });

  test.each([
    ["unknown", undefined],
    ["of another location", colleague({ grants: manager(other) })],
    ["of another location and disabled", colleague({ grants: manager(other), disabledAt: later })],
    ["of another location with a newer password", colleague({ grants: manager(other), passwordChangedAt: later })],
    ["an administrator of all locations", colleague({ grants: administrator.grants })],
    ["without grants", colleague({ grants: [] })],
    ["removed", colleague({ grants: [], disabledAt: later, removedAt: later })],
  ])("gets one and the same refusal for an account that is %s", (__, account) => {
    expect(outcome(caller, account)).toBe(outcome(caller, undefined));
    expect(outcome(caller, account)).toMatch(/^not_permitted/);
  });

  test("learns nothing about an account without a grant for the location, in any state of it", () => {
    const time = fc.option(fc.date({ noInvalidDate: true }), { nil: undefined });
    const grants = fc.subarray([...manager(other), ...manager("all"), ...administrator.grants]);
    const account = fc.record({ passwordChangedAt: time, disabledAt: time, grants }).map((over) => colleague(over));
    fc.assert(
      fc.property(account, (each) => {
        expect(outcome(caller, each)).toBe(outcome(caller, undefined));
      }),
    );
  });
});

test("an administrator of the organization may name any account, and learns that an account is unknown", () => {
  expect(outcome(administrator, colleague({ grants: manager(other) }))).toBe("taken");
  expect(outcome(administrator, undefined)).toMatch(/^not_found/);
  expect(outcome(administrator, colleague({ disabledAt: later }))).toBe("taken");
});
