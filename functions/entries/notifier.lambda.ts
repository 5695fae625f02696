// Calls addresses that MDM servers chose. It has no rights to any data: whatever answers there, nothing can be had through it.
import { NotificationCall } from "../../domain/device-api/delivery.ts";
import { environmentOf } from "../aws/environment.ts";
import { callAddress } from "../device-api/notifications/call-address.ts";
import { invoked } from "../middleware/invoked.ts";

const { LOOPBACK_NOTIFICATIONS: loopback } = environmentOf("notifier");

export const handler = invoked(NotificationCall, (call) => callAddress(call, { loopback }));
