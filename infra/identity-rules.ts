// The queue of identity-events, and the rules that put facts about accounts into it.
import { Duration } from "aws-cdk-lib";
import { type EventBus, type EventPattern, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { ACCOUNT_EVENTS } from "../domain/accounts/account-event.ts";
import { IDENTITY_OPERATIONS } from "../domain/accounts/identity-event.ts";
import { EVENT_SOURCE, type EventType } from "../domain/shared/events.ts";
import type { Alarms } from "./alarms.ts";
import { hourlyInvocations } from "./rule-metric.ts";

/** Both frames of CloudTrail. The function decides the meaning of each event. */
const IDENTITY_PATTERN: EventPattern = {
  source: ["aws.cognito-idp"],
  detailType: ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
  detail: { eventSource: ["cognito-idp.amazonaws.com"], eventName: [...IDENTITY_OPERATIONS] },
};

export type IdentityRulesProps = {
  readonly bus: EventBus;
  readonly identityEvents: LambdaFunction;
  readonly deadLetters: Queue;
  readonly alarms: Alarms;
  /** Sources of other publishers whose account events are applied. */
  readonly identitySources: readonly string[];
};

/** Adds the queue and the rules to `scope`, beside the function. */
export const addIdentityRules = (
  scope: Construct,
  { bus, identityEvents, deadLetters, alarms, identitySources }: IdentityRulesProps,
): void => {
  const queue = new Queue(scope, "IdentityQueue", {
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    // Six times the function's time-out, as AWS advises for queues that feed functions.
    visibilityTimeout: Duration.seconds((identityEvents.timeout ?? Duration.minutes(1)).toSeconds() * 6),
    // An account with thousands of tokens takes several: each ends what its time allows.
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: 10 },
  });
  // One at a time: one alone may need all the time there is.
  identityEvents.addEventSource(new SqsEventSource(queue, { batchSize: 1, reportBatchItemFailures: true }));
  const targets = [new SqsQueue(queue, { deadLetterQueue: deadLetters })];
  new Rule(scope, "IdentityTrail", { eventPattern: IDENTITY_PATTERN, targets });
  const facts = { source: [EVENT_SOURCE, ...identitySources], detailType: [...ACCOUNT_EVENTS] };
  new Rule(scope, "AccountFacts", { eventBus: bus, eventPattern: facts, targets });
  // An MDM server proved that it has a token: those that it renews are re-evaluated.
  const proved = { source: [EVENT_SOURCE], detailType: ["ContentTokenProved"] satisfies EventType[] };
  new Rule(scope, "TokenProved", { eventBus: bus, eventPattern: proved, targets });
  const hourly = new Rule(scope, "ParkedFactsHourly", { schedule: Schedule.rate(Duration.hours(1)), targets });
  const silent = {
    severity: "medium",
    happened: "The hourly look at parked facts did not run.",
    impact: "A password change that came early may end its tokens late.",
  } as const;
  alarms.add("ParkedFactsHourly is not running", silent, hourlyInvocations(hourly), { silentPeriods: 3 });
};
