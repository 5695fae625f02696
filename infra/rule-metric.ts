// The invocations of a rule within an hour. Alarms on a rule that feeds a queue watch this metric: the function behind the queue also takes other
// messages, which would hide that the rule stands still.
import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Rule } from "aws-cdk-lib/aws-events";

export const hourlyInvocations = ({ ruleName }: Rule): Metric =>
  new Metric({
    namespace: "AWS/Events",
    metricName: "Invocations",
    dimensionsMap: { RuleName: ruleName },
    period: Duration.hours(1),
    statistic: "Sum",
  });
