// What the MDM server of a location says of itself and where it wants to be told of changes. There is one for each location: whoever says it last counts,
// as the protocol demands. Source: Apple, "ClientConfigRequest".
import * as z from "zod";
import { LocationId } from "./ids.ts";
import { MdmInfo } from "./mdm-server.ts";
import { NotificationType } from "./notification.ts";

export const ClientConfig = z.object({
  locationId: LocationId,
  mdmInfo: MdmInfo.optional(),
  notificationUrl: z.string().optional(),
  /** Encrypted: the protocol shows it again to whoever has the token. */
  notificationAuthToken: z.string().optional(),
  notificationTypes: z.array(NotificationType),
});
export type ClientConfig = z.infer<typeof ClientConfig>;

export const noClientConfig = (locationId: ClientConfig["locationId"]): ClientConfig => ({ locationId, notificationTypes: [] });
