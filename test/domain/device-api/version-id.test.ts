// Version ids: equal for equal states alone, and no other data set's is taken for one.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readVersionId, readVersionNumber, versionIdOf } from "../../../domain/device-api/version-id.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import { at } from "../../support/builders/make.ts";

const given = { at: at("2026-06-01T00:00:00.123Z"), state: "101#STDQ 4", of: "loc_1 assignments" };
const id = versionIdOf(given, sha256);

const moments = fc.date({ min: at("1970-01-01T00:00:00Z"), max: at("2999-12-31T23:59:59.999Z"), noInvalidDate: true });

test("a version id is a UUID of version 1 that says when the latest change was", () => {
  fc.assert(
    fc.property(moments, fc.string(), fc.string(), (when, state, of) => {
      const text = versionIdOf({ at: when, state, of }, sha256);
      expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(readVersionId(text, of, sha256)).toEqual(when);
      expect(readVersionId(text.toUpperCase(), of, sha256)).toEqual(when);
    }),
  );
});

test("its time is where a reader of UUIDs looks for it", () => {
  // 100 nanoseconds from 15 October 1582 on: the beginning of 1970 is the number that RFC 9562 gives for it, 0x01B21DD213814000.
  expect(versionIdOf({ ...given, at: at("1970-01-01T00:00:00Z") }, sha256)).toMatch(/^13814000-1dd2-11b2-/);
});

test("equal states have one, and another state, time or data set has another", () => {
  expect(versionIdOf({ ...given }, sha256)).toBe(id);
  const others = [{ state: "101#STDQ 5" }, { at: at("2026-06-01T00:00:00.124Z") }, { of: "loc_1 users" }, { of: "loc_2 assignments" }];
  const ids = others.map((other) => versionIdOf({ ...given, ...other }, sha256));
  expect(new Set([id, ...ids]).size).toBe(1 + others.length);
});

test.each([
  ["of another location", id, "loc_2 assignments"],
  ["of another data set", id, "loc_1 users"],
  ["that is no UUID", "nonsense", given.of],
  ["that is empty", "", given.of],
  ["of another version", id.replace(/-1(?=...-)/, "-4"), given.of],
  ["that was never given", "5f1b5c40-3b1e-11ee-8080-808080808080", given.of],
])("one %s is not read", (_, text, of) => expect(readVersionId(text, of, sha256)).toBeUndefined());

test("one with any digit changed is not read", () => {
  const digits = [...id].flatMap((digit, index) => (digit === "-" ? [] : [[digit, index] as const]));
  for (const [digit, index] of digits) {
    const changed = id.slice(0, index) + (Number.parseInt(digit, 16) ^ 1).toString(16) + id.slice(index + 1);
    expect(readVersionId(changed, given.of, sha256)).toBeUndefined();
  }
});

test("the number of a state is read as it was written, for its data set alone", () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 0, max: 2 ** 38 - 1 }), fc.integer({ min: 0, max: 9_999 }), (when, state, apart) => {
      const text = versionIdOf({ at: when, state, of: given.of, apart }, sha256);
      expect(readVersionNumber(text, given.of, sha256)).toBe(state);
      expect(readVersionId(text, given.of, sha256)).toEqual(when);
      expect(readVersionNumber(text, "loc_2 assignments", sha256)).toBeUndefined();
    }),
  );
});

test("an answer of its own has an identifier of its own", () => {
  const numbered = { ...given, state: 7 };
  const ids = [0, 1, 9_999].map((apart) => versionIdOf({ ...numbered, apart }, sha256));
  expect(new Set([...ids, versionIdOf({ ...numbered, at: at("2026-06-01T00:00:00.124Z") }, sha256)]).size).toBe(4);
});
