// The device management API: the function that MDM servers ask, the queue of the work they asked for and the function that does it, and what tells them of it,
// in two functions: one that may read what is to be told, and one that calls the address that an MDM server chose and may do nothing else.
import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue, QueueEncryption, type QueueProps } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Env } from "../functions/contract/env.ts";
import type { Alarms } from "./alarms.ts";
import type { Config } from "./config.ts";
import { ownMetric } from "./own-metrics.ts";
import { ServiceFunction } from "./service-function.ts";

const REQUEST = Duration.seconds(29);
/** Short, since what failed is given again only after six times as long, and an MDM server asks again after ten minutes. */
const WORK = Duration.seconds(30);
/** Two calls, each of which may take as long as it is given. */
const NOTIFY = Duration.minutes(1);

/** Source: Apple, "Notifications": three attempts within 1 to 5 minutes. */
const BETWEEN_ATTEMPTS = Duration.seconds(90);
/** More deliveries would not help: each one includes retries of the step. */
const WORK_ATTEMPTS = 3;

/** An MDM server asks again for work that was not done after 10 minutes. Source: Apple, "App and Book Management API". */
const WAITS_SECONDS = 15 * 60;

const ageIn = (queue: Queue, label?: string): IMetric =>
  queue.metricApproximateAgeOfOldestMessage({
    period: Duration.minutes(5),
    statistic: "Maximum",
    // With a label it would be an alarm on an expression.
    ...(label === undefined ? {} : { label }),
  });

export type DeviceApiProps = {
  readonly alarms: Alarms;
  readonly key: Key;
  readonly told: Pick<Env<"mdm">, "RECORDS_TABLE" | "CUSTODY_TABLE" | "BUS_NAME">;
  /** The limits of the requests of one location. */
  readonly limits: Pick<Config, "requestsPerSecond" | "maxPendingJobs" | "maxPendingAssignments">;
  readonly publicUrl: string | undefined;
};

export class DeviceApi extends Construct {
  readonly mdm: ServiceFunction<"mdm">;
  readonly worker: ServiceFunction<"license-worker">;
  readonly notifications: ServiceFunction<"notifications">;
  readonly notifier: ServiceFunction<"notifier">;
  readonly workQueue: Queue;
  readonly workDeadLetters: Queue;
  readonly notificationsQueue: Queue;

  constructor(scope: Construct, id: string, { alarms, key, told, limits, publicUrl }: DeviceApiProps) {
    super(scope, id);
    // Functions and queues stand beside all others of the stack, and are called by what they are.
    // An MDM server's id of a user may be an e-mail address: the queues are encrypted.
    const encrypted: QueueProps = { enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED };
    const fifo: QueueProps = { ...encrypted, fifo: true, retentionPeriod: Duration.days(14) };
    this.workDeadLetters = new Queue(scope, "WorkDeadLetters", { ...fifo, visibilityTimeout: Duration.seconds(WORK.toSeconds() * 6) });
    this.workQueue = new Queue(scope, "WorkQueue", {
      ...fifo,
      // Six times the function's time-out, as AWS advises for queues that feed functions.
      visibilityTimeout: Duration.seconds(WORK.toSeconds() * 6),
      deadLetterQueue: { queue: this.workDeadLetters, maxReceiveCount: WORK_ATTEMPTS },
    });
    this.notificationsQueue = new Queue(scope, "NotificationsQueue", {
      ...encrypted,
      visibilityTimeout: BETWEEN_ATTEMPTS,
      // Later nobody waits for it.
      retentionPeriod: Duration.hours(1),
    });

    // It calls addresses that others chose: never grant it anything.
    this.notifier = new ServiceFunction(scope, "Notifier", {
      alarms,
      name: "notifier",
      severity: "medium",
      environment: {},
      timeout: Duration.seconds(15),
      memoryMegabytes: 256,
      impact: "MDM servers are not told of changes, and find out only when they ask.",
    });
    const notifies = { ...told, KEY_ARN: key.keyArn, NOTIFIER_NAME: this.notifier.functionName };
    this.mdm = new ServiceFunction(scope, "Mdm", {
      alarms,
      name: "mdm",
      severity: "high",
      environment: {
        ...notifies,
        ...this.queues,
        REQUESTS_PER_SECOND: String(limits.requestsPerSecond),
        MAX_PENDING_JOBS: String(limits.maxPendingJobs),
        MAX_PENDING_ASSIGNMENTS: String(limits.maxPendingAssignments),
        ...(publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl }),
      },
      timeout: REQUEST,
      memoryMegabytes: 1024,
      impact: "MDM servers can't see or assign licenses.",
    });
    this.worker = new ServiceFunction(scope, "LicenseWorker", {
      alarms,
      name: "license-worker",
      severity: "high",
      environment: { ...told, ...this.queues, WORK_DEAD_LETTERS_ARN: this.workDeadLetters.queueArn },
      timeout: WORK,
      memoryMegabytes: 1024,
      impact: "What MDM servers asked for is not done: devices wait for their apps.",
    });
    this.notifications = new ServiceFunction(scope, "Notifications", {
      alarms,
      name: "notifications",
      severity: "medium",
      environment: notifies,
      timeout: NOTIFY,
      impact: "MDM servers are not told of changes, and find out only when they ask.",
    });

    // One order at a time: one alone may need all the time there is.
    const one = { batchSize: 1, reportBatchItemFailures: true };
    for (const queue of [this.workQueue, this.workDeadLetters]) this.worker.addEventSource(new SqsEventSource(queue, one));
    // Bounded: MDM servers that answer slowly hold no more environments than this.
    this.notifications.addEventSource(new SqsEventSource(this.notificationsQueue, { ...one, maxConcurrency: 10 }));
    // Version 1's registration is done at once, by the function that is asked, and leaves something to be told.
    for (const each of [this.mdm, this.worker]) this.grantTell(each);
    for (const each of [this.mdm, this.notifications]) this.notifier.grantInvoke(each);
    this.#watch(alarms);
  }

  /** By the age of what is there longest, which goes on while nothing runs: no function would tell. */
  #watch(alarms: Alarms): void {
    const waits = {
      severity: "high",
      happened: "Work of an MDM server has waited for more than 15 minutes.",
      impact: "Devices and users of at least one location wait for their apps.",
    } as const;
    alarms.add("Work waits", waits, ageIn(this.workQueue), { reaches: WAITS_SECONDS });
    const deadWaits = {
      severity: "medium",
      happened: "Work that failed after all attempts could not be ended for more than 15 minutes.",
      impact: "An MDM server waits for the end of work that nobody does any more.",
    } as const;
    alarms.add("Dead work waits", deadWaits, ageIn(this.workDeadLetters), { reaches: WAITS_SECONDS });
  }

  /** Metrics of the jobs of MDM servers. */
  get context(): readonly IMetric[] {
    return [
      ageIn(this.workQueue, "Oldest work, seconds"),
      ageIn(this.workDeadLetters, "Oldest dead work, seconds"),
      ownMetric("outbox", "JobsOldestSeconds"),
      ownMetric("license-worker", "WorkGivenUp"),
      ownMetric("notifications", "NotificationsDropped"),
    ];
  }

  /** To send what was recorded to be sent. */
  grantTell(grantee: IGrantable): void {
    for (const queue of [this.workQueue, this.notificationsQueue]) queue.grantSendMessages(grantee);
  }

  /** Lets a function send MDM notifications and no jobs. */
  grantSendNotifications(grantee: IGrantable): void {
    this.notificationsQueue.grant(grantee, "sqs:SendMessage");
  }

  /** Environment variables of functions that send to the queues. */
  get queues() {
    return { WORK_QUEUE_URL: this.workQueue.queueUrl, NOTIFICATIONS_QUEUE_URL: this.notificationsQueue.queueUrl };
  }
}
