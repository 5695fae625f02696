// Alarms that say what they mean: what happened, who is hurt by it, and where the runbook goes on. None can be made without an impact.
import { Stack } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

export type AlarmWords = {
  /** What happened, as a sentence. */
  readonly happened: string;
  /** Who is hurt, and how, as a sentence. */
  readonly impact: string;
};

export class Alarms extends Construct {
  readonly #action: SnsAction;

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

  /**
   * Goes off when the metric reaches 1 in a period; with `silentPeriods`, when in so many in a row it did not, or told nothing. Many short periods
   * rather than a long one: a day is cut at midnight, and would seem silent until the day's run. `heading` is a heading of docs/runbook.md.
   */
  add(
    heading: string,
    { happened, impact }: AlarmWords,
    metric: IMetric,
    { silentPeriods }: { readonly silentPeriods?: number } = {},
  ): void {
    const silent = silentPeriods !== undefined;
    const alarm = new Alarm(
      this,
      heading.replaceAll(/[^A-Za-z]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? ""),
      {
        metric,
        threshold: 1,
        evaluationPeriods: silentPeriods ?? 1,
        comparisonOperator: silent ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: silent ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
        alarmDescription: `${happened} ${impact} Runbook: docs/runbook.md, "${heading}".`,
      },
    );
    alarm.addAlarmAction(this.#action);
    alarm.addOkAction(this.#action);
  }
}
