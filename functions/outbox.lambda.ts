// Every minute: finishes what a crash left untold or not erased, and measures what the alarms watch.
import { appleSwitchOf } from "./aws/apple.ts";
import { checkSenderOf } from "./aws/check-queue.ts";
import { portsOf } from "./aws/connect.ts";
import { environmentOf } from "./aws/environment.ts";
import { noticesOf } from "./aws/notices.ts";
import { queuesOf } from "./aws/serving-mdm.ts";
import { scheduled } from "./doors/scheduled.ts";
import { runByTheMinute } from "./schedule/run-by-the-minute.ts";

const env = environmentOf("outbox");
const senders = { sendNotice: noticesOf(env), ...queuesOf(env), ...checkSenderOf(env) };
const ports = { ...portsOf("outbox", env, senders), apple: appleSwitchOf(env) };

export const handler = scheduled((isTimeUp) => runByTheMinute(ports, isTimeUp));
