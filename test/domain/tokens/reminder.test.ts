// Reminders: owed by window and ledger, whatever the clockwork does.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_LADDER, dueStep, firstDueAt, isSameLadder, nextDueAt, ReminderLadder } from "../../../domain/tokens/reminder.ts";
import { at } from "../../support/builders/make.ts";

const ends = at("2027-01-10T08:00:00Z");
const due = (now: string, ...sent: number[]) => dueStep(ends, DEFAULT_LADDER, new Set(sent), at(now));

describe("what is owed", () => {
  test.each([
    ["2026-11-10T23:59:59Z", undefined],
    ["2026-11-11T00:00:00Z", { kind: "expiring", step: 60, daysLeft: 60 }],
    ["2026-12-25T06:00:00Z", { kind: "expiring", step: 30, daysLeft: 16 }],
    ["2027-01-10T07:59:59Z", { kind: "expiring", step: 0, daysLeft: 0 }],
    ["2027-01-10T08:00:00Z", { kind: "expired" }],
  ])("at %s: %j", (now, step) => expect(due(now)).toEqual(step));

  test("a step that was sent is not owed again, and neither is a milder one", () => {
    expect(due("2026-12-27T00:00:00Z", 15)).toBeUndefined();
    expect(due("2026-12-25T06:00:00Z", 15)).toBeUndefined();
  });
});

describe("when a token is due next", () => {
  test.each([
    ["2026-01-10T08:00:00Z", "2026-11-11T00:00:00Z"],
    ["2026-11-11T06:00:00Z", "2026-12-11T00:00:00Z"],
    ["2027-01-09T06:00:00Z", "2027-01-10T00:00:00Z"],
    ["2027-01-10T06:00:00Z", "2027-01-10T08:00:00Z"],
    ["2027-02-01T00:00:00Z", "2027-01-10T08:00:00Z"],
  ])("seen at %s: %s", (now, next) => expect(nextDueAt(ends, DEFAULT_LADDER, at(now))).toEqual(at(next)));
});

describe("when a token that was just taken in is due", () => {
  test("at once when a step is owed already", () => {
    expect(firstDueAt(ends, DEFAULT_LADDER, new Set(), at("2027-01-07T12:00:00Z"))).toEqual(at("2027-01-07T12:00:00Z"));
  });
  test("at its first step when none is", () => {
    expect(firstDueAt(ends, DEFAULT_LADDER, new Set(), at("2026-03-01T00:00:00Z"))).toEqual(at("2026-11-11T00:00:00Z"));
  });
});

describe("scans at any times, late, repeated or missed", () => {
  const ladders = fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 8 });
  const minutes = fc.integer({ min: -100 * 24 * 60, max: 24 * 60 });
  type Scan = { readonly minute: number; readonly ladder: readonly number[] };

  /** The steps sent to a token that was taken in `before` minutes before its end. Each scan applies its ladder, and looks at what is due. */
  const sentBy = (scans: readonly Scan[], first: readonly number[], before = 365 * 24 * 60): number[] => {
    const sent: number[] = [];
    let dueAt = firstDueAt(ends, [...first], new Set(), new Date(ends.getTime() - before * 60_000));
    for (const { minute, ladder } of scans.filter((scan) => scan.minute >= -before).toSorted((a, b) => a.minute - b.minute)) {
      const now = new Date(ends.getTime() + minute * 60_000);
      const applied = firstDueAt(ends, [...ladder], new Set(sent), now);
      if (ladder !== first && applied < dueAt) dueAt = applied;
      const step = dueStep(ends, [...ladder], new Set(sent), now);
      // The index never hides a token that is owed something.
      if (now < dueAt) expect(step).toBeUndefined();
      else {
        if (step?.kind === "expiring") sent.push(step.step);
        dueAt = nextDueAt(ends, [...ladder], now);
      }
    }
    return sent;
  };
  const onceEverMoreUrgent = (sent: readonly number[]): void => {
    expect(sent).toEqual([...new Set(sent)].toSorted((a, b) => b - a));
  };

  test("send each step at most once, ever more urgent, and end with expiry", () => {
    const taken = fc.integer({ min: 1, max: 365 * 24 * 60 });
    fc.assert(
      fc.property(ladders, fc.array(minutes, { maxLength: 40 }), taken, (ladder, times, before) =>
        onceEverMoreUrgent(
          sentBy(
            times.map((minute) => ({ minute, ladder })),
            ladder,
            before,
          ),
        ),
      ),
    );
  });

  test("serve a ladder that changes between them as if it had been there", () => {
    const scan = fc.record({ minute: minutes, ladder: ladders });
    fc.assert(fc.property(fc.array(scan, { maxLength: 30 }), (scans) => onceEverMoreUrgent(sentBy(scans, DEFAULT_LADDER))));
  });
});

test("two ladders are the same in any order", () => {
  expect(isSameLadder([3, 1, 0], [0, 1, 3])).toBe(true);
  expect(isSameLadder([3, 1], [3, 1, 0])).toBe(false);
  expect(isSameLadder([3, 1], [3, 2])).toBe(false);
});

test("a ladder names each number of days once", () => {
  expect(ReminderLadder.safeParse([30, 30]).success).toBe(false);
  expect(ReminderLadder.safeParse(DEFAULT_LADDER).success).toBe(true);
});
