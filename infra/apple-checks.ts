// Checks with Apple: a queue of checks, the function that runs them and records the answers, and the function that sends one token to Apple and may
// do nothing else. Once a day a rule enqueues the run that checks every live imported token.
import { Duration } from "aws-cdk-lib";
import { type EventBus, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { PUBLISHED_EVENTS } from "../functions/contract/published-events.ts";
import type { Alarms } from "./alarms.ts";
import type { RecordsStack } from "./records-stack.ts";
import { grantErase, grantPublish, grantReadImported, grantRecordChecks } from "./rights.ts";
import { hourlyInvocations } from "./rule-metric.ts";
import { ServiceFunction } from "./service-function.ts";

/** Ten seconds for Apple, and the time to read the file. */
const ASK = Duration.seconds(20);
/** Two requests, since an answer that ends a token is confirmed by a second one. */
const CHECK = Duration.minutes(1);
/** Concurrent checks: a few requests a second, far below Apple's limit. */
const CONCURRENT_CHECKS = 2;
/** Deliveries of one message. Apple's silence is no failure: it has attempts of its own. */
const MAX_DELIVERIES = 5;

export type AppleChecksProps = {
  readonly alarms: Alarms;
  readonly records: RecordsStack;
  readonly bus: EventBus;
  readonly notices: Topic;
  /** For the rule's events that the queue did not take. */
  readonly lost: Queue;
  /** The base URL of Apple's API, or "off". */
  readonly api: string;
};

export class AppleChecks extends Construct {
  readonly appleCheck: ServiceFunction<"apple-check">;
  readonly tokenChecks: ServiceFunction<"token-checks">;
  readonly #queue: Queue;

  constructor(scope: Construct, id: string, { alarms, records, bus, notices, lost, api }: AppleChecksProps) {
    super(scope, id);
    const encrypted = { enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED, retentionPeriod: Duration.days(14) };
    const deadLetters = new Queue(this, "DeadLetters", encrypted);
    this.#queue = new Queue(this, "Queue", {
      ...encrypted,
      // Six times the function's time-out, as AWS advises for queues that feed functions.
      visibilityTimeout: Duration.seconds(CHECK.toSeconds() * 6),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_DELIVERIES },
    });
    const bucket = { TOKENS_BUCKET: records.bucket.bucketName };

    // It sends tokens to the internet: never grant it more than the files of imported tokens.
    this.appleCheck = new ServiceFunction(this, "AppleCheck", {
      alarms,
      name: "apple-check",
      severity: "medium",
      environment: { ...bucket, APPLE_API: api },
      timeout: ASK,
      memoryMegabytes: 256,
      impact: "Nobody learns whether Apple still accepts imported tokens; none ends or is refused because of it.",
    });
    grantReadImported(records, this.appleCheck);

    this.tokenChecks = new ServiceFunction(this, "TokenChecks", {
      alarms,
      name: "token-checks",
      severity: "medium",
      environment: {
        ...bucket,
        RECORDS_TABLE: records.table.tableName,
        CUSTODY_TABLE: records.custodyLog.tableName,
        BUS_NAME: bus.eventBusName,
        NOTICE_TOPIC_ARN: notices.topicArn,
        CHECKS_QUEUE_URL: this.#queue.queueUrl,
        APPLE_API: api,
        APPLE_CHECK_NAME: this.appleCheck.functionName,
      },
      timeout: CHECK,
      impact: "Apple's answers are not recorded: a token that Apple revoked is still shown as good.",
    });
    grantRecordChecks(records, this.tokenChecks);
    grantErase(records, this.tokenChecks);
    grantPublish(bus, this.tokenChecks, PUBLISHED_EVENTS["token-checks"]);
    notices.grantPublish(this.tokenChecks);
    this.appleCheck.grantInvoke(this.tokenChecks);
    this.grantSend(this.tokenChecks);
    const source = { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: CONCURRENT_CHECKS };
    this.tokenChecks.addEventSource(new SqsEventSource(this.#queue, source));
    this.#runDaily(alarms, lost);
    const givenUp = {
      severity: "medium",
      happened: "A check of a token with Apple, or a page of the daily run, failed after all deliveries.",
      impact: "Apple's answer about these tokens is not known until the next daily run.",
    } as const;
    const waiting = deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: "Maximum" });
    alarms.add("Checks with Apple were given up", givenUp, waiting);
  }

  #runDaily(alarms: Alarms, lost: Queue): void {
    const daily = new Rule(this, "Daily", {
      schedule: Schedule.cron({ minute: "0", hour: "4" }),
      targets: [new SqsQueue(this.#queue, { deadLetterQueue: lost })],
    });
    const silent = {
      severity: "medium",
      happened: "The schedule TokenChecksDaily did not run.",
      impact: "Imported tokens are not checked with Apple by themselves.",
    } as const;
    alarms.add("TokenChecksDaily is not running", silent, hourlyInvocations(daily), { silentPeriods: 26 });
  }

  get queueUrl(): string {
    return this.#queue.queueUrl;
  }

  /** To request checks. */
  grantSend(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ["sqs:SendMessage"], resourceArns: [this.#queue.queueArn] });
  }
}
