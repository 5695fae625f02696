// Alarms on the metrics that functions write: one row per alarm.
import type { FunctionName } from "../functions/contract/env.ts";
import type { Count, Gauge } from "../functions/contract/metrics.ts";
import type { Alarms, AlarmWords, Condition } from "./alarms.ts";
import { ownMetric } from "./own-metrics.ts";

type Watch = AlarmWords & {
  /** A heading of docs/runbook.md. */
  readonly heading: string;
  readonly service: FunctionName;
  readonly metric: Count | Gauge;
  readonly when?: Condition;
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Without data, the alarm of a gauge has insufficient data, which the dashboard shows, and the alarm "Gauges are missing" goes off. */
const gauge = (reaches = 1): Condition => ({ reaches, silence: "nothing" });

const WATCHES: readonly Watch[] = [
  {
    heading: "Admin answers with failures",
    service: "admin",
    metric: "RequestsFailed",
    severity: "high",
    happened: "A request to the function admin was answered with an internal error.",
    impact: "An administrator could not see or change something.",
  },
  {
    heading: "Custody answers with failures",
    service: "custody",
    metric: "RequestsFailed",
    severity: "high",
    happened: "A request to the function custody was answered with an internal error.",
    impact: "Somebody could not issue, import, download, fetch or revoke a token.",
  },
  {
    heading: "Mdm answers with failures",
    service: "mdm",
    metric: "RequestsFailed",
    severity: "high",
    happened: "A request to the function mdm was answered with an internal error.",
    impact: "An MDM server could not see or assign licenses.",
  },
  {
    heading: "A work message failed",
    service: "license-worker",
    metric: "MessagesFailed",
    severity: "medium",
    happened: "Work of an MDM server could not be gone on with, or not be ended, and will be tried again.",
    impact: "Until it is, all work of that location waits, and devices with it for their apps.",
  },
  {
    heading: "Work was given up",
    service: "license-worker",
    metric: "WorkGivenUp",
    severity: "medium",
    happened: "Work of an MDM server could not be done after all attempts, and its MDM server is told that it failed.",
    impact: "What is left of it is not done: devices and users don't have their apps until the MDM server asks again.",
  },
  {
    heading: "A notification message failed",
    service: "notifications",
    metric: "MessagesFailed",
    severity: "medium",
    happened: "What an MDM server was to be told could not be read or put together, and will be tried again for an hour.",
    impact: "MDM servers find out only when they ask.",
  },
  {
    heading: "Notifications are dropped",
    service: "notifications",
    metric: "NotificationsDropped",
    severity: "low",
    happened: "An MDM server did not take a notification after three attempts.",
    impact: "It finds out only when it asks.",
  },
  {
    heading: "Identifications are not logged",
    service: "mdm",
    metric: "IdentificationsNotLogged",
    severity: "low",
    happened: "A content token's holder changed the name that an MDM server states more than five times within a day.",
    impact: "Further names of that day are neither kept nor logged. Nobody is cut off.",
  },
  {
    heading: "An account message failed",
    service: "identity-events",
    metric: "MessagesFailed",
    severity: "medium",
    // Not the function's errors: a run that gives a message back went well.
    happened: "A message about an account could not be handled and will be given again.",
    impact: "Until it is, the tokens that a new password killed may be shown as good.",
  },
  {
    heading: "A check message failed",
    service: "token-checks",
    metric: "MessagesFailed",
    severity: "medium",
    happened: "A check of a token with Apple could not be made or recorded, and will be tried again.",
    impact: "Until it is, a token that Apple revoked may be shown as good.",
  },
  {
    heading: "An unknown subject changed a password",
    service: "identity-events",
    metric: "UnknownSubjectParked",
    severity: "medium",
    happened: "A password change of somebody without an account was parked.",
    impact: "If they downloaded a token, it died unseen.",
  },
  {
    heading: "Password changes arrive late",
    service: "identity-events",
    metric: "IdentityEventDelaySeconds",
    severity: "medium",
    happened: "A change of the identity provider was recorded more than 30 minutes after it happened.",
    impact: "For that long, the tokens that a new password killed passed for good.",
    when: { reaches: 30 * MINUTE },
  },
  {
    heading: "A custody chain is broken",
    service: "custody-seal",
    metric: "CustodyBroken",
    severity: "high",
    happened: "Entries of the custody log were changed, removed or put in by somebody other than this service.",
    impact: "What the log says of these subjects proves nothing, and somebody has rights that nobody should have.",
  },
  {
    heading: "The expiry scan is overdue",
    service: "outbox",
    metric: "ScanAgeSeconds",
    severity: "medium",
    happened: "No expiry scan was complete for 26 hours, or nobody knows when one was.",
    impact: "Reminders of tokens that end are missing, for some of them or for all.",
    when: { reaches: 26 * HOUR, periods: 3, silence: "bad" },
  },
  {
    heading: "Outbox messages wait",
    service: "outbox",
    metric: "OutboxOldestSeconds",
    severity: "medium",
    happened: "An outbox message has not been published for more than 10 minutes.",
    impact: "Systems and people who have to act on it do not know.",
    when: gauge(10 * MINUTE),
  },
  {
    heading: "Erasures wait",
    service: "outbox",
    metric: "ErasuresOldestSeconds",
    severity: "medium",
    happened: "A file has waited for more than 15 minutes to be erased.",
    impact: "The file of a token that ended is still kept.",
    when: gauge(15 * MINUTE),
  },
  {
    heading: "A job does not end",
    service: "outbox",
    metric: "JobsOldestSeconds",
    severity: "high",
    happened: "A job of an MDM server has not ended for more than 30 minutes after it was requested.",
    impact: "Devices and users of at least one location wait for their apps, and its later requests may be refused.",
    when: gauge(30 * MINUTE),
  },
  {
    heading: "A parked fact grows old",
    service: "outbox",
    metric: "ParkedOldestSeconds",
    severity: "low",
    happened: "A fact about an account has been parked since more than 7 days after it happened.",
    impact: "If its subject downloaded a token, that token is dead and nobody here knows.",
    when: gauge(7 * DAY),
  },
  {
    heading: "Apple has not answered for three days",
    service: "outbox",
    metric: "AppleCheckOldestSeconds",
    severity: "medium",
    happened: "For three days no check with Apple about a live imported token got an answer.",
    impact: "If Apple ended that token, nobody here knows, and its MDM servers can't assign apps and books.",
    when: gauge(3 * DAY),
  },
  {
    heading: "MDM servers hold dead tokens",
    service: "outbox",
    metric: "HeldDeadTokens",
    severity: "medium",
    happened: "An MDM server still holds a token that no longer works, and has no later one.",
    impact: "It can't assign apps and books of that location.",
    when: gauge(),
  },
  {
    heading: "MDM servers hold tokens that end soon",
    service: "outbox",
    metric: "HeldEndingTokens",
    severity: "low",
    happened: "An MDM server holds a token that ends within 15 days, and has no later one.",
    impact: "It will be cut off from that location when the token ends.",
    when: gauge(),
  },
  {
    heading: "MDM servers hold the reserved token",
    service: "outbox",
    metric: "HeldReservedTokens",
    severity: "medium",
    happened: "An MDM server has a token of the location that belongs to the built-in service.",
    impact: "It corrupts that location's license counts, and its assignments fail.",
    when: gauge(),
  },
  {
    heading: "A location has two MDM servers",
    service: "outbox",
    metric: "OpenConflicts",
    severity: "medium",
    happened: "Two MDM servers have tokens of one location.",
    impact: "Each undoes the other's assignments, and neither counts licenses right.",
    when: gauge(),
  },
  {
    heading: "Gauges are missing",
    service: "outbox",
    metric: "MeasurementsFailed",
    severity: "medium",
    happened: "For 15 minutes something could not be measured, or nothing was.",
    impact: "The alarms that watch what is missing can't go off.",
    when: { periods: 3, silence: "bad" },
  },
];

export const watch = (alarms: Alarms): void => {
  for (const { heading, service, metric, when, ...words } of WATCHES) alarms.add(heading, words, ownMetric(service, metric), when);
};
