// Seals: one text for each, tied to each other, and never a head that is taken back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SubjectId } from "../../../domain/custody/custody.ts";
import { brokenSeal, foundSeal, readSeal, type Seal, sealAfter, sealText } from "../../../domain/custody/seal.ts";
import { anyChain, aRecord, chainOf, headsOf, sha256 } from "../../support/builders/chains.ts";
import { accountId, at, contentTokenId } from "../../support/builders/make.ts";

const DAY = 86_400_000;
const chain = (length: number, subject: SubjectId = contentTokenId()) => chainOf(Array.from({ length }, () => aRecord({ subject })));

/** A seal a day; each is of these chains. */
const sealed = (...days: readonly ReturnType<typeof chain>[][]): Seal[] => {
  const seals: Seal[] = [];
  for (const [day, chains] of days.entries()) {
    const sealedAt = new Date(at("2026-06-01T03:00:00.000Z").getTime() + day * DAY);
    seals.push(sealAfter(seals.at(-1), { heads: headsOf(...chains), broken: [], sealedAt }, sha256));
  }
  return seals;
};

const brokenOf = (seals: readonly Seal[]): (string | undefined)[] => {
  const found = seals.map((seal) => foundSeal(seal.number, sealText(seal)));
  return found.map((each, index) => brokenSeal(each, found[index - 1], sha256));
};

describe("a seal", () => {
  test("holds every chain once, in order, and what was broken", () => {
    const heads = headsOf(chain(2), chain(1, accountId()));
    const seal = sealAfter(undefined, { heads, broken: ["b", "a"], sealedAt: at("2026-06-01") }, sha256);
    expect(seal).toMatchObject({ number: 1, previous: "0".repeat(64), count: 2, broken: ["a", "b"] });
    expect(seal.heads.map(({ subject, seq }) => [subject, seq])).toEqual([
      [accountId(), 1],
      [contentTokenId(), 2],
    ]);
  });

  test("comes back from its text, and from no other", () => {
    fc.assert(
      fc.property(anyChain, fc.nat(), (entries, place) => {
        const seal = sealAfter(undefined, { heads: headsOf(entries), broken: [], sealedAt: at("2026-06-01") }, sha256);
        const text = sealText(seal);
        expect(readSeal(text)).toEqual(seal);
        const cut = place % text.length;
        expect(readSeal(text.slice(0, cut))).toBeUndefined();
        expect(readSeal(`${text.slice(0, cut)} ${text.slice(cut)}`)).toBeUndefined();
        expect(readSeal(text.replace('{"number":1', '{"number":1,"more":1'))).toBeUndefined();
      }),
    );
  });
});

describe("seals", () => {
  test("that follow each other hold, from the first one or from any later one on", () => {
    const seals = sealed([chain(1)], [chain(3)], [chain(3), chain(1, accountId())]);
    expect(brokenOf(seals)).toEqual([undefined, undefined, undefined]);
    expect(brokenOf(seals.slice(1))).toEqual([undefined, undefined]);
  });

  const [first, second, third] = sealed([chain(1)], [chain(2)], [chain(3)]);
  if (first === undefined || second === undefined || third === undefined) throw new Error("three seals were asked for");
  const tied = (over: Partial<Seal>): Seal => ({ ...second, ...over });
  const head = { subject: contentTokenId(), seq: 1, hash: "f".repeat(64) };

  test.each<[string, Seal[], number, RegExp]>([
    ["one was removed", [first, third], 1, /what was between is missing/],
    ["one was changed", [tied({ number: 1 }), second], 1, /does not tie to the seal before it/],
    ["the first was made up", [{ ...first, previous: "1".repeat(64) }], 0, /does not tie to what is before/],
    ["one goes back in time", [first, tied({ sealedAt: at("2026-01-01") })], 1, /dated before/],
    ["a chain was left out", [first, tied({ heads: [], count: 0 })], 1, /lost or took back the head of ct_.*, entry 1/],
    ["a head was taken back", [second, sealAfter(second, { ...third, heads: headsOf(chain(1)) }, sha256)], 1, /took back/],
    ["a head was exchanged", [first, tied({ heads: [head] })], 1, /took back/],
    ["it does not hold what it counts", [tied({ number: 1, previous: "0".repeat(64), count: 2 })], 0, /every chain once/],
    ["it holds a chain twice", [first, tied({ heads: [...second.heads, ...second.heads], count: 2 })], 1, /every chain once/],
  ])("of which %s are broken there", (_, seals, index, why) => {
    expect(brokenOf(seals)[index]).toMatch(why);
  });

  test("in whose place is something else, or another seal, are broken there; the next one is compared by its hash", () => {
    const [one, other] = [foundSeal(1, "{}"), foundSeal(2, sealText(first))];
    expect(brokenSeal(one, undefined, sha256)).toMatch(/no seal/);
    expect(brokenSeal(other, undefined, sha256)).toMatch(/says that it is seal 1/);
    expect(brokenSeal(foundSeal(2, sealText({ ...second, previous: sha256("{}") })), one, sha256)).toBeUndefined();
    expect(brokenSeal(foundSeal(2, sealText(second)), one, sha256)).toMatch(/does not tie/);
  });
});
