// Environment variables of each function. The stack and the function use the same table: a forgotten variable does not compile.
import * as z from "zod";

const name = z.string().min(1);
const count = z.string().regex(/^[1-9]\d{0,8}$/);
const tables = { RECORDS_TABLE: name, CUSTODY_TABLE: name };
const told = { ...tables, BUS_NAME: name };
/** Only for the local run, where MDM servers may be on 127.0.0.1. No stack sets it. */
const loopback = { LOOPBACK_NOTIFICATIONS: z.literal("allowed").exactOptional() };
/** The scheme of the local run, unless it is started with TLS. No stack sets it. */
const plainHttp = { LOCAL_SCHEME: z.literal("http").exactOptional() };
/** The key encrypts what MDM servers want to be shown when they are called. */
const notifies = { KEY_ARN: name, NOTIFIER_NAME: name, ...loopback };

/** The base URL of Apple's API, or "off". */
const apple = { APPLE_API: name };
/** The queue of checks with Apple. */
const checks = { CHECKS_QUEUE_URL: name };

export const ENV = {
  admin: z.object({ ...told, USER_POOL_ID: name, NOTIFICATIONS_QUEUE_URL: name }),
  /** LOOPBACK_APPLE_API permits plain HTTP to this machine. Only the local run sets it. */
  "apple-check": z.object({ ...apple, TOKENS_BUCKET: name, LOOPBACK_APPLE_API: z.literal("allowed").exactOptional() }),
  custody: z.object({ ...told, ...checks, TOKENS_BUCKET: name }),
  "custody-seal": z.object({ CUSTODY_TABLE: name, SEALS_BUCKET: name }),
  "expiry-scan": z.object({ ...told, TOKENS_BUCKET: name, NOTICE_TOPIC_ARN: name }),
  "identity-events": z.object({ ...told, ...checks, TOKENS_BUCKET: name, USER_POOL_ID: name }),
  notifier: z.object({ ...loopback }),
  notifications: z.object({ ...told, ...notifies }),
  "license-worker": z.object({ ...told, WORK_QUEUE_URL: name, NOTIFICATIONS_QUEUE_URL: name, WORK_DEAD_LETTERS_ARN: name }),
  mdm: z.object({
    ...told,
    ...notifies,
    WORK_QUEUE_URL: name,
    NOTIFICATIONS_QUEUE_URL: name,
    REQUESTS_PER_SECOND: z.string().regex(/^[1-9]\d{0,4}$/),
    MAX_PENDING_JOBS: count,
    MAX_PENDING_ASSIGNMENTS: count,
    /** The address under which MDM servers reach the API, when it is not the one that the gateway is called at. */
    PUBLIC_URL: z.url({ protocol: /^https$/ }).exactOptional(),
    ...plainHttp,
  }),
  outbox: z.object({
    ...told,
    ...checks,
    ...apple,
    TOKENS_BUCKET: name,
    NOTICE_TOPIC_ARN: name,
    WORK_QUEUE_URL: name,
    NOTIFICATIONS_QUEUE_URL: name,
    /** Seconds without progress after which a job is put back into the queue. Only the local run, whose queues a restart empties, sets it. */
    JOBS_RESUMED_AFTER_SECONDS: count.exactOptional(),
  }),
  setup: z.object({ ...tables, USER_POOL_ID: name }),
  "token-checks": z.object({ ...told, ...checks, ...apple, TOKENS_BUCKET: name, NOTICE_TOPIC_ARN: name, APPLE_CHECK_NAME: name }),
} as const;

/** The functions by their name, which is also the name of their entry's file and of their bundle's folder. */
export type FunctionName = keyof typeof ENV;
export type Env<Name extends FunctionName> = z.infer<(typeof ENV)[Name]>;

/** The namespace of the metrics that functions write. */
export const METRICS_NAMESPACE = "ContentTokens";
