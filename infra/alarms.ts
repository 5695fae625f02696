// Alarms that say what they mean: how urgent, what happened, who is hurt by it, and where the runbook goes on. None can be made without all of them.
import { Stack } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

/**
 * `high`: people can't work, or a dead token passes for good; look at once. `medium`: look today. `low`: it shows on the dashboard, and nobody is sent
 * anything. Why: docs/decisions/0007-three-severities.md.
 */
export const SEVERITIES = ["high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

export type AlarmWords = {
  readonly severity: Severity;
  /** The event that raises the alarm, as a sentence. */
  readonly happened: string;
  /** The impact on users, as a sentence. */
  readonly impact: string;
};

/** When an alarm goes off. */
export type Condition = {
  /** The metric is this or more in a period; 1 when left out. */
  readonly reaches?: number;
  /** In so many periods in a row; 1 when left out. */
  readonly periods?: number;
  /** The meaning of a period without data: good, unknown (the alarm then has insufficient data), or bad. */
  readonly silence?: "well" | "nothing" | "bad";
};

/** In so many periods in a row the metric was below 1, or silent. */
export type Silence = { readonly silentPeriods: number };

const MISSING = {
  well: TreatMissingData.NOT_BREACHING,
  nothing: TreatMissingData.MISSING,
  bad: TreatMissingData.BREACHING,
} as const;

/**
 * Alarms on missing data use many short periods instead of a long one: a period of a day begins at midnight and would have no data until the run of the day.
 */
const conditionOf = (when: Condition | Silence) =>
  "silentPeriods" in when
    ? {
        threshold: 1,
        evaluationPeriods: when.silentPeriods,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      }
    : {
        threshold: when.reaches ?? 1,
        evaluationPeriods: when.periods ?? 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: MISSING[when.silence ?? "well"],
      };

export class Alarms extends Construct {
  readonly #action: SnsAction;
  readonly #made = new Map<Severity, Alarm[]>(SEVERITIES.map((severity) => [severity, []]));

  constructor(scope: Construct, id: string, topic: ITopic) {
    super(scope, id);
    this.#action = new SnsAction(topic);
    // A topic with a policy of its own (TLS only) no longer lets the account's services publish by default: alarms would go off unheard.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    );
  }

  /** The alarms made so far. */
  of(severity: Severity): readonly Alarm[] {
    return this.#made.get(severity) ?? [];
  }

  /** `heading` is a heading of docs/runbook.md. Without `when` it goes off when the metric reaches 1 in a period. */
  add(heading: string, { severity, happened, impact }: AlarmWords, metric: IMetric, when: Condition | Silence = {}): void {
    const id = heading.replaceAll(/[^A-Za-z]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? "");
    const alarm = new Alarm(this, id, {
      metric,
      ...conditionOf(when),
      // The severity comes first: a subscription to the topic can filter by the beginning of a text, and by nothing else in it.
      alarmDescription: `${severity}: ${happened} ${impact} Runbook: docs/runbook.md, "${heading}".`,
    });
    this.#made.get(severity)?.push(alarm);
    if (severity === "low") return;
    alarm.addAlarmAction(this.#action);
    alarm.addOkAction(this.#action);
  }
}
