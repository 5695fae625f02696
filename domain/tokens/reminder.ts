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
 * What is owed now for a token that ends at `expiresAt`, given the steps already sent; `undefined` when nothing is.
 * Invariant: once a step was sent, no step of more days is ever owed again.
 */
export const dueStep = (expiresAt: Date, ladder: ReminderLadder, sent: ReadonlySet<number>, now: Date): DueStep | undefined => {
  if (now >= expiresAt) return { kind: "expired" };
  const daysLeft = calendarDaysBetween(now, expiresAt);
  const reached = ladder.filter((step) => daysLeft <= step);
  if (reached.length === 0) return undefined;
  const step = Math.min(...reached);
  return Math.min(...sent) <= step ? undefined : { kind: "expiring", step, daysLeft };
};

/** When the token has to be looked at next, judged at `now`: the day of its next step, or its end. The index of due tokens is sorted by it. */
export const nextDueAt = (expiresAt: Date, ladder: ReminderLadder, now: Date): Date => {
  const daysLeft = calendarDaysBetween(now, expiresAt);
  const ahead = ladder.filter((step) => step < daysLeft);
  return ahead.length === 0 ? expiresAt : addDays(startOfDay(expiresAt), -Math.max(...ahead));
};

/**
 * When a token has to be looked at that no scan has judged by this ladder, given the steps already sent: at once when one is owed, as for a token
 * that was imported close to its end.
 */
export const firstDueAt = (expiresAt: Date, ladder: ReminderLadder, sent: ReadonlySet<number>, now: Date): Date =>
  dueStep(expiresAt, ladder, sent, now) === undefined ? nextDueAt(expiresAt, ladder, now) : now;

/** Whether both owe the same steps. */
export const isSameLadder = (one: ReminderLadder, other: ReminderLadder): boolean =>
  one.length === other.length && one.every((step) => other.includes(step));

/** What the scan has to look at a token for, and when first: a step, its end, or the end of an overlap. */
export const withOverlapEnd = (dueAt: Date, supersedesAt: Date | undefined, now: Date): Date =>
  supersedesAt !== undefined && supersedesAt > now && supersedesAt < dueAt ? supersedesAt : dueAt;
