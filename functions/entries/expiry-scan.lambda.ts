// The daily scan for tokens that end.
import { portsOf } from "../aws/connect.ts";
import { environmentOf } from "../aws/environment.ts";
import { noticesOf } from "../aws/notices.ts";
import { scheduled } from "../middleware/scheduled.ts";
import { scanExpiry } from "../tokens/scan-expiry.ts";

const env = environmentOf("expiry-scan");
const ports = portsOf("expiry-scan", env, { sendNotice: noticesOf(env) });

export const handler = scheduled((isTimeUp) => scanExpiry(ports, isTimeUp));
