// What verification finds in a chain: everything that was done to entries with others behind them, and with seals also what was done to whole chains.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CustodyEntry, entryAfter } from "../../../domain/custody/custody.ts";
import { CHANGED, type Found, type SealedChain, walkChain, walkFromSealed } from "../../../domain/custody/custody-verification.ts";
import {
  anyChain,
  anyRecord,
  aRecord,
  chainAndPlace,
  chainOf,
  foundOf,
  SEALED_AT,
  sealedAtEnd,
  sha256,
} from "../../support/builders/chains.ts";
import { accountId, contentTokenId, locationId } from "../../support/builders/make.ts";

const subject = contentTokenId();
const UNSEALED: SealedChain = new Map();
const brokenIn = (chain: readonly CustodyEntry[], sealed = UNSEALED) => walkChain(subject, foundOf(chain), sealed, sha256).broken;
const sealedDay = SEALED_AT.toISOString();

const flipped = (hash: string): string => (hash.startsWith("0") ? `1${hash.slice(1)}` : `0${hash.slice(1)}`);
const CHANGES: Readonly<Record<keyof CustodyEntry, (entry: CustodyEntry) => CustodyEntry>> = {
  subject: (entry) => ({ ...entry, subject: contentTokenId(9) }),
  seq: (entry) => ({ ...entry, seq: entry.seq + 1 }),
  at: (entry) => ({ ...entry, at: new Date(entry.at.getTime() + 1) }),
  act: (entry) => ({ ...entry, act: "token-expired" }),
  by: (entry) => ({ ...entry, by: accountId(9) }),
  locationId: (entry) => ({ ...entry, locationId: locationId(9) }),
  reason: (entry) => ({ ...entry, reason: `${entry.reason ?? ""}.` }),
  details: (entry) => ({ ...entry, details: { ...entry.details, one: `${entry.details.one ?? ""}more` } }),
  previous: (entry) => ({ ...entry, previous: flipped(entry.previous) }),
  hash: (entry) => ({ ...entry, hash: flipped(entry.hash) }),
};

describe("a chain as it was written", () => {
  test("is whole, with seals and without, read whole or from any sealed place on", () => {
    fc.assert(
      fc.property(chainAndPlace, ({ chain, index }) => {
        const end = chain.at(-1);
        expect(brokenIn(chain)).toBeUndefined();
        expect(brokenIn(chain, sealedAtEnd(chain.slice(0, index + 1)))).toBeUndefined();
        const [sealed, ...rest] = chain.slice(index);
        if (sealed === undefined) throw new Error("every place has an entry");
        const walked = walkFromSealed(subject, foundOf([sealed, ...rest]), { ...sealed, sealedAt: SEALED_AT }, sha256);
        expect(walked).toMatchObject({ head: { seq: end?.seq, hash: end?.hash } });
        expect(walked.broken).toBeUndefined();
      }),
    );
  });
});

describe("without any seal, it is found that", () => {
  test.each(Object.entries(CHANGES))("%s of an entry was changed", (_, change) => {
    fc.assert(
      fc.property(chainAndPlace, ({ chain, index }) => {
        const entry = chain[index];
        if (entry === undefined) throw new Error("every place has an entry");
        const broken = brokenIn(chain.with(index, change(entry)));
        expect(broken).toMatchObject({ seq: index + 1 });
      }),
    );
  });

  test("an item is no entry any more", () => {
    fc.assert(
      fc.property(chainAndPlace, ({ chain, index }) => {
        const found: Found[] = foundOf(chain).with(index, { subject, seq: index + 1, entry: undefined });
        expect(walkChain(subject, found, UNSEALED, sha256).broken).toEqual({ subject, seq: index + 1, why: CHANGED });
      }),
    );
  });

  test("an entry that others follow was removed", () => {
    fc.assert(
      fc.property(chainAndPlace, ({ chain, index }) => {
        fc.pre(index < chain.length - 1);
        expect(brokenIn(chain.toSpliced(index, 1))).toEqual({ subject, seq: index + 1, why: "is missing" });
      }),
    );
  });

  test("an entry was removed and the numbers of the others closed up", () => {
    fc.assert(
      fc.property(chainAndPlace, ({ chain, index }) => {
        fc.pre(index < chain.length - 1);
        const closed = chain.toSpliced(index, 1).map((entry, place) => ({ ...entry, seq: place + 1 }));
        expect(brokenIn(closed)).toMatchObject({ seq: index + 1 });
      }),
    );
  });

  test("an entry with a hash that fits was put in between, whatever number it has", () => {
    fc.assert(
      fc.property(chainAndPlace, anyRecord, fc.boolean(), ({ chain, index }, record, isRenumbered) => {
        const put = chain.toSpliced(index, 0, entryAfter(record, chain[index - 1], sha256));
        expect(brokenIn(isRenumbered ? put.map((entry, place) => ({ ...entry, seq: place + 1 })) : put)).toBeDefined();
      }),
    );
  });

  test("two entries changed places", () => {
    fc.assert(
      fc.property(chainAndPlace, fc.nat(), ({ chain, index }, other) => {
        const [one, two] = [chain[index], chain[other % chain.length]];
        if (one === undefined || two === undefined) throw new Error("every place has an entry");
        fc.pre(one !== two);
        const swapped = chain.with(one.seq - 1, { ...two, seq: one.seq }).with(two.seq - 1, { ...one, seq: two.seq });
        expect(brokenIn(swapped)).toMatchObject({ seq: Math.min(one.seq, two.seq), why: expect.any(String) });
      }),
    );
  });

  test("an entry was written anew, with a hash that fits, under others", () => {
    fc.assert(
      fc.property(chainAndPlace, ({ chain, index }) => {
        fc.pre(index < chain.length - 1);
        const forged = entryAfter(aRecord({ reason: "forged" }), chain[index - 1], sha256);
        expect(brokenIn(chain.with(index, forged))).toEqual({ subject, seq: index + 2, why: "does not tie to the entry before it" });
      }),
    );
  });
});

describe("by seals alone, it is found that", () => {
  test("a chain was rewritten whole from any entry on, however long it is now", () => {
    fc.assert(
      fc.property(chainAndPlace, fc.array(anyRecord, { maxLength: 8 }), ({ chain, index }, more) => {
        const forged = chainOf([aRecord({ reason: "forged" }), ...more], chain.slice(0, index));
        expect(brokenIn(forged)).toBeUndefined();
        expect(brokenIn(forged, sealedAtEnd(chain))?.why).toMatch(/sealed on 2026-06-02T03:00:00.000Z/);
        if (forged.length >= chain.length)
          expect(brokenIn(forged, sealedAtEnd(chain))).toEqual({
            subject,
            seq: chain.length,
            why: `is not the entry that was sealed on ${sealedDay}: the chain was rewritten`,
          });
      }),
    );
  });

  test("entries were cut off its end, or all of it", () => {
    fc.assert(
      fc.property(chainAndPlace, ({ chain, index }) => {
        const cut = chain.slice(0, index);
        expect(brokenIn(cut)).toBeUndefined();
        const why = `is missing: the chain ends before what was sealed on ${sealedDay}`;
        expect(brokenIn(cut, sealedAtEnd(chain))).toEqual({ subject, seq: index + 1, why });
      }),
    );
  });

  test("a chain was cut below several seals: the earliest that is not kept is named", () => {
    const chain = chainOf([aRecord(), aRecord(), aRecord()]);
    const sealed: SealedChain = new Map(
      chain.slice(1).map(({ seq, hash }) => [seq, { hash, sealedAt: new Date(SEALED_AT.getTime() + seq) }]),
    );
    expect(brokenIn(chain.slice(0, 1), sealed)?.why).toContain("2026-06-02T03:00:00.002Z");
  });
});

describe("read from its sealed head on, it is found that", () => {
  const from = (chain: readonly CustodyEntry[], head: CustodyEntry, found = chain.slice(head.seq - 1)) =>
    walkFromSealed(subject, foundOf(found), { ...head, sealedAt: SEALED_AT }, sha256).broken;
  const headIn = (chain: readonly CustodyEntry[], index: number): CustodyEntry => {
    const head = chain[index];
    if (head === undefined) throw new Error("every place has an entry");
    return head;
  };

  test("the sealed entry was changed, written anew, or is gone", () => {
    fc.assert(
      fc.property(chainAndPlace, fc.constantFrom(...Object.values(CHANGES)), ({ chain, index }, change) => {
        const head = headIn(chain, index);
        const forged = entryAfter(aRecord({ reason: "forged" }), chain[index - 1], sha256);
        expect(from(chain, head, [change(head), ...chain.slice(index + 1)])).toMatchObject({ subject: expect.any(String), seq: head.seq });
        expect(from(chain, head, [forged, ...chain.slice(index + 1)])).toMatchObject({
          seq: head.seq,
          why: expect.stringContaining("rewritten"),
        });
        expect(from(chain, head, chain.slice(index + 1))).toMatchObject({ seq: head.seq, why: expect.stringContaining("is missing") });
        expect(from(chain, head, [])).toMatchObject({ seq: head.seq, why: expect.stringContaining("ends before") });
      }),
    );
  });

  test("what came after was changed", () => {
    fc.assert(
      fc.property(anyChain, fc.constantFrom(...Object.values(CHANGES)), (chain, change) => {
        fc.pre(chain.length > 1);
        const [head, last] = [headIn(chain, 0), headIn(chain, chain.length - 1)];
        expect(from(chain, head, chain.with(-1, change(last)))).toMatchObject({ seq: last.seq });
      }),
    );
  });
});
