// Messages of errors of the device management API. Clients branch on numbers, and some match words of the message as well: Fleet registers a user again for
// "unable to find … user", and tells its administrator of a device limit for "device limit". Source: github.com/fleetdm/fleet, server/mdm/apple/vpp.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Undelivered } from "../../../domain/device-api/delivery.ts";
import { MDM_ERROR_NUMBERS, MDM_ERRORS, MdmRefusal, mdmErrorOf } from "../../../domain/device-api/mdm-error.ts";
import { mdmRoutes } from "../../../functions/device-api/routes.ts";
import { parsedBy } from "../../../functions/middleware/mdm-event.ts";

const isMatchedOn = (message: string): boolean => {
  const text = message.toLowerCase();
  const has = (...words: string[]): boolean => words.every((word) => text.includes(word));
  return (
    has("unable to find", "user") ||
    has("user not found") ||
    has("client user", "not found") ||
    has("client user", "unknown") ||
    has("device limit") ||
    has("maximum number of devices")
  );
};

test("no number but 9609 has a message that clients match on", () => {
  expect(MDM_ERROR_NUMBERS.filter((number) => isMatchedOn(MDM_ERRORS[number][1]))).toEqual([9609]);
});

const ROOT = join(import.meta.dirname, "../../..");
const sources = ["domain", "functions"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(ROOT, folder, file), "utf8")),
);

/** Every `new MdmRefusal(number, { … detail: text … })` of the code: its arguments as they are written. */
const refusals = sources.flatMap((source) => [...source.matchAll(/new MdmRefusal\(([\s\S]*?)\);/g)].map(([, given = ""]) => given));
const detailed = refusals.flatMap((given) => {
  const detail = /\bdetail:\s([\s\S]*?),?\s\}$/.exec(given)?.[1];
  return detail === undefined ? [] : [{ number: /^\d{4}/.exec(given)?.[0], detail }];
});

describe("a detail in the code", () => {
  test("is found by this test wherever there is one", () => {
    expect(refusals.length).toBeGreaterThan(40);
    expect(detailed.length).toBeGreaterThan(15);
    expect(detailed).toHaveLength(refusals.filter((given) => /\bdetail\b/.test(given)).length);
  });

  test.each(detailed)("is nothing that clients match on, after the message of its number: $number $detail", ({ number, detail }) => {
    expect(number).not.toBe("9609");
    const numbers = MDM_ERROR_NUMBERS.filter((each) => number === undefined || String(each) === number);
    expect(numbers.filter((each) => each !== 9609 && isMatchedOn(`${MDM_ERRORS[each][1]}. ${detail}`))).toEqual([]);
  });

  test.each(Undelivered.options)("%s, why an address was not reached, is nothing that clients match on", (why) => {
    expect(isMatchedOn(mdmErrorOf(9728, undefined, `Why: ${why}.`).errorMessage)).toBe(false);
  });
});

test("the problems of any request are described without words that clients match on", () => {
  const inputs = Object.values(mdmRoutes()).flatMap((route) => ("input" in route ? [route.input] : []));
  const names = ["assets", "clientUserIds", "serialNumbers", "users", "mdmInfo", "notificationTypes", "pageIndex", "id", "clientUserIdStr"];
  const values = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom("user not found", "device limit", "unable to find the user"));
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...inputs), fc.dictionary(fc.constantFrom(...names), values), (input, asked) => {
      try {
        parsedBy(input, asked);
      } catch (error) {
        if (!(error instanceof MdmRefusal)) throw error;
        refused += 1;
        expect(isMatchedOn(error.error.errorMessage)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(100);
});
