// The metrics that functions write, as alarms and the dashboard read them.
import { Duration } from "aws-cdk-lib";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { type FunctionName, METRICS_NAMESPACE } from "../functions/contract/env.ts";
import { type Count, GAUGES, type Gauge } from "../functions/contract/metrics.ts";

const isGauge = (metric: Count | Gauge): metric is Gauge => metric in GAUGES;

/** A metric of one function over five minutes: the maximum of a gauge, the sum of a count. */
export const ownMetric = (service: FunctionName, metricName: Count | Gauge): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service },
    period: Duration.minutes(5),
    statistic: isGauge(metricName) ? "Maximum" : "Sum",
  });

/** The sum of a count over all functions and one day (UTC). 0 on a day without data, so that the widget does not show the day before. */
export const dayOf = (metricName: Count): MathExpression =>
  new MathExpression({
    expression: `FILL(SUM(SEARCH('{${METRICS_NAMESPACE},service} MetricName="${metricName}"', 'Sum', 86400)), 0)`,
    label: metricName,
    period: Duration.days(1),
  });
