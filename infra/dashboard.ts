// One page for whoever wonders whether all is well: three questions, a row for each. Low alarms are seen here alone.
import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  type IMetric,
  type IWidget,
  SingleValueWidget,
  TextWidget,
  TextWidgetBackground,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { ACTS } from "../functions/contract/metrics.ts";
import { type Alarms, SEVERITIES } from "./alarms.ts";
import { dayOf, ownMetric } from "./own-metrics.ts";

export type OverviewProps = {
  readonly alarms: Alarms;
  readonly functions: readonly LambdaFunction[];
  readonly deadLetters: IMetric;
  /** Metrics of the jobs of MDM servers. */
  readonly work: readonly IMetric[];
};

/** CloudWatch's grid. */
const WHOLE_WIDTH = 24;

const question = (text: string): IWidget =>
  new TextWidget({ markdown: `## ${text}`, width: WHOLE_WIDTH, height: 1, background: TextWidgetBackground.TRANSPARENT });

export class Overview extends Construct {
  readonly dashboardName: string;

  /** All alarms have to be made before: those that come later are not on it. */
  constructor(scope: Construct, id: string, { alarms, functions, deadLetters, work }: OverviewProps) {
    super(scope, id);
    const dashboard = new Dashboard(this, "Dashboard", { defaultInterval: Duration.days(1) });
    const context = (title: string, width: number, metrics: readonly IMetric[]): IWidget =>
      new SingleValueWidget({ title, width, height: 5, metrics: [...metrics] });
    const course = (title: string, metrics: readonly IMetric[]): IWidget =>
      new GraphWidget({ title, width: 12, height: 6, left: [...metrics], view: GraphWidgetView.TIME_SERIES });

    dashboard.addWidgets(question("Are all tokens well?"));
    dashboard.addWidgets(
      context("Held by MDM servers", 9, [
        ownMetric("outbox", "HeldDeadTokens"),
        ownMetric("outbox", "HeldEndingTokens"),
        ownMetric("outbox", "OpenConflicts"),
        ownMetric("outbox", "HeldReservedTokens"),
      ]),
      context("Facts about accounts that are parked", 6, [ownMetric("outbox", "ParkedFacts"), ownMetric("outbox", "ParkedOldestSeconds")]),
      context("Until a password change counts", 5, [ownMetric("identity-events", "IdentityEventDelaySeconds")]),
      context("Since Apple answered", 4, [ownMetric("outbox", "AppleCheckOldestSeconds")]),
    );

    dashboard.addWidgets(question("Is everything running?"));
    dashboard.addWidgets(
      ...SEVERITIES.map(
        (severity) => new AlarmStatusWidget({ title: `Alarms: ${severity}`, width: 8, height: 4, alarms: [...alarms.of(severity)] }),
      ),
    );
    dashboard.addWidgets(
      context("Scan, outbox, erasures, gauges, dead letters", WHOLE_WIDTH, [
        ownMetric("outbox", "ScanAgeSeconds"),
        ownMetric("outbox", "OutboxOldestSeconds"),
        ownMetric("outbox", "ErasuresOldestSeconds"),
        ownMetric("outbox", "MeasurementsFailed"),
        deadLetters,
      ]),
    );
    dashboard.addWidgets(context("Work of MDM servers, and what they did not take", WHOLE_WIDTH, work));
    const perFunction = (metric: (each: LambdaFunction) => IMetric): IMetric[] => functions.map(metric);
    const sums = (each: LambdaFunction) => ({ period: Duration.minutes(5), statistic: "Sum", label: each.node.id });
    dashboard.addWidgets(
      course(
        "Runs",
        perFunction((each) => each.metricInvocations(sums(each))),
      ),
      course(
        "Runs that failed",
        perFunction((each) => each.metricErrors(sums(each))),
      ),
    );

    dashboard.addWidgets(question("What changed today?"));
    dashboard.addWidgets(context("Since midnight (UTC), as it was told", WHOLE_WIDTH, [...ACTS, "FutureFactParked" as const].map(dayOf)));
    this.dashboardName = dashboard.dashboardName;
  }
}
