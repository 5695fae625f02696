// What MDM servers are to be told: read and put together here, called by a function without any rights.
import { environmentOf } from "../aws/environment.ts";
import { notifyPortsOf } from "../aws/serving-mdm.ts";
import { notifyMdmServer } from "../device-api/notifications/notify.ts";
import { batch } from "../middleware/batch.ts";

const ports = notifyPortsOf(environmentOf("notifications"));

export const handler = batch((message, _, { attempt }) => notifyMdmServer(message, attempt, ports), ports.log);
