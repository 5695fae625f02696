// Everything that can be deployed anew at any time: the functions, the API, the rules, the notices, the alarms. State lives in the Records stack.
import { CfnOutput, CustomResource, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { EventBus, type EventPattern, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as FunctionTarget, SqsQueue } from "aws-cdk-lib/aws-events-targets";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { ACCOUNT_EVENTS } from "../domain/account-event.ts";
import { IDENTITY_OPERATIONS } from "../domain/identity-event.ts";
import { type Env, METRICS_NAMESPACE } from "../functions/env.ts";
import { Alarms } from "./alarms.ts";
import { Api } from "./api.ts";
import type { Config } from "./config.ts";
import type { RecordsStack } from "./records-stack.ts";
import {
  grantAdminister,
  grantApplyFacts,
  grantErase,
  grantFound,
  grantKeepFiles,
  grantKeepTokens,
  grantScan,
  grantSeal,
  grantSweep,
} from "./rights.ts";
import { ServiceFunction } from "./service-function.ts";

const REQUEST = Duration.seconds(29);
const RUN = Duration.minutes(5);
/** Of what a queue feeds. Short, since what failed is given again only after six times as long. */
const MESSAGE = Duration.minutes(1);

/** Both frames of CloudTrail; what each event means is decided in the function. */
const IDENTITY_PATTERN: EventPattern = {
  source: ["aws.cognito-idp"],
  detailType: ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
  detail: { eventSource: ["cognito-idp.amazonaws.com"], eventName: [...IDENTITY_OPERATIONS] },
};

type Clockwork = {
  readonly runs: LambdaFunction;
  readonly schedule: Schedule;
  /** It is not running when so many periods in a row saw no run. */
  readonly silence: { readonly period: Duration; readonly periods: number };
  readonly impact: string;
};

export class ServiceStack extends Stack {
  readonly #records: RecordsStack;
  readonly #alarms: Alarms;
  readonly #deadLetters: Queue;

  constructor(scope: Construct, id: string, config: Config, records: RecordsStack, props: StackProps) {
    super(scope, id, props);
    this.#records = records;
    const bus = new EventBus(this, "Bus");
    const notices = this.#topic("Notices", "Content tokens", config.noticeEmails);
    this.#alarms = new Alarms(this, "Alarms", this.#topic("AlarmMails", "Content Tokens alarms", config.alarmEmails));
    this.#deadLetters = this.#queue("DeadLetters");
    const tables = { RECORDS_TABLE: records.table.tableName, CUSTODY_TABLE: records.custodyLog.tableName };
    const told = { ...tables, BUS_NAME: bus.eventBusName };
    const filesToo = { ...told, TOKENS_BUCKET: records.bucket.bucketName };
    const noticesToo = { ...filesToo, NOTICE_TOPIC_ARN: notices.topicArn };
    const common = { alarms: this.#alarms };

    const admin = new ServiceFunction(this, "Admin", {
      ...common,
      name: "admin",
      environment: told,
      timeout: REQUEST,
      impact: "Administrators can't see or change locations, accounts and tokens; MDM servers keep working.",
    });
    const custody = new ServiceFunction(this, "Custody", {
      ...common,
      name: "custody",
      environment: filesToo,
      timeout: REQUEST,
      impact: "Nobody can issue, import, download or revoke a token; tokens that MDM servers hold keep working.",
    });
    const expiryScan = new ServiceFunction(this, "ExpiryScan", {
      ...common,
      name: "expiry-scan",
      environment: noticesToo,
      timeout: RUN,
      impact: "Nobody is reminded of tokens that end; what is missed is sent by the next run that succeeds.",
    });
    const identityEvents = new ServiceFunction(this, "IdentityEvents", {
      ...common,
      name: "identity-events",
      environment: { ...filesToo, USER_POOL_ID: records.userPool.userPoolId },
      timeout: MESSAGE,
      impact: "Tokens that a new password killed may still be shown as good, and their files are not erased.",
    });
    const outbox = new ServiceFunction(this, "Outbox", {
      ...common,
      name: "outbox",
      environment: noticesToo,
      timeout: RUN,
      impact: "Events that could not be told at once stay untold, and files that are due stay unerased.",
    });

    grantAdminister(records, admin);
    grantKeepTokens(records, custody);
    grantScan(records, expiryScan);
    grantApplyFacts(records, identityEvents);
    grantSweep(records, outbox);
    for (const each of [admin, custody, expiryScan, identityEvents, outbox]) bus.grantPutEventsTo(each);
    grantKeepFiles(records, custody);
    for (const each of [custody, expiryScan, identityEvents, outbox]) grantErase(records, each);
    for (const each of [expiryScan, outbox]) notices.grantPublish(each);

    const api = new Api(this, "Http", { ...records, admin, custody });
    new CfnOutput(this, "ApiUrl", { value: api.url });
    this.#setUp(config, tables);
    this.#identity(bus, identityEvents);
    this.#seal();
    this.#clock("ExpiryScanDaily", {
      runs: expiryScan,
      schedule: Schedule.cron({ minute: "0", hour: "6" }),
      silence: { period: Duration.hours(1), periods: 26 },
      impact: "Nobody is reminded of tokens that end.",
    });
    this.#clock("OutboxByTheMinute", {
      runs: outbox,
      schedule: Schedule.rate(Duration.minutes(1)),
      silence: { period: Duration.minutes(5), periods: 3 },
      impact: "What a crash left untold or unerased stays so.",
    });
    const dead = this.#deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: "Maximum" });
    const lost = {
      happened: "An event could not be handled after all its attempts.",
      impact: "A password change may not have ended its tokens.",
    };
    this.#alarms.add("Dead letters wait", lost, dead);
  }

  #topic(id: string, displayName: string, emails: readonly string[]): Topic {
    const topic = new Topic(this, id, { displayName, enforceSSL: true });
    for (const email of emails) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  #queue(id: string): Queue {
    return new Queue(this, id, { enforceSSL: true, retentionPeriod: Duration.days(14) });
  }

  /** Founds the organization at the first deployment. It never overwrites: what the configuration says later is for the next founding. */
  #setUp(
    { organization, country, administratorEmail, reminderLadder }: Config,
    tables: Pick<Env<"setup">, "RECORDS_TABLE" | "CUSTODY_TABLE">,
  ): void {
    const { userPool } = this.#records;
    const setup = new ServiceFunction(this, "Setup", {
      alarms: this.#alarms,
      name: "setup",
      environment: { ...tables, USER_POOL_ID: userPool.userPoolId },
      timeout: Duration.minutes(1),
      impact: "A first deployment has no organization and nobody who can sign in; a later one is not hurt.",
    });
    grantFound(this.#records, setup);
    userPool.grant(setup, "cognito-idp:AdminCreateUser", "cognito-idp:AdminGetUser");
    new CustomResource(this, "Organization", {
      serviceToken: setup.functionArn,
      resourceType: "Custom::Organization",
      serviceTimeout: Duration.minutes(5),
      // CloudFormation hands every property over as text.
      properties: { organization, country, administratorEmail, reminderLadder: JSON.stringify(reminderLadder) },
    });
  }

  #identity(bus: EventBus, identityEvents: LambdaFunction): void {
    const queue = new Queue(this, "IdentityQueue", {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Six times the function's time-out, as AWS advises for queues that feed functions.
      visibilityTimeout: Duration.seconds(MESSAGE.toSeconds() * 6),
      // An account with thousands of tokens takes several: each ends what its time allows.
      deadLetterQueue: { queue: this.#deadLetters, maxReceiveCount: 10 },
    });
    // One at a time: one alone may need all the time there is.
    identityEvents.addEventSource(new SqsEventSource(queue, { batchSize: 1, reportBatchItemFailures: true }));
    const targets = [new SqsQueue(queue, { deadLetterQueue: this.#deadLetters })];
    new Rule(this, "IdentityTrail", { eventPattern: IDENTITY_PATTERN, targets });
    new Rule(this, "AccountFacts", { eventBus: bus, eventPattern: { detailType: [...ACCOUNT_EVENTS] }, targets });
    const hourly = new Rule(this, "ParkedFactsHourly", { schedule: Schedule.rate(Duration.hours(1)), targets });
    // The rule's own metric: the function is invoked for other events too, which would hide that this rule stands still.
    const retried = new Metric({
      namespace: "AWS/Events",
      metricName: "Invocations",
      dimensionsMap: { RuleName: hourly.ruleName },
      period: Duration.hours(1),
      statistic: "Sum",
    });
    const silent = {
      happened: "The hourly look at parked facts did not run.",
      impact: "A password change that came early may end its tokens late.",
    };
    this.#alarms.add("ParkedFactsHourly is not running", silent, retried, { silentPeriods: 3 });
    const counted = (metricName: string): Metric =>
      new Metric({
        namespace: METRICS_NAMESPACE,
        metricName,
        dimensionsMap: { service: "identity-events" },
        period: Duration.minutes(5),
        statistic: "Sum",
      });
    const unknown = {
      happened: "A password change of somebody without an account was parked.",
      impact: "If they downloaded a token, it died unseen.",
    };
    this.#alarms.add("An unknown subject changed a password", unknown, counted("UnknownSubjectParked"));
    // Not the function's errors: a run that gives a message back went well.
    const failed = {
      happened: "A message about an account could not be handled and will be given again.",
      impact: "Until it is, the tokens that a new password killed may be shown as good.",
    };
    this.#alarms.add("An account message failed", failed, counted("MessagesFailed"));
  }

  /** The daily seal of the custody log. */
  #seal(): void {
    const { custodyLog, seals } = this.#records;
    const custodySeal = new ServiceFunction(this, "CustodySeal", {
      alarms: this.#alarms,
      name: "custody-seal",
      environment: { CUSTODY_TABLE: custodyLog.tableName, SEALS_BUCKET: seals.bucketName },
      timeout: Duration.minutes(15),
      memoryMegabytes: 1024,
      impact: "What was done since the last seal can be taken out of the custody log unseen.",
    });
    grantSeal(this.#records, custodySeal);
    this.#clock("CustodySealDaily", {
      runs: custodySeal,
      schedule: Schedule.cron({ minute: "0", hour: "3" }),
      silence: { period: Duration.hours(1), periods: 26 },
      impact: "What was done since the last seal can be taken out of the custody log unseen.",
    });
    const found = new Metric({
      namespace: METRICS_NAMESPACE,
      metricName: "CustodyBroken",
      dimensionsMap: { service: "custody-seal" },
      period: Duration.minutes(5),
      statistic: "Sum",
    });
    const broken = {
      happened: "Entries of the custody log were changed, removed or put in by somebody other than this service.",
      impact: "What the log says of these subjects proves nothing, and somebody has rights that nobody should have.",
    };
    this.#alarms.add("A custody chain is broken", broken, found);
  }

  #clock(id: string, { runs, schedule, silence, impact }: Clockwork): void {
    new Rule(this, id, { schedule, targets: [new FunctionTarget(runs, { deadLetterQueue: this.#deadLetters, retryAttempts: 2 })] });
    const invocations = runs.metricInvocations({ period: silence.period, statistic: "Sum" });
    const words = { happened: `The schedule ${id} did not run.`, impact };
    this.#alarms.add(`${id} is not running`, words, invocations, { silentPeriods: silence.periods });
  }
}
