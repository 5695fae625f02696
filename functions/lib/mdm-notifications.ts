// What the MDM server of a location is told of an act, where it asked to be told such things.
import type { ClientConfig } from "../../domain/device-api/client-config.ts";
import type { Notification } from "../../domain/device-api/notification.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { Ports } from "../ports/ports.ts";
import type { Trace } from "../ports/shared.ts";
import { tellingOf } from "./publish.ts";

/** Of `notifications`, what it wants to be told. */
export const tellings = (
  notifications: readonly Notification[],
  { config, location }: { readonly config: ClientConfig; readonly location: Pick<Location, "id"> },
  { now, random }: Pick<Ports, "now" | "random">,
): readonly Trace[] =>
  notifications
    .filter(({ type }) => config.notificationUrl !== undefined && config.notificationTypes.includes(type))
    .map((notification) => tellingOf(notification, location.id, { at: now(), random }));
