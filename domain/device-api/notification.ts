// Notifications for MDM servers, sent to their `notificationUrl`. Source: Apple, "Notifications" (App and Book Management API).
import * as z from "zod";
import type { ShownUser } from "../licenses/client-user.ts";
import { type AssetKey, type AssignmentKey, isDevice } from "../licenses/licenses.ts";
import { LocationId } from "../shared/ids.ts";
import { type MdmError, mdmErrorOf } from "./mdm-error.ts";
import type { Outcome, Work } from "./work.ts";

export const NotificationType = z.enum([
  "TEST_NOTIFICATION",
  "ASSET_MANAGEMENT",
  "USER_MANAGEMENT",
  "USER_ASSOCIATED",
  "ASSET_COUNT",
  "SUBSCRIPTION_MANAGEMENT",
  "SUBSCRIPTION_COUNT",
  "UNLIMITED_ASSET",
]);
export type NotificationType = z.infer<typeof NotificationType>;

/** What is kept of what the MDM server of a location is to be told. */
export const Told = { locationId: LocationId, type: NotificationType, notification: z.record(z.string(), z.unknown()) };

/** `notification` is the protocol's own object for the type. */
export type Notification = { readonly type: NotificationType; readonly notification: Readonly<Record<string, unknown>> };

/** Licenses that came to a location, or (negative) left it. */
export const assetCountOf = ({ adamId, pricingParam }: Pick<AssetKey, "adamId" | "pricingParam">, countDelta: number): Notification => ({
  type: "ASSET_COUNT",
  notification: { adamId, countDelta, pricingParam },
});

const assignmentOf = ({ asset: { adamId, pricingParam }, target }: AssignmentKey) => ({
  adamId,
  pricingParam,
  ...(isDevice(target) ? { serialNumber: target.serialNumber } : { clientUserId: target.clientUserId }),
});

/** A job of an MDM server, or an act of a person with an event id that no job has. */
export type NotifiedAct = Pick<Work, "type" | "locationId"> & { readonly id: string };

/**
 * What was done, and what failed, each in a notification of its own, since one bears one error at most. A step is about fewer assignments than one may
 * name.
 */
export const assetNotifications = (
  { id, type, locationId }: NotifiedAct,
  done: readonly AssignmentKey[],
  { failures }: Outcome,
): readonly Notification[] => {
  const of = (assignments: readonly AssignmentKey[], error?: MdmError): Notification => ({
    type: "ASSET_MANAGEMENT",
    notification: {
      assignments: assignments.map(assignmentOf),
      eventId: id,
      result: error === undefined ? "SUCCESS" : "FAILURE",
      type,
      ...(error === undefined ? {} : { error }),
    },
  });
  const failed = failures.map(({ errorNumber, asset, targets }) =>
    of(asset === undefined ? [] : targets.map((target) => ({ asset: { locationId, ...asset }, target })), mdmErrorOf(errorNumber)),
  );
  return [...(done.length === 0 ? [] : [of(done)]), ...failed];
};

/** The same of users. Of one who failed it names no more than who it is. */
export const userNotifications = (
  { id, type }: Omit<NotifiedAct, "locationId">,
  done: readonly ShownUser[],
  { failures }: Outcome,
): readonly Notification[] => {
  const of = (users: readonly object[], error?: MdmError): Notification => ({
    type: "USER_MANAGEMENT",
    notification: {
      eventId: id,
      result: error === undefined ? "SUCCESS" : "FAILURE",
      type,
      users,
      ...(error === undefined ? {} : { error }),
    },
  });
  const failed = failures.map(({ errorNumber, targets }) => of(targets, mdmErrorOf(errorNumber)));
  return [...(done.length === 0 ? [] : [of(done)]), ...failed];
};

/** One notification that a job was stopped, with the error. It stands for all that was left of the job, and names none of it. */
export const stoppedNotification = ({ id, type }: Work, error: MdmError): Notification => {
  const fields = { eventId: id, result: "FAILURE", type, error };
  return ["CREATE", "UPDATE", "RETIRE"].includes(type)
    ? { type: "USER_MANAGEMENT", notification: { ...fields, users: [] } }
    : { type: "ASSET_MANAGEMENT", notification: { ...fields, assignments: [] } };
};

/** That users have an Apple Account now. */
export const associatedNotifications = (associatedUsers: readonly ShownUser[]): readonly Notification[] =>
  associatedUsers.length === 0 ? [] : [{ type: "USER_ASSOCIATED", notification: { associatedUsers } }];
