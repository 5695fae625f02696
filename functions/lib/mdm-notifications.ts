// Notifications for the MDM server of a location, by its client configuration.
import type { ClientConfig } from "../../domain/device-api/client-config.ts";
import type { Notification } from "../../domain/device-api/notification.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect } from "../ports/shared.ts";
import { createMdmNotification } from "./publish.ts";

/** The MDM notifications of the types that the client configuration asks for; none without a notification URL. */
export const createMdmNotifications = (
  notifications: readonly Notification[],
  { config, location }: { readonly config: ClientConfig; readonly location: Pick<Location, "id"> },
  { now, random }: Pick<Ports, "now" | "random">,
): readonly Effect[] =>
  notifications
    .filter(({ type }) => config.notificationUrl !== undefined && config.notificationTypes.includes(type))
    .map((notification) => createMdmNotification(notification, location.id, { at: now(), random }));
