// Builds notifications for MDM servers. A function without permissions makes the calls.
import { environmentOf } from "../aws/environment.ts";
import { notifyPortsOf } from "../aws/serving-mdm.ts";
import { notifyMdmServer } from "../device-api/notifications/notify.ts";
import { batch } from "../middleware/batch.ts";

const ports = notifyPortsOf(environmentOf("notifications"));

export const handler = batch((message, _, { attempt }) => notifyMdmServer(message, attempt, ports), ports.log);
