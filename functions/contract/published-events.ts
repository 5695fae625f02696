// The types of events that each function may put on the service's bus. The stack grants exactly these, and a test compares them with
// the events that every handler records or publishes. The functions that the whole internet reaches can publish nothing that ends a token or
// disables a person. `outbox` publishes the events that a crash of any other function left behind.
import { EVENT_TYPES, type EventType } from "../../domain/shared/events.ts";
import type { FunctionName } from "./env.ts";

export const PUBLISHED_EVENTS: Readonly<Record<FunctionName, readonly EventType[]>> = {
  admin: [
    "MdmServerLinked",
    "MdmServerSeen",
    "MdmServerUnlinked",
    "MdmConflictFound",
    "MdmConflictResolved",
    "LocationReserved",
    "LocationReleased",
    "LocationClosed",
    "LicensesAcquired",
    "LicensesTransferred",
    "LicensesAssigned",
    "LicensesUnassigned",
    "LicensesRetired",
    "account.password-changed",
    "account.disabled",
  ],
  "apple-check": [],
  custody: [
    "ContentTokenIssued",
    "ContentTokenImported",
    "ContentTokenInvalidated",
    "ContentTokenWithdrawn",
    "ContentTokenDoubted",
    "ContentTokenFetched",
    "ContentTokenProved",
    "DownloadLinkIssued",
    "MdmConflictFound",
  ],
  "custody-seal": [],
  "expiry-scan": ["ContentTokenExpiring", "ContentTokenExpired", "ContentTokenInvalidated", "ContentTokenWithdrawn"],
  "identity-events": [
    "ContentTokenInvalidated",
    "ContentTokenWithdrawn",
    "ContentTokenDoubted",
    "account.password-changed",
    "account.disabled",
  ],
  "license-worker": ["LicensesAssigned", "LicensesUnassigned", "LicensesRetired"],
  mdm: ["ContentTokenProved", "MdmServerSeen", "MdmConflictFound"],
  notifications: [],
  notifier: [],
  outbox: EVENT_TYPES,
  setup: [],
  "token-checks": ["ContentTokenChecked", "ContentTokenInvalidated", "ContentTokenExpired", "MdmServerSeen", "MdmConflictFound"],
};
