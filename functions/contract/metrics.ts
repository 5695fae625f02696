// Every metric that functions write. Code writes by these names, alarms and the dashboard read by them: one that nobody writes, or that nobody looks
// at, fails a test. Each is written with the function's name as its dimension `service`.
import type { EventType } from "../../domain/shared/events.ts";

/** Acts, counted by the event that tells of them when it is told. Told again after a crash, one is counted again. */
export const ACTS = [
  "ContentTokenIssued",
  "ContentTokenImported",
  "DownloadLinkIssued",
  "ContentTokenFetched",
  "ContentTokenExpired",
  "ContentTokenInvalidated",
  "ContentTokenWithdrawn",
  "MdmConflictFound",
  "LocationReserved",
  "LicensesTransferred",
] as const satisfies readonly EventType[];

/** Written when something happened: silence says that nothing did. */
export const COUNTS = [
  "RequestsFailed",
  "MessagesFailed",
  "UnknownSubjectParked",
  "FutureFactParked",
  "CustodyBroken",
  "WorkGivenUp",
  "NotificationsDropped",
  "IdentificationsNotLogged",
  ...ACTS,
] as const;
export type Count = (typeof COUNTS)[number];

/** Gauges by unit. Missing data means that the value is unknown. */
export const GAUGES = {
  /** The number of measurements that failed; 0 if none did. */
  MeasurementsFailed: "Count",
  /** Since a scan was last complete. */
  ScanAgeSeconds: "Seconds",
  OutboxOldestSeconds: "Seconds",
  ErasuresOldestSeconds: "Seconds",
  /** Age of the oldest job that has not ended. */
  JobsOldestSeconds: "Seconds",
  ParkedFacts: "Count",
  /** Since the oldest parked fact happened. */
  ParkedOldestSeconds: "Seconds",
  /** Tokens that no longer work and that an MDM server still holds, with no later one. */
  HeldDeadTokens: "Count",
  /** Those that soon will not. */
  HeldEndingTokens: "Count",
  /** Tokens of the built-in service's location that MDM servers hold, each as often as it has to be removed. */
  HeldReservedTokens: "Count",
  /** Locations that two MDM servers claim. */
  OpenConflicts: "Count",
  /** The longest time since Apple last answered about a live imported token. */
  AppleCheckOldestSeconds: "Seconds",
  /** From a fact of the identity provider's trail until it was recorded here. Written only when there is one. */
  IdentityEventDelaySeconds: "Seconds",
} as const;
export type Gauge = keyof typeof GAUGES;
