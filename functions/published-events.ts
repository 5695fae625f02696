// The types of events that each function may put on the service's bus. The stack grants exactly these, and the battery of rights holds them against
// the events that every handler records or publishes. The functions that the whole internet reaches can publish nothing that ends a token or
// disables a person. `outbox` publishes whatever a crash of any other function left behind.
import { EVENT_DETAILS, type EventType } from "../domain/events.ts";
import type { FunctionName } from "./env.ts";

export const PUBLISHED_EVENTS: Readonly<Record<FunctionName, readonly EventType[]>> = {
  admin: [
    "MdmServerLinked",
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
  custody: [
    "ContentTokenIssued",
    "ContentTokenImported",
    "ContentTokenInvalidated",
    "ContentTokenFetched",
    "DownloadLinkIssued",
    "MdmConflictFound",
  ],
  "custody-seal": [],
  "expiry-scan": ["ContentTokenExpiring", "ContentTokenExpired", "ContentTokenInvalidated"],
  "identity-events": ["ContentTokenInvalidated", "account.password-changed", "account.disabled"],
  "license-worker": ["LicensesAssigned", "LicensesUnassigned", "LicensesRetired"],
  mdm: ["ContentTokenUsed", "MdmServerLinked", "MdmConflictFound"],
  notifications: [],
  notifier: [],
  outbox: Object.keys(EVENT_DETAILS) as EventType[],
  setup: [],
};
