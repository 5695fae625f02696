// The daily scan for tokens that end.
import { portsOf } from "./aws/connect.ts";
import { environmentOf } from "./aws/environment.ts";
import { noticesOf } from "./aws/notices.ts";
import { scheduled } from "./doors/scheduled.ts";
import { scanExpiry } from "./schedule/scan-expiry.ts";

const env = environmentOf("expiry-scan");
const ports = portsOf("expiry-scan", env, { sendNotice: noticesOf(env) });

export const handler = scheduled((isTimeUp) => scanExpiry(ports, isTimeUp));
