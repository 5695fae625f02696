// Runs a function on an Amazon EventBridge schedule, `cron(...)` or `rate(...)`, in UTC, for the local event bus.
// Easy to get wrong: AWS counts the days of the week from 1 = Sunday, croner from 0 = Sunday; so "2" is Monday here.
import { Cron } from "croner";

export type Schedule = { readonly stop: () => void; readonly next: () => Date | null };

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const UNIT_MILLISECONDS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
// Node fires a longer timer at once instead of late, so a long wait is slept in pieces.
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

export const startSchedule = (expression: string, run: () => void): Schedule => {
  const cron = /^cron\((.*)\)$/.exec(expression)?.[1];
  if (cron !== undefined) return startCron(expression, cron, run);
  const rate = /^rate\((.*)\)$/.exec(expression)?.[1];
  if (rate !== undefined) return startRate(expression, rate, run);
  throw bad(expression, "is neither cron(...) nor rate(...)");
};

const cronOf = (expression: string, pattern: string, run: () => void): Cron => {
  // The fields are checked and spelled out already; should croner still refuse one, it too must end in a sentence.
  try {
    return new Cron(pattern, { timezone: "UTC", domAndDow: true, sloppyRanges: true, mode: "7-part", unref: true }, run);
  } catch (cause) {
    throw new Error(`The schedule "${expression}" is not a valid cron expression.`, { cause });
  }
};

const startCron = (expression: string, fields: string, run: () => void): Schedule => {
  const job = cronOf(expression, translate(expression, fields), run);
  let stopped = false;
  return {
    stop: () => {
      stopped = true;
      job.stop();
    },
    next: () => (stopped ? null : job.nextRun()),
  };
};

const startRate = (expression: string, text: string, run: () => void): Schedule => {
  const [, digits, unit, plural] = /^([1-9]\d{0,8}) (minute|hour|day)(s?)$/.exec(text) ?? [];
  if (digits === undefined || (unit !== "minute" && unit !== "hour" && unit !== "day")) {
    throw bad(expression, "needs a positive whole number and minutes, hours or days, such as rate(5 minutes)");
  }
  const count = Number(digits);
  // AWS refuses "1 minutes" and "5 minute", so a schedule that runs here must not fail there.
  if ((count === 1) !== (plural === "")) throw bad(expression, `must say "${count} ${unit}${count === 1 ? "" : "s"}"`);
  const every = count * UNIT_MILLISECONDS[unit];
  let due = Date.now() + every;
  let stopped = false;
  const sleep = (): NodeJS.Timeout => setTimeout(wake, Math.min(Math.max(due - Date.now(), 0), LONGEST_TIMER_MILLISECONDS)).unref();
  const wake = (): void => {
    const now = Date.now();
    const isDue = now >= due;
    // Runs missed while the machine slept are dropped, not made up for in a burst.
    if (isDue) due += every * (Math.floor((now - due) / every) + 1);
    // The next run is set before this one begins: a run that throws must not end the schedule, one that stops it must.
    timer = sleep();
    if (isDue) run();
  };
  let timer = sleep();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
    next: () => (stopped ? null : new Date(due)),
  };
};

const translate = (expression: string, text: string): string => {
  const fields = text.trim().toUpperCase().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (
    fields.length !== 6 ||
    minute === undefined ||
    hour === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    year === undefined
  ) {
    throw bad(expression, "needs six fields: minutes, hours, day of month, month, day of week, year");
  }
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw bad(expression, 'needs "?" in exactly one of day of month and day of week');
  }
  const plain = (name: string, field: string, least: number, most: number, names: readonly string[] = []) =>
    list(field, (item) => spell(expression, name, item, least, most, names));
  return [
    "0",
    plain("minutes", minute, 0, 59),
    plain("hours", hour, 0, 23),
    daysOfMonth(expression, dayOfMonth),
    plain("month", month, 1, 12, MONTHS),
    daysOfWeek(expression, dayOfWeek),
    plain("year", year, 1970, 2199),
  ].join(" ");
};

const daysOfMonth = (expression: string, field: string): string => {
  if (field === "?") return "*";
  return list(field, (item) => {
    if (item === "L") return item;
    const weekday = /^(\d+)W$/.exec(item)?.[1];
    if (weekday !== undefined) return `${spell(expression, "day of month", weekday, 1, 31, [])}W`;
    return spell(expression, "day of month", item, 1, 31, []);
  });
};

const daysOfWeek = (expression: string, field: string): string => {
  const name = "day of week";
  const day = (item: string) => {
    const values = spell(expression, name, item, 1, 7, DAYS);
    return values === "*" ? values : list(values, (value) => String(Number(value) - 1));
  };
  if (field === "?") return "*";
  if (field.includes("#") && field.includes(",")) throw bad(expression, 'may hold only one day with "#" in day of week');
  return list(field, (item) => {
    // A bare L is the week's last day, which for AWS is Saturday.
    if (item === "L") return day("SAT");
    const [, which, last, nth] = /^(\w+?)(?:(L)|#([1-5]))$/.exec(item) ?? [];
    if (which === undefined) return day(item);
    return `${day(which)}#${last ?? nth}`;
  });
};

// Ranges and steps are spelled out number by number, so that only the bounds here count: a step over all years begins at
// 1970 for AWS's range and elsewhere for croner, and a step over days is one before and another after the shift by one.
const spell = (expression: string, name: string, item: string, least: number, most: number, names: readonly string[]): string => {
  if (item === "*") return item;
  const refused = bad(expression, `has "${item}" for ${name}, which is not a value, range or step within ${least}-${most}`);
  const [, first, last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? [];
  if (first === undefined || (first === "*" && last !== undefined)) throw refused;
  const number = (text: string): number => {
    const named = names.indexOf(text);
    const value = named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw refused;
    return value;
  };
  const from = first === "*" ? least : number(first);
  const to = last !== undefined ? number(last) : step !== undefined ? most : from;
  const by = Number(step ?? 1);
  if (from > to || by < 1) throw refused;
  const values: number[] = [];
  for (let value = from; value <= to; value += by) values.push(value);
  return values.join(",");
};

const list = (field: string, each: (item: string) => string): string => field.split(",").map(each).join(",");

const bad = (expression: string, why: string): Error => new Error(`The schedule "${expression}" ${why}.`);
