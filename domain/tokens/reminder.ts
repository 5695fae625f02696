// Reminders before a token ends. A step is owed by window and ledger, never by "today is exactly N days before": a run that is late,
// repeated or missed for days still sends each step once, and of several missed steps only the most urgent.
import * as z from "zod";
import { addDays, calendarDaysBetween, startOfDay } from "../shared/time.ts";

/** Days before the end at which a reminder is owed; 0 is the day itself. */
export const ReminderLadder = z
  .array(z.int().min(0).max(365))
  .min(1)
  .max(20)
  .refine((days) => new Set(days).size === days.length, "each number of days may stand once");
export type ReminderLadder = z.infer<typeof ReminderLadder>;

export const DEFAULT_LADDER: ReminderLadder = [60, 30, 15, 7, 3, 1, 0];

export type DueStep = { readonly kind: "expiring"; readonly step: number; readonly daysLeft: number } | { readonly kind: "expired" };

/**
 * The reminder that is due now for a token that ends at `expiresAt`, given the steps already sent; `undefined` if none is due.
 * Invariant: after a step was sent, no step of more days is due again.
 */
export const dueStep = (expiresAt: Date, ladder: ReminderLadder, sent: ReadonlySet<number>, now: Date): DueStep | undefined => {
  if (now >= expiresAt) return { kind: "expired" };
  const daysLeft = calendarDaysBetween(now, expiresAt);
  const reached = ladder.filter((step) => daysLeft <= step);
  if (reached.length === 0) return undefined;
  const step = Math.min(...reached);
  return Math.min(...sent) <= step ? undefined : { kind: "expiring", step, daysLeft };
};

/** The next due time of a token as of `now`: the day of its next step, or its end. The index of due tokens is sorted by it. */
export const nextDueAt = (expiresAt: Date, ladder: ReminderLadder, now: Date): Date => {
  const daysLeft = calendarDaysBetween(now, expiresAt);
  const ahead = ladder.filter((step) => step < daysLeft);
  return ahead.length === 0 ? expiresAt : addDays(startOfDay(expiresAt), -Math.max(...ahead));
};

/**
 * The due time of a token that no scan has processed with this ladder, given the steps already sent: `now` if a reminder is due, for example for a
 * token that was imported close to its end.
 */
export const firstDueAt = (expiresAt: Date, ladder: ReminderLadder, sent: ReadonlySet<number>, now: Date): Date =>
  dueStep(expiresAt, ladder, sent, now) === undefined ? nextDueAt(expiresAt, ladder, now) : now;

/** True if both ladders have the same steps. */
export const isSameLadder = (one: ReminderLadder, other: ReminderLadder): boolean =>
  one.length === other.length && one.every((step) => other.includes(step));

/** The earliest time at which the scan has to process a token: a step, its end, or the end of an overlap. */
export const withOverlapEnd = (dueAt: Date, supersedesAt: Date | undefined, now: Date): Date =>
  supersedesAt !== undefined && supersedesAt > now && supersedesAt < dueAt ? supersedesAt : dueAt;
