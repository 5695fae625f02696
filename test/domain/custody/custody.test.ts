// The custody chain: whatever is changed, left out, slipped in or put in another place is found, and named.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenLink, type CustodyEntry, entryAfter, type Head } from "../../../domain/custody/custody.ts";
import { aRecord, anyChain as chain, chainOf, sha256 } from "../../support/builders/chains.ts";
import { locationId } from "../../support/builders/make.ts";

const firstBroken = (chain: readonly CustodyEntry[]) => {
  let head: Head | undefined;
  for (const entry of chain) {
    const broken = brokenLink(entry, head, sha256);
    if (broken !== undefined) return broken;
    head = entry;
  }
  return undefined;
};

describe("a chain", () => {
  test("as it was written holds, from the first entry on", () => {
    fc.assert(
      fc.property(chain, (entries) => {
        expect(firstBroken(entries)).toBeUndefined();
      }),
    );
    expect(chainOf([aRecord()])[0]).toMatchObject({ seq: 1, previous: "0".repeat(64) });
  });

  test.each<[string, (entry: CustodyEntry) => CustodyEntry]>([
    ["who", (entry) => ({ ...entry, by: "service" })],
    ["when", (entry) => ({ ...entry, at: new Date(entry.at.getTime() + 1) })],
    ["what", (entry) => ({ ...entry, act: "token-expired" })],
    ["where", (entry) => ({ ...entry, locationId: locationId(7) })],
    ["why", (entry) => ({ ...entry, reason: `${entry.reason ?? ""}.` })],
    ["a detail", (entry) => ({ ...entry, details: { ...entry.details, mdmServerId: "mdm_x" } })],
  ])("in which it was changed %s is broken there", (_, change) => {
    fc.assert(
      fc.property(chain, fc.nat(), (entries, place) => {
        const index = place % entries.length;
        const forged = entries.map((entry, each) => (each === index ? change(entry) : entry));
        expect(firstBroken(forged)).toMatchObject({ seq: index + 1, why: "was changed after it was written" });
      }),
    );
  });

  test("from which an entry was taken is broken at the gap", () => {
    fc.assert(
      fc.property(chain, fc.nat(), (entries, place) => {
        fc.pre(entries.length > 1);
        const index = place % (entries.length - 1);
        expect(firstBroken(entries.toSpliced(index, 1))).toMatchObject({ seq: index + 1, why: "is missing" });
      }),
    );
  });

  test("in which an entry was written anew, with a hash that fits it, is broken at the next", () => {
    const entries = chainOf([aRecord(), aRecord({ reason: "lost" }), aRecord()]);
    const forged = entryAfter(aRecord({ reason: "stolen" }), entries[0], sha256);
    expect(firstBroken(entries.with(1, forged))).toMatchObject({ seq: 3, why: "does not tie to the entry before it" });
  });

  test("in which an entry stands twice is broken at the second", () => {
    const [first, second] = chainOf([aRecord(), aRecord()]);
    if (first === undefined || second === undefined) throw new Error("two entries were asked for");
    expect(firstBroken([first, first, second])).toMatchObject({ seq: 2, why: expect.stringContaining("stands twice") });
  });

  test("does not depend on the order in which details were written", () => {
    const [one] = chainOf([aRecord({ details: { a: "1", b: "2" } })]);
    const [other] = chainOf([aRecord({ details: { b: "2", a: "1" } })]);
    expect(one?.hash).toBe(other?.hash);
  });
});
