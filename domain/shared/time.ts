// Calendar arithmetic in UTC. A year is a calendar year and a day a calendar day: neither is a number of seconds.
import * as z from "zod";

/** A time as others tell it: ISO 8601, in UTC or with an offset. */
export const IsoTime = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const DAY_MILLISECONDS = 86_400_000;

/** The last time that a record can hold. Every live token has a due time before it, so the tokens due until then are all live tokens. */
export const END_OF_TIME = new Date("9999-12-31T23:59:59.999Z");

/** The same date `years` later (or earlier, when negative); 29 February becomes 28 February in a year without one. */
export const addYears = (at: Date, years: number): Date => {
  const moved = new Date(at);
  moved.setUTCFullYear(at.getUTCFullYear() + years);
  if (moved.getUTCMonth() !== at.getUTCMonth()) moved.setUTCDate(0);
  return moved;
};

export const floorToSecond = (at: Date): Date => new Date(Math.floor(at.getTime() / 1000) * 1000);

/**
 * The latest instant that a reported time may stand for. Identity events report whole seconds, so a time without milliseconds covers its whole second.
 * A rule that asks whether a report came before something compares with this instant, so that an equal second fails closed.
 */
export const latestInstant = (reported: Date): Date => new Date(reported.getTime() + (reported.getTime() % 1000 === 0 ? 999 : 0));

/** Whole seconds from `at` until `now`: 0 when it has not come yet. */
export const secondsSince = (at: Date, now: Date): number => Math.max(0, Math.floor((now.getTime() - at.getTime()) / 1000));

export const startOfDay = (at: Date): Date => new Date(Math.floor(at.getTime() / DAY_MILLISECONDS) * DAY_MILLISECONDS);

export const addDays = (at: Date, days: number): Date => new Date(at.getTime() + days * DAY_MILLISECONDS);

/** Whole calendar days (UTC) from the day of `from` to the day of `to`: 0 on the same day, negative when `to` lies on an earlier one. */
export const calendarDaysBetween = (from: Date, to: Date): number =>
  (startOfDay(to).getTime() - startOfDay(from).getTime()) / DAY_MILLISECONDS;
