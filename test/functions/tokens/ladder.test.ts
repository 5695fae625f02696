// A reminder ladder that changes under living tokens, on both backends: what is owed by the new one is sent by the next scan, once, whoever else
// was at work; and nobody's reminder waits for it.
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { OutboxMessage } from "../../../domain/shared/events.ts";
import { addDays } from "../../../domain/shared/time.ts";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import { dueStep, firstDueAt, type ReminderLadder } from "../../../domain/tokens/reminder.ts";
import type { ContentTokens } from "../../../functions/ports/content-tokens.ts";
import type { Reminders } from "../../../functions/ports/reminders.ts";
import { type ScanPorts, scanExpiry } from "../../../functions/tokens/scan-expiry.ts";
import { busInMemory, filesInMemory, logInMemory } from "../../support/adapters/outside.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { aContentToken, aLocation, anOrganization, at, contentTokenId } from "../../support/builders/make.ts";
import { ada, aFile, battery } from "../../support/database/records.ts";

const BEFORE: ReminderLadder = [60, 30];
const AFTER: ReminderLadder = [90, 60, 45, 30];
const end = at("2027-06-01T12:00:00Z");
const day = (days: number): Date => addDays(end, -days);

type Records = Omit<ScanPorts, "files" | "bus" | "log" | "now" | "random">;

/** A scan over `records` by a clock, with what it sent. */
type Changed = { tokens?: Partial<ContentTokens>; reminders?: Partial<Reminders>; isTimeUp?: () => boolean };

const scanner = (records: Records) => {
  const published: OutboxMessage[] = [];
  const logged: string[] = [];
  const clock = { now: day(300) };
  let drawn = 0;
  const ports: ScanPorts = {
    ...records,
    files: filesInMemory(new Map()),
    bus: busInMemory(published),
    log: logInMemory(logged),
    now: () => clock.now,
    random: (bytes) => Uint8Array.from({ length: bytes }, (_, index) => (index === 0 ? ++drawn % 256 : drawn >> 8)),
  };
  return {
    clock,
    logged,
    /** `tokens` and `reminders` put parts of the ports in the place of their own. */
    scan: (now: Date, { tokens = {}, reminders = {}, isTimeUp = () => false }: Changed = {}) => {
      clock.now = now;
      const changed = { tokens: { ...ports.tokens, ...tokens }, reminders: { ...ports.reminders, ...reminders } };
      return scanExpiry({ ...ports, ...changed }, isTimeUp);
    },
    sent: () =>
      published.flatMap((one) =>
        one.kind === "event" && one.type === "ContentTokenExpiring" ? [[one.detail.tokenId, one.detail.step]] : [],
      ),
  };
};

const tokenOf = (seed: number, ladder = BEFORE, expiresAt = end): ContentToken =>
  aContentToken({
    id: contentTokenId(seed),
    secretSha256: seed.toString(16).padStart(64, "0"),
    file: aFile(seed),
    expiresAt,
    downloadedBy: [],
    dueAt: firstDueAt(expiresAt, ladder, new Set(), day(300)),
  });

const found = (records: Records) => records.organizations.found(anOrganization({ reminderLadder: BEFORE }), aLocation(), ada);

const change = async ({ organizations, locations }: Pick<Records, "organizations" | "locations">, reminderLadder: ReminderLadder) => {
  const [organization, primary] = [await organizations.get(), await locations.primary()];
  const after = { ...organization, reminderLadder, version: organization.version + 1 };
  expect(await organizations.replace(after, { ...primary, version: primary.version + 1 })).toBe(true);
};

battery("a changed ladder", (records) => {
  let run: ReturnType<typeof scanner>;
  const [one, two, three] = [tokenOf(1), tokenOf(2), tokenOf(3)];
  const dueOf = async ({ id }: ContentToken) => (await records.tokens.get(id))?.dueAt;

  beforeEach(async () => {
    await found(records);
    run = scanner(records);
  });

  test("serves a step that the tokens were not due for, once", async () => {
    await records.add(one);
    await change(records, AFTER);
    expect(await run.scan(day(91))).toEqual({ looked: 0, complete: true });
    expect(await run.scan(day(80))).toEqual({ looked: 1, complete: true });
    expect(await run.scan(day(79))).toEqual({ looked: 0, complete: true });
    await run.scan(day(60));
    expect(run.sent()).toEqual([
      [one.id, 90],
      [one.id, 60],
    ]);
  });

  test("is served in the very scan that finds it, when a step of it is owed already", async () => {
    await records.add(one);
    await change(records, AFTER);
    expect(await run.scan(day(80))).toEqual({ looked: 1, complete: true });
    expect(run.sent()).toEqual([[one.id, 90]]);
  });

  test("sends no step again, nor a milder one than was sent", async () => {
    await records.add(one);
    await run.scan(day(60));
    await change(records, [90, 60, 45]);
    expect(await run.scan(day(59))).toEqual({ looked: 0, complete: true });
    expect(await dueOf(one)).toEqual(at("2027-04-17T00:00:00Z"));
    await run.scan(day(45));
    expect(run.sent()).toEqual([
      [one.id, 60],
      [one.id, 45],
    ]);
  });

  test("puts nothing off: a token that is due for a step that is gone is looked at for nothing, and moves on", async () => {
    await records.add(one);
    await change(records, [10]);
    await run.scan(day(80));
    expect(await dueOf(one)).toEqual(one.dueAt);
    expect(await run.scan(day(60))).toEqual({ looked: 1, complete: true });
    expect(await dueOf(one)).toEqual(at("2027-05-22T00:00:00Z"));
    expect(run.sent()).toEqual([]);
  });

  test("puts nothing off for a step that was sent: what would be owed without it is not", async () => {
    await records.add(one);
    await run.scan(day(60));
    await change(records, [90, 20]);
    await run.scan(day(59));
    expect(await dueOf(one)).toEqual(at("2027-05-02T00:00:00Z"));
  });

  test("is no second chance in one run for a token that could not be looked at", async () => {
    const soon = tokenOf(4, BEFORE, addDays(end, -25));
    for (const token of [one, soon]) await records.add(token);
    await change(records, AFTER);
    const sentSteps: Reminders["sentSteps"] = (id) =>
      id === soon.id ? Promise.reject(new Error("a damaged record")) : records.reminders.sentSteps(id);
    await expect(run.scan(day(85), { reminders: { sentSteps } })).rejects.toThrow("1 of 2 due tokens");
    expect(run.sent()).toEqual([[one.id, 90]]);
  });

  test("is read for once; by the same ladder, what is due is read and nothing else", async () => {
    await records.add(one);
    const asked: Date[] = [];
    const due: Reminders["due"] = (until) => {
      asked.push(until);
      return records.reminders.due(until);
    };
    const list: ContentTokens["list"] = () => Promise.reject(new Error("lists are not for scans"));
    const askedAt = async (now: Date) => {
      asked.length = 0;
      await run.scan(now, { tokens: { list }, reminders: { due } });
      return asked.filter((until) => until > now).length;
    };
    expect(await askedAt(day(200))).toBe(0);
    await change(records, AFTER);
    expect(await askedAt(day(199))).toBe(1);
    expect(await askedAt(day(198))).toBe(0);
    // There and back between two scans: tokens may have come in between.
    await change(records, BEFORE);
    await change(records, AFTER);
    expect(await askedAt(day(197))).toBe(1);
    expect(await askedAt(day(196))).toBe(0);
  });

  test("goes on after a clean stop, and keeps back nobody's reminder meanwhile", async () => {
    const soon = tokenOf(4, BEFORE, addDays(end, -25));
    for (const token of [one, two, three, soon]) await records.add(token);
    await change(records, AFTER);
    let asked = 0;
    // The token that is due by the ladder before, then one of those to be brought forward.
    expect(await run.scan(day(85), { isTimeUp: () => ++asked > 3 })).toEqual({ looked: 1, complete: false });
    expect(run.sent()).toEqual([[soon.id, 60]]);
    expect(await records.organizations.scannedLadder()).toBeUndefined();
    await run.scan(day(85));
    await run.scan(day(84));
    expect(run.sent().toSorted()).toEqual([[soon.id, 60], ...[one, two, three].map(({ id }) => [id, 90])].toSorted());
    expect(await records.organizations.scannedLadder()).toEqual(AFTER);
  });

  test("that one token can't follow reaches the others, fails the run, and is tried again", async () => {
    for (const token of [one, two]) await records.add(token);
    await change(records, AFTER);
    const remind: Reminders["remind"] = (token, ...rest) =>
      token.id === one.id ? Promise.reject(new Error("a damaged record")) : records.reminders.remind(token, ...rest);
    await expect(run.scan(day(80), { reminders: { remind } })).rejects.toThrow(/1 tokens could not be brought forward/);
    expect(await records.organizations.scannedAt()).toBeUndefined();
    expect(run.sent()).toEqual([[two.id, 90]]);
    await run.scan(day(79));
    expect(run.sent()).toEqual([
      [two.id, 90],
      [one.id, 90],
    ]);
  });

  /** Lets `happen` between the reading of the tokens and the first write. */
  const meanwhile = (happen: () => Promise<unknown>): Partial<Reminders> => ({
    async *due(until) {
      const read = await Array.fromAsync(records.reminders.due(until));
      if (until > run.clock.now) await happen();
      yield* read;
    },
  });

  test.each<[string, number | undefined, number[]]>([
    ["without a word", undefined, [90]],
    ["after it sent the step", 90, []],
  ])("reaches a token that another run moved by a ladder of its own, %s, and loses none of what that one sent", async (_, step, sent) => {
    await records.add(one);
    await change(records, AFTER);
    await run.scan(day(80), { reminders: meanwhile(() => records.reminders.remind(one, { step, nextDueAt: day(30) })) });
    expect(run.sent()).toEqual(sent.map((each) => [one.id, each]));
    expect(await records.reminders.sentSteps(one.id)).toEqual(new Set([90]));
    expect(await dueOf(one)).toEqual(at("2027-04-02T00:00:00Z"));
  });

  test("that was taken back before any scan reaches the tokens that came under it", async () => {
    await change(records, [0]);
    await records.add(tokenOf(1, [0]));
    await change(records, BEFORE);
    await run.scan(day(40));
    expect(run.sent()).toEqual([[one.id, 60]]);
  });

  test("reaches a token that another run moves between the last reading and the writing", async () => {
    await records.add(one);
    await change(records, AFTER);
    let moved = false;
    const get: ContentTokens["get"] = async (id) => {
      const read = await records.tokens.get(id);
      if (!moved) moved = await records.reminders.remind(one, { nextDueAt: day(30) });
      return read;
    };
    await run.scan(day(100), { tokens: { get } });
    expect(moved).toBe(true);
    expect(await dueOf(one)).toEqual(at("2027-03-03T00:00:00Z"));
  });

  test("wakes no token that ended meanwhile", async () => {
    await records.add(one);
    await change(records, AFTER);
    const ended = () => records.tokens.invalidate(one.id, { at: day(81), cause: "revoked" });
    expect(await run.scan(day(80), { reminders: meanwhile(ended) })).toEqual({ looked: 0, complete: true });
    expect(await dueOf(one)).toBeUndefined();
    expect(run.sent()).toEqual([]);
  });
});

test("under any changes, stops and gaps, a scan that is complete leaves nothing owed, and no step is sent twice", async () => {
  const ladders = fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 6 });
  const act = fc.record({
    daysLater: fc.integer({ min: 0, max: 30 }),
    ladder: fc.option(ladders, { nil: undefined }),
    stopsAfter: fc.oneof({ weight: 2, arbitrary: fc.constant(1000) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 6 }) }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 5 }),
      fc.array(act, { maxLength: 25 }),
      async (ends, acts) => {
        const world = makeWorld();
        await found(world);
        const run = scanner(world);
        const tokens = ends.map((days, index) => tokenOf(index + 1, BEFORE, addDays(end, days)));
        for (const token of tokens) {
          await world.erasures.plan(token.file.key, token.issuedAt);
          await world.tokens.add(token);
        }
        let ladder = BEFORE;
        let now = day(300);
        for (const { daysLater, ladder: changed, stopsAfter } of acts) {
          now = addDays(now, daysLater);
          if (changed !== undefined) {
            ladder = changed;
            await change(world, ladder);
          }
          let asked = 0;
          const { complete } = await run.scan(now, { isTimeUp: () => ++asked > stopsAfter });
          if (!complete) continue;
          for (const { id, expiresAt } of tokens) {
            const { dueAt } = (await world.tokens.get(id)) ?? {};
            const sent = await world.reminders.sentSteps(id);
            if (now < expiresAt)
              expect([dueStep(expiresAt, ladder, sent, now), dueAt !== undefined && dueAt > now]).toEqual([undefined, true]);
            else expect(dueAt).toBeUndefined();
          }
        }
        for (const { id } of tokens) {
          const steps = run.sent().flatMap(([tokenId, step]) => (tokenId === id ? [Number(step)] : []));
          expect(steps).toEqual([...new Set(steps)].toSorted((one, other) => other - one));
        }
      },
    ),
    { numRuns: 200 },
  );
});
