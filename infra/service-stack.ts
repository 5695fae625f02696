// Everything that can be deployed anew at any time: the functions, the API, the rules, the notices, the alarms. State lives in the Records stack.
import { CfnOutput, CustomResource, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { EventBus, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as FunctionTarget, SqsQueue } from "aws-cdk-lib/aws-events-targets";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { EVENT_SOURCE, type EventType } from "../domain/shared/events.ts";
import type { Env } from "../functions/contract/env.ts";
import { PUBLISHED_EVENTS } from "../functions/contract/published-events.ts";
import { Alarms } from "./alarms.ts";
import { Api } from "./api.ts";
import { AppleChecks } from "./apple-checks.ts";
import type { Config } from "./config.ts";
import { Overview } from "./dashboard.ts";
import { DeviceApi } from "./device-api.ts";
import { addIdentityRules } from "./identity-rules.ts";
import type { RecordsStack } from "./records-stack.ts";
import {
  grantAdminister,
  grantApplyFacts,
  grantDoWork,
  grantErase,
  grantFound,
  grantKeepFiles,
  grantKeepTokens,
  grantNotify,
  grantPublish,
  grantScan,
  grantSeal,
  grantServeMdm,
  grantSweep,
} from "./rights.ts";
import { ServiceFunction } from "./service-function.ts";
import { watch } from "./watches.ts";

const REQUEST = Duration.seconds(29);
const RUN = Duration.minutes(5);
/** Time-out of functions that a queue invokes. Short, because a failed message returns only after six times as long. */
const MESSAGE = Duration.minutes(1);

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
    const checks = new AppleChecks(this, "TokenChecks", {
      ...common,
      records,
      bus,
      notices,
      lost: this.#deadLetters,
      api: config.appleApi,
    });
    const checksToo = { ...filesToo, CHECKS_QUEUE_URL: checks.queueUrl };

    const device = new DeviceApi(this, "DeviceApi", { ...common, key: records.key, told, limits: config, publicUrl: config.publicUrl });
    const { mdm, worker, notifications, notifier } = device;
    const admin = new ServiceFunction(this, "Admin", {
      ...common,
      name: "admin",
      severity: "high",
      environment: { ...told, USER_POOL_ID: records.userPool.userPoolId, NOTIFICATIONS_QUEUE_URL: device.queues.NOTIFICATIONS_QUEUE_URL },
      timeout: REQUEST,
      impact: "Administrators can't see or change locations, accounts and tokens; MDM servers keep working.",
    });
    const custody = new ServiceFunction(this, "Custody", {
      ...common,
      name: "custody",
      severity: "high",
      environment: checksToo,
      timeout: REQUEST,
      impact:
        "Nobody can issue, import, download or revoke a token, and renewed ones reach no MDM server; those that they hold keep working.",
    });
    const expiryScan = new ServiceFunction(this, "ExpiryScan", {
      ...common,
      name: "expiry-scan",
      severity: "medium",
      environment: noticesToo,
      timeout: RUN,
      impact: "Nobody is reminded of tokens that end; what is missed is sent by the next run that succeeds.",
    });
    const identityEvents = new ServiceFunction(this, "IdentityEvents", {
      ...common,
      name: "identity-events",
      severity: "high",
      environment: { ...checksToo, USER_POOL_ID: records.userPool.userPoolId },
      timeout: MESSAGE,
      impact: "Tokens that a new password killed may still be shown as good, and their files are not erased.",
    });
    const outbox = new ServiceFunction(this, "Outbox", {
      ...common,
      name: "outbox",
      severity: "medium",
      environment: { ...noticesToo, ...checksToo, ...device.queues, APPLE_API: config.appleApi },
      timeout: RUN,
      impact: "Events that could not be told at once stay untold, files that are due stay unerased, and nothing is measured.",
    });

    grantAdminister(records, admin);
    grantKeepTokens(records, custody);
    grantScan(records, expiryScan);
    grantApplyFacts(records, identityEvents);
    grantSweep(records, outbox);
    grantServeMdm(records, mdm);
    grantDoWork(records, worker);
    grantNotify(records, notifications);
    device.grantTell(outbox);
    for (const each of [custody, identityEvents, outbox]) checks.grantSend(each);
    device.grantSendNotifications(admin);
    for (const each of [admin, custody, expiryScan, identityEvents, mdm, outbox, worker])
      grantPublish(bus, each, PUBLISHED_EVENTS[each.name]);
    grantKeepFiles(records, custody);
    for (const each of [custody, expiryScan, identityEvents, outbox]) grantErase(records, each);
    for (const each of [expiryScan, outbox]) notices.grantPublish(each);

    const api = new Api(this, "Http", { ...records, admin, custody, mdm });
    new CfnOutput(this, "ApiUrl", { value: api.url });
    const setup = this.#setUp(config, tables);
    addIdentityRules(this, { ...common, bus, identityEvents, deadLetters: this.#deadLetters, identitySources: config.identitySources });
    // Transfers and acquisitions: MDM servers may want to know what they count with.
    const licensesChanged = { source: [EVENT_SOURCE], detailType: ["LicensesAcquired", "LicensesTransferred"] satisfies EventType[] };
    const notificationTargets = [new SqsQueue(device.notificationsQueue, { deadLetterQueue: this.#deadLetters })];
    new Rule(this, "LicensesChanged", { eventBus: bus, eventPattern: licensesChanged, targets: notificationTargets });
    const custodySeal = this.#seal();
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
      impact: "What a crash left untold or unerased stays so, and nothing is measured.",
    });
    const dead = this.#deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: "Maximum" });
    const lost = {
      severity: "high",
      happened: "An event could not be handled, or a scheduled run not begun, after all attempts.",
      impact: "A password change may not have ended its tokens, or a daily run was lost.",
    } as const;
    this.#alarms.add("Dead letters wait", lost, dead);
    watch(this.#alarms);
    const { appleCheck, tokenChecks } = checks;
    const served = [admin, custody, custodySeal, expiryScan, identityEvents, worker, mdm, notifications, notifier, outbox, setup];
    const functions = [appleCheck, ...served, tokenChecks];
    const { dashboardName } = new Overview(this, "Overview", { alarms: this.#alarms, functions, deadLetters: dead, work: device.context });
    new CfnOutput(this, "DashboardName", { value: dashboardName });
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
  ): LambdaFunction {
    const setup = new ServiceFunction(this, "Setup", {
      alarms: this.#alarms,
      name: "setup",
      severity: "medium",
      environment: { ...tables, USER_POOL_ID: this.#records.userPool.userPoolId },
      timeout: Duration.minutes(1),
      impact: "A first deployment has no organization and nobody who can sign in; a later one is not hurt.",
    });
    grantFound(this.#records, setup);
    new CustomResource(this, "Organization", {
      serviceToken: setup.functionArn,
      resourceType: "Custom::Organization",
      serviceTimeout: Duration.minutes(5),
      // CloudFormation hands every property over as text.
      properties: { organization, country, administratorEmail, reminderLadder: JSON.stringify(reminderLadder) },
    });
    return setup;
  }

  /** The daily seal of the custody log. */
  #seal(): LambdaFunction {
    const { custodyLog, seals } = this.#records;
    const custodySeal = new ServiceFunction(this, "CustodySeal", {
      alarms: this.#alarms,
      name: "custody-seal",
      environment: { CUSTODY_TABLE: custodyLog.tableName, SEALS_BUCKET: seals.bucketName },
      timeout: Duration.minutes(15),
      memoryMegabytes: 1024,
      severity: "medium",
      impact: "What was done since the last seal can be taken out of the custody log unseen.",
    });
    grantSeal(this.#records, custodySeal);
    this.#clock("CustodySealDaily", {
      runs: custodySeal,
      schedule: Schedule.cron({ minute: "0", hour: "3" }),
      silence: { period: Duration.hours(1), periods: 26 },
      impact: "What was done since the last seal can be taken out of the custody log unseen.",
    });
    return custodySeal;
  }

  #clock(id: string, { runs, schedule, silence, impact }: Clockwork): void {
    new Rule(this, id, { schedule, targets: [new FunctionTarget(runs, { deadLetterQueue: this.#deadLetters, retryAttempts: 2 })] });
    const invocations = runs.metricInvocations({ period: silence.period, statistic: "Sum" });
    const words = { severity: "medium", happened: `The schedule ${id} did not run.`, impact } as const;
    this.#alarms.add(`${id} is not running`, words, invocations, { silentPeriods: silence.periods });
  }
}
