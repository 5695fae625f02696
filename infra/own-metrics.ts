// The metrics that functions write, as alarms and the dashboard read them.
import { Duration } from "aws-cdk-lib";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { type FunctionName, METRICS_NAMESPACE } from "../functions/contract/env.ts";
import { type Count, GAUGES, type Gauge } from "../functions/contract/metrics.ts";

const isGauge = (metric: Count | Gauge): metric is Gauge => metric in GAUGES;

/** What one function wrote in five minutes: of a gauge the worst value, of what is counted the sum. */
export const ownMetric = (service: FunctionName, metricName: Count | Gauge): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service },
    period: Duration.minutes(5),
    statistic: isGauge(metricName) ? "Maximum" : "Sum",
  });

/** What all functions counted in a day, which begins at midnight (UTC). Of a day without any, 0: the day before must not stand for it. */
export const dayOf = (metricName: Count): MathExpression =>
  new MathExpression({
    expression: `FILL(SUM(SEARCH('{${METRICS_NAMESPACE},service} MetricName="${metricName}"', 'Sum', 86400)), 0)`,
    label: metricName,
    period: Duration.days(1),
  });
