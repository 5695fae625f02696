// AWS cron and rate expressions: when they run next, how they run and stop, and which ones are refused.
// Easy to get wrong: the clock is a pretend one, set to Sunday, 1 March 2026, 12:00 UTC; nothing here waits.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startSchedule } from "../../local/events/schedule.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-03-01T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the next run", () => {
  const rows: [string, string | null][] = [
    ["cron(0 10 * * ? *)", "2026-03-02T10:00:00Z"],
    ["cron(15 12 * * ? *)", "2026-03-01T12:15:00Z"],
    ["cron(0 18 ? * MON-FRI *)", "2026-03-02T18:00:00Z"],
    ["cron(0 18 ? * 1 *)", "2026-03-01T18:00:00Z"],
    ["cron(0 18 ? * 2 *)", "2026-03-02T18:00:00Z"],
    ["cron(0 18 ? * 7 *)", "2026-03-07T18:00:00Z"],
    ["cron(0 18 ? * 3-4 *)", "2026-03-03T18:00:00Z"],
    ["cron(0 18 ? * 5,6 *)", "2026-03-05T18:00:00Z"],
    ["cron(0 9 ? * 2/2 *)", "2026-03-02T09:00:00Z"],
    ["cron(0 9 ? * L *)", "2026-03-07T09:00:00Z"],
    ["cron(0 9 ? * 6L *)", "2026-03-27T09:00:00Z"],
    ["cron(0 9 ? * FRIL *)", "2026-03-27T09:00:00Z"],
    ["cron(0 9 ? * 3#2 *)", "2026-03-10T09:00:00Z"],
    ["cron(0 9 ? * TUE#2 *)", "2026-03-10T09:00:00Z"],
    ["cron(0 8 1 * ? *)", "2026-04-01T08:00:00Z"],
    ["cron(0 8 L * ? *)", "2026-03-31T08:00:00Z"],
    ["cron(0 8 15W * ? *)", "2026-03-16T08:00:00Z"],
    ["cron(0/15 * * * ? *)", "2026-03-01T12:15:00Z"],
    ["cron(7/20 * * * ? *)", "2026-03-01T12:07:00Z"],
    ["cron(0/10 20-23 ? * mon-fri *)", "2026-03-02T20:00:00Z"],
    ["cron(0 0 1 JAN,JUL ? *)", "2026-07-01T00:00:00Z"],
    ["cron(0 0 1 1 ? 2028)", "2028-01-01T00:00:00Z"],
    ["cron(0 0 1 1 ? 2027/4)", "2027-01-01T00:00:00Z"],
    ["cron(0 0 29 2 ? *)", "2028-02-29T00:00:00Z"],
    ["cron(0 0 1 1 ? 2020)", null],
    ["rate(1 minute)", "2026-03-01T12:01:00Z"],
    ["rate(5 minutes)", "2026-03-01T12:05:00Z"],
    ["rate(12 hours)", "2026-03-02T00:00:00Z"],
    ["rate(60 days)", "2026-04-30T12:00:00Z"],
  ];
  test.each(rows)("of %s is %s", (expression, expected) => {
    const schedule = startSchedule(expression, () => {});
    expect(schedule.next()).toEqual(expected === null ? null : new Date(expected));
    schedule.stop();
    expect(schedule.next()).toBeNull();
  });
});

describe("running", () => {
  const rows: [string, number, number][] = [
    ["cron(0/15 * * * ? *)", 3_600_000, 4],
    ["rate(15 minutes)", 3_600_000, 4],
    ["rate(1 hour)", 3_600_000, 1],
    ["rate(30 days)", 70 * 86_400_000, 2],
  ];
  test.each(rows)("%s in %i ms runs %i times, and never once stopped", async (expression, wait, times) => {
    const run = vi.fn();
    const schedule = startSchedule(expression, () => run());
    await vi.advanceTimersByTimeAsync(wait);
    expect(run).toHaveBeenCalledTimes(times);
    schedule.stop();
    await vi.advanceTimersByTimeAsync(2 * wait);
    expect(run).toHaveBeenCalledTimes(times);
  });

  test("a rate's run may stop its own schedule", async () => {
    let runs = 0;
    const schedule = startSchedule("rate(1 minute)", () => {
      runs++;
      schedule.stop();
    });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs).toBe(1);
  });
});

describe("a bad expression throws a sentence", () => {
  const rows: [string, RegExp][] = [
    ["", /is neither cron\(\.\.\.\) nor rate\(\.\.\.\)\.$/],
    ["every(5 minutes)", /is neither/],
    ["cron(0 10 * * ?)", /needs six fields/],
    ["cron(0 0 10 * * ? *)", /needs six fields/],
    ["cron(0 10 * * * *)", /needs "\?" in exactly one/],
    ["cron(0 10 ? * ? *)", /needs "\?" in exactly one/],
    ["cron(? 10 * * ? *)", /has "\?" for minutes/],
    ["cron(60 10 * * ? *)", /has "60" for minutes/],
    ["cron(0 24 * * ? *)", /has "24" for hours/],
    ["cron(0 10 32 * ? *)", /has "32" for day of month/],
    ["cron(0 10 0W * ? *)", /has "0" for day of month/],
    ["cron(0 10 1 13 ? *)", /has "13" for month/],
    ["cron(0 10 1 FOO ? *)", /has "FOO" for month/],
    ["cron(0 10 ? * 0 *)", /has "0" for day of week/],
    ["cron(0 10 ? * 8 *)", /has "8" for day of week/],
    ["cron(0 10 ? * 3#6 *)", /has "3#6" for day of week/],
    ["cron(0 10 ? * 3#1,4#1 *)", /only one day with "#"/],
    ["cron(0 10 * * ? 1969)", /has "1969" for year/],
    ["cron(5-1 10 * * ? *)", /has "5-1" for minutes/],
    ["cron(0/0 10 * * ? *)", /has "0\/0" for minutes/],
    ["cron(1,,2 10 * * ? *)", /has "" for minutes/],
    ["rate(0 minutes)", /needs a positive whole number/],
    ["rate(1.5 hours)", /needs a positive whole number/],
    ["rate(5 seconds)", /needs a positive whole number/],
    ["rate(1 minutes)", /must say "1 minute"\.$/],
    ["rate(5 minute)", /must say "5 minutes"\.$/],
  ];
  test.each(rows)("%s", (expression, sentence) => {
    expect(() => startSchedule(expression, () => {})).toThrow(sentence);
  });
});
