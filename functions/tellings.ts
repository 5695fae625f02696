// What the MDM server of a location is told of an act, where it asked to be told such things.
import type { ClientConfig } from "../domain/client-config.ts";
import type { Notification } from "../domain/notification.ts";
import type { Location } from "../domain/organization.ts";
import { tellingOf } from "./announce.ts";
import type { Ports, Trace } from "./ports.ts";

/** Of `notifications`, what it wants to be told. */
export const tellings = (
  notifications: readonly Notification[],
  { config, location }: { readonly config: ClientConfig; readonly location: Pick<Location, "id"> },
  { now, random }: Pick<Ports, "now" | "random">,
): readonly Trace[] =>
  notifications
    .filter(({ type }) => config.notificationUrl !== undefined && config.notificationTypes.includes(type))
    .map((notification) => tellingOf(notification, location.id, { at: now(), random }));
