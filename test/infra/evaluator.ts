// What CloudWatch would say of a template's alarms, given what functions wrote. It reads metrics out of log lines in CloudWatch's embedded metric
// format, and judges the alarms as they stand in the template. What it does not know is an error, never a guess.
// Source: CloudWatch user guide, "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing data"; "Specification: Embedded metric format".
import * as z from "zod";

/** One value that was written, with where it belongs. */
export type Written = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly at: number;
  readonly value: number;
};

const Embedded = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int(),
    CloudWatchMetrics: z.array(
      z.strictObject({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.strictObject({ Name: z.string(), Unit: z.enum(["Count", "Seconds"]) })),
      }),
    ),
  }),
});

const isJson = (line: string): boolean => line.startsWith("{") && line.endsWith("}");

/** The metrics among the lines of a log, as CloudWatch Logs takes them out. */
export const writtenIn = (log: string): Written[] =>
  log
    .split("\n")
    .filter((line) => isJson(line) && line.includes('"_aws"'))
    .flatMap((line) => {
      const { _aws, ...members } = Embedded.parse(JSON.parse(line));
      return _aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
          Metrics.map(({ Name: name }) => ({
            namespace,
            name,
            dimensions: Object.fromEntries(names.map((each) => [each, z.string().parse(members[each])])),
            at: _aws.Timestamp,
            value: z.number().parse(members[name]),
          })),
        ),
      );
    });

const COMPARISONS = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
} as const;

const STATISTICS = {
  Sum: (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values: readonly number[]) => Math.max(...values),
  Minimum: (values: readonly number[]) => Math.min(...values),
} as const;

const keysOf = <Table extends object>(table: Table) => Object.keys(table) as [keyof Table & string, ...(keyof Table & string)[]];

/** Strict: metric math, percentiles or a treatment of missing data that is not listed here fail to parse. */
export const Alarm = z.strictObject({
  AlarmDescription: z.string(),
  AlarmActions: z.array(z.unknown()).optional(),
  OKActions: z.array(z.unknown()).optional(),
  Namespace: z.string(),
  MetricName: z.string(),
  /** What refers to another resource is not text: then it is the metric of none that functions write. */
  Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.unknown() })),
  Period: z.int().positive(),
  Statistic: z.enum(keysOf(STATISTICS)),
  Threshold: z.number(),
  ComparisonOperator: z.enum(keysOf(COMPARISONS)),
  EvaluationPeriods: z.int().positive(),
  DatapointsToAlarm: z.int().positive().optional(),
  TreatMissingData: z.enum(["breaching", "notBreaching", "missing"]),
});
export type Alarm = z.infer<typeof Alarm>;

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

const isOf = ({ Namespace, MetricName, Dimensions }: Alarm, { namespace, name, dimensions }: Written): boolean =>
  Namespace === namespace &&
  MetricName === name &&
  Dimensions.length === Object.keys(dimensions).length &&
  Dimensions.every(({ Name, Value }) => dimensions[Name] === Value);

/** Whether each of the last periods that are over at `now` breaches, oldest first; `undefined` of one in which nothing was written. */
const breaches = (alarm: Alarm, written: readonly Written[], now: number): (boolean | undefined)[] => {
  const period = alarm.Period * 1000;
  const end = Math.floor(now / period) * period;
  return Array.from({ length: alarm.EvaluationPeriods }, (_, index) => {
    const from = end - (alarm.EvaluationPeriods - index) * period;
    const values = written.filter((one) => isOf(alarm, one) && one.at >= from && one.at < from + period).map(({ value }) => value);
    if (values.length === 0) return undefined;
    return COMPARISONS[alarm.ComparisonOperator](STATISTICS[alarm.Statistic](values), alarm.Threshold);
  });
};

/**
 * The alarm's state at `now`. CloudWatch also looks at a few periods before the last ones when some of these are silent; that is left out, so that
 * silence counts here the sooner.
 */
export const stateOf = (alarm: Alarm, written: readonly Written[], now: number): AlarmState => {
  const periods = breaches(alarm, written, now);
  const { TreatMissingData: missing } = alarm;
  const known = periods.flatMap((breach) => (breach !== undefined ? [breach] : missing === "missing" ? [] : [missing === "breaching"]));
  if (known.length === 0) return "INSUFFICIENT_DATA";
  // Of fewer values than are asked for, all have to breach.
  const needed = Math.min(alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods, known.length);
  return known.filter(Boolean).length >= needed ? "ALARM" : "OK";
};
