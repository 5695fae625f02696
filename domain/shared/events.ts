// Outbox messages: events for the service's event bus, notices to people, requests to continue jobs or check tokens, and notifications for MDM servers.
// Each is recorded in the transaction of its act and published afterwards, at least once; consumers deduplicate by `id`. None contains a secret or a link;
// events and notices contain no e-mail address either.
import * as z from "zod";
import type { NotificationType } from "../device-api/notification.ts";
import type { WorkId } from "../device-api/work.ts";
import { AdamId, PricingParam } from "../licenses/licenses.ts";
import { CheckOutcome, Doubt } from "../tokens/apple-check.ts";
import { InvalidationCause } from "../tokens/content-token.ts";
import { AccountId, ConflictId, ContentTokenId, LocationId, MdmServerId, TransferId } from "./ids.ts";

/** The `source` of every event of this service. */
export const EVENT_SOURCE = "content-tokens";

const Token = { tokenId: ContentTokenId, locationId: LocationId };

const Licenses = { adamId: AdamId, pricingParam: PricingParam, quantity: z.int().min(1) };

/** The `detail` of each event by its `detail-type`. Times outside are ISO 8601 UTC. */
export const EVENT_DETAILS = {
  ContentTokenIssued: z.object({ ...Token, accountId: AccountId, expiresAt: z.date() }),
  ContentTokenImported: z.object({ ...Token, accountId: AccountId, expiresAt: z.date() }),
  DownloadLinkIssued: z.object({ ...Token, accountId: AccountId, linkExpiresAt: z.date() }),
  /** `daysLeft`: calendar days (UTC). `step`: the step of the ladder this reminder stands for. */
  ContentTokenExpiring: z.object({ ...Token, daysLeft: z.int(), step: z.int(), expiresAt: z.date() }),
  ContentTokenExpired: z.object({ ...Token, expiresAt: z.date() }),
  ContentTokenInvalidated: z.object({
    ...Token,
    cause: InvalidationCause,
    invalidatedAt: z.date(),
    supersededBy: ContentTokenId.optional(),
  }),
  /** An imported token is no longer handed out here. Copies still open Apple's service. */
  ContentTokenWithdrawn: z.object({
    ...Token,
    cause: InvalidationCause,
    withdrawnAt: z.date(),
    supersededBy: ContentTokenId.optional(),
  }),
  /** Apple's answer about an imported token differs from the last one. */
  ContentTokenChecked: z.object({ ...Token, outcome: CheckOutcome, checkedAt: z.date() }),
  /** There is a reason to doubt that Apple still accepts an imported token. A check follows. */
  ContentTokenDoubted: z.object({ ...Token, reason: Doubt.shape.reason, since: z.date() }),
  /** An MDM server was given a link by itself, without a person. */
  ContentTokenFetched: z.object({ ...Token, mdmServerId: MdmServerId, linkExpiresAt: z.date() }),
  /** An MDM server proved that it has a token, by its credential and the file's hash or by identifying itself. Consumers re-evaluate and decide by records. */
  ContentTokenProved: z.object({ ...Token, mdmServerId: MdmServerId }),
  /** The first statement or report that an MDM server has a token. It authorizes nothing. */
  MdmServerSeen: z.object({ ...Token, mdmServerId: MdmServerId, how: z.enum(["identified", "reported", "apple"]) }),
  MdmServerLinked: z.object({ ...Token, mdmServerId: MdmServerId }),
  MdmServerUnlinked: z.object({ ...Token, mdmServerId: MdmServerId }),
  /** Two MDM servers have tokens of one location. */
  MdmConflictFound: z.object({ conflictId: ConflictId, locationId: LocationId, mdmServerIds: z.array(MdmServerId), foundAt: z.date() }),
  MdmConflictResolved: z.object({ conflictId: ConflictId, locationId: LocationId, keptBy: MdmServerId.optional() }),
  /** The monthly subscription began: the location is the built-in service's own. `toBeRemovedFrom`: MDM servers that hold its token and must not. */
  LocationReserved: z.object({
    locationId: LocationId,
    isPrimary: z.boolean(),
    toBeRemovedFrom: z.array(MdmServerId),
    /** MDM servers and accounts that have a token of the primary location, whichever location is reserved. */
    warned: z.array(z.union([MdmServerId, AccountId])),
  }),
  /** The subscription ended. */
  LocationReleased: z.object({ locationId: LocationId, isPrimary: z.boolean() }),
  LocationClosed: z.object({ locationId: LocationId }),
  LicensesAcquired: z.object({ locationId: LocationId, ...Licenses, accountId: AccountId }),
  LicensesTransferred: z.object({
    transferId: TransferId,
    fromLocationId: LocationId,
    toLocationId: LocationId,
    ...Licenses,
    accountId: AccountId,
  }),
  /** The number only: an MDM server's id of a user may be an e-mail address. */
  LicensesAssigned: z.object({ locationId: LocationId, ...Licenses }),
  LicensesUnassigned: z.object({ locationId: LocationId, ...Licenses }),
  /** Licenses of a retired user. They never become available again. */
  LicensesRetired: z.object({ locationId: LocationId, ...Licenses }),
  /** Also accepted from the sources that the configuration names (`identitySources`); see `readAccountEvent`. */
  "account.password-changed": z.object({ accountId: AccountId, occurredAt: z.date() }),
  "account.disabled": z.object({ accountId: AccountId, occurredAt: z.date() }),
} as const;

export type EventType = keyof typeof EVENT_DETAILS;
/** The compiler does not say of `Object.keys` that these are the record's own names. */
export const EVENT_TYPES = Object.keys(EVENT_DETAILS) as [EventType, ...EventType[]];

export type EventOf<Type extends EventType> = {
  readonly kind: "event";
  readonly id: string;
  readonly type: Type;
  readonly recordedAt: Date;
  readonly detail: z.infer<(typeof EVENT_DETAILS)[Type]>;
};

export type DomainEvent = { readonly [Type in EventType]: EventOf<Type> }[EventType];

/** A message to the people who look after tokens, sent to the notice topic. The subject is ASCII and less than 100 characters, as SNS demands. */
export type Notice = {
  readonly kind: "notice";
  readonly id: string;
  readonly recordedAt: Date;
  readonly subject: string;
  readonly message: string;
};

/** A request to continue a job of an MDM server. `id` differs between two requests for the same job. */
export type WorkOrder = {
  readonly kind: "work";
  readonly id: string;
  readonly recordedAt: Date;
  readonly workId: WorkId;
  readonly locationId: LocationId;
};

/** A notification for the MDM server of a location, sent to its `notificationUrl`. The server deduplicates by `id`. */
export type MdmNotification = {
  readonly kind: "mdm-notification";
  readonly id: string;
  readonly recordedAt: Date;
  readonly locationId: LocationId;
  readonly type: NotificationType;
  readonly notification: Readonly<Record<string, unknown>>;
};

/** A request to check an imported token with Apple. `attempt` counts from 1; `delaySeconds` is the time before it is made, up to 900. */
export type CheckRequest = {
  readonly kind: "check";
  readonly id: string;
  readonly recordedAt: Date;
  readonly tokenId: ContentTokenId;
  readonly attempt: number;
  readonly delaySeconds: number;
};

export type OutboxMessage = DomainEvent | Notice | WorkOrder | MdmNotification | CheckRequest;
