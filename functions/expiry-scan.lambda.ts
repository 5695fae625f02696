// The daily scan for tokens that end.
import { environmentOf, portsOf } from "./aws/connect.ts";
import { scheduled } from "./doors/scheduled.ts";
import { scanExpiry } from "./schedule/scan-expiry.ts";

const ports = portsOf("expiry-scan", environmentOf("expiry-scan"));

export const handler = scheduled((isTimeUp) => scanExpiry(ports, isTimeUp));
