// The daily seal over fake ports: every chain is in it, none that is broken is sealed over, and a run that can't finish seals nothing.
import { beforeEach, describe, expect, test } from "vitest";
import type { AuditRecord } from "../../../domain/custody/custody.ts";
import type { Found } from "../../../domain/custody/custody-verification.ts";
import { brokenSeal, foundSeal, type Seal } from "../../../domain/custody/seal.ts";
import { type SealPorts, sealCustody } from "../../../functions/custody/seal.ts";
import type { CustodyLog } from "../../../functions/ports/custody.ts";
import type { Locations } from "../../../functions/ports/locations.ts";
import { logInMemory, sealsInMemory } from "../../support/adapters/outside.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { aRecord, sha256 } from "../../support/builders/chains.ts";
import { accountId, aLocation, at, contentTokenId, locationId } from "../../support/builders/make.ts";

const NEVER = () => false;
const [token, account] = [contentTokenId(), accountId()];

let logged: string[];
let texts: Map<number, string>;
let clock: Date;
let locations: Locations;
let custody: CustodyLog;
let ports: SealPorts;
let acts: number;

beforeEach(() => {
  logged = [];
  texts = new Map();
  clock = at("2026-06-02T03:00:00.000Z");
  acts = 0;
  ({ locations, custody } = makeWorld());
  ports = { custody, seals: sealsInMemory(texts), log: logInMemory(logged), now: () => clock };
});

const act = async (over: Partial<AuditRecord>): Promise<void> => {
  acts += 1;
  const location = aLocation({ id: locationId(acts), uId: String(1_000_000_000_000_000 + acts) });
  await locations.add(location, [aRecord({ at: new Date(clock.getTime() - 60_000), ...over })]);
};

const seal = (isTimeUp = NEVER) => sealCustody(ports, isTimeUp);
const last = async (): Promise<Seal> => {
  const found = await ports.seals.last();
  if (found === undefined) throw new Error("nothing was sealed");
  return found;
};
const sealedSeqs = async () => Object.fromEntries((await last()).heads.map(({ subject, seq }) => [subject, seq]));
const nextDay = (): void => {
  clock = new Date(clock.getTime() + 86_400_000);
};

/** What a reader of one chain finds instead of what was written. */
const tamper = (subject: string, change: (found: readonly Found[]) => readonly Found[]): void => {
  ports = {
    ...ports,
    custody: {
      ...custody,
      async *chain(each, from) {
        const whole = await Array.fromAsync(custody.chain(each, 1));
        yield* (each === subject ? change(whole) : whole).filter(({ seq }) => seq >= from);
      },
    },
  };
};

describe("the daily seal", () => {
  test("holds the head of every chain", async () => {
    for (const subject of [token, token, account]) await act({ subject });
    expect(await seal()).toEqual({ number: 1, sealed: 2, looked: 2 });
    expect(await sealedSeqs()).toEqual({ [token]: 2, [account]: 1 });
    expect(await last()).toMatchObject({ sealedAt: clock, count: 2, broken: [] });
  });

  test("of an empty log is one too", async () => {
    expect(await seal()).toEqual({ number: 1, sealed: 0, looked: 0 });
  });

  test("keeps the heads that did not move, without looking at their chains again, and ties to the one before", async () => {
    await act({ subject: token, at: at("2026-06-02T00:00:00Z") });
    await seal();
    nextDay();
    await act({ subject: account });
    expect(await seal()).toEqual({ number: 2, sealed: 2, looked: 1 });
    expect(await sealedSeqs()).toEqual({ [token]: 1, [account]: 1 });
    const [first, second] = [...texts].map(([number, text]) => foundSeal(number, text));
    if (first === undefined || second === undefined) throw new Error("two seals were made");
    expect(brokenSeal(second, first, sha256)).toBeUndefined();
  });

  test("takes in what the index told an hour late", async () => {
    await seal();
    await act({ subject: token, at: new Date(clock.getTime() - 59 * 60_000) });
    nextDay();
    await seal();
    expect(await sealedSeqs()).toEqual({ [token]: 1 });
  });

  test("goes over more chains than are read at once", async () => {
    const subjects = Array.from({ length: 60 }, (_, index) => contentTokenId(index + 1));
    for (const subject of subjects) await act({ subject });
    expect(await seal()).toMatchObject({ sealed: 60, looked: 60 });
  });

  test("is made once when two runs meet", async () => {
    await act({ subject: token });
    await Promise.all([seal(), seal()]);
    expect(texts.size).toBe(1);
    expect(logged.join()).toContain("another run sealed");
  });

  test.each([1, 2, 3])("is not made by a run whose time is up at its question %i", async (question) => {
    for (const subject of [token, account]) await act({ subject });
    let asked = 0;
    await expect(seal(() => ++asked >= question)).rejects.toThrow(/time was up/);
    expect(texts.size).toBe(0);
  });

  test("is not made when the last one can't be read", async () => {
    texts.set(1, "{}");
    await expect(seal()).rejects.toThrow(/seal 1/);
    expect([...texts.keys()]).toEqual([1]);
  });
});

describe("a broken chain", () => {
  const unreadable = (found: readonly Found[]) => found.map((each) => (each.seq === 2 ? { ...each, entry: undefined } : each));

  beforeEach(async () => {
    for (const subject of [token, account]) await act({ subject });
    await seal();
    nextDay();
    for (const subject of [token, account]) await act({ subject });
  });

  test.each<[string, (found: readonly Found[]) => readonly Found[], number, RegExp]>([
    ["whose new entry was changed", unreadable, 2, /was changed after it was written/],
    ["whose sealed entry is gone", (found) => found.slice(1), 1, /is missing/],
    ["that is gone", () => [], 1, /ends before what was sealed on 2026-06-02T03:00:00.000Z/],
  ])("%s is not sealed over; the others are, and it is told which and why", async (_, change, seq, why) => {
    tamper(token, change);
    await expect(seal()).rejects.toThrow("1 custody chains are broken");
    expect(await sealedSeqs()).toEqual({ [token]: 1, [account]: 2 });
    expect((await last()).broken).toEqual([token]);
    const lines = logged.map((line) => JSON.parse(line));
    expect(lines).toContainEqual({ metric: "CustodyBroken", value: 1 });
    expect(lines).toContainEqual(
      expect.objectContaining({ message: "a custody chain is broken", subject: token, seq, why: expect.stringMatching(why) }),
    );
  });

  test("is told of every day until it is mended, and sealed then", async () => {
    tamper(token, unreadable);
    await expect(seal()).rejects.toThrow(/broken/);
    nextDay();
    nextDay();
    await expect(seal()).rejects.toThrow(/broken/);
    tamper(token, (found) => found);
    expect(await seal()).toMatchObject({ number: 4 });
    expect(await sealedSeqs()).toEqual({ [token]: 2, [account]: 2 });
    expect((await last()).broken).toEqual([]);
  });

  test("that was never sealed is not sealed either", async () => {
    const stranger = contentTokenId(9);
    await act({ subject: stranger });
    tamper(stranger, (found) => found.map((each) => ({ ...each, entry: undefined })));
    await expect(seal()).rejects.toThrow(/broken/);
    expect(await sealedSeqs()).not.toHaveProperty(stranger);
    tamper(stranger, () => []);
    await expect(seal()).rejects.toThrow(/broken/);
    expect((await last()).broken).toEqual([stranger]);
  });
});
