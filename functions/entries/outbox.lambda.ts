// Every minute: publishes and erases what a crash left over, puts lost jobs back into the queue, and measures the gauges of the alarms.
import { appleSwitchOf } from "../aws/apple.ts";
import { checkSenderOf } from "../aws/check-queue.ts";
import { portsOf } from "../aws/connect.ts";
import { environmentOf } from "../aws/environment.ts";
import { noticesOf } from "../aws/notices.ts";
import { queuesOf } from "../aws/serving-mdm.ts";
import { scheduled } from "../middleware/scheduled.ts";
import { runByTheMinute } from "../operations/run-by-the-minute.ts";

const env = environmentOf("outbox");
const senders = { sendNotice: noticesOf(env), ...queuesOf(env), ...checkSenderOf(env) };
const ports = { ...portsOf("outbox", env, senders), apple: appleSwitchOf(env) };
const { JOBS_RESUMED_AFTER_SECONDS: resumedAfter } = env;
const resumedAfterSeconds = resumedAfter === undefined ? undefined : Number(resumedAfter);

export const handler = scheduled((isTimeUp) => runByTheMinute(ports, isTimeUp, resumedAfterSeconds));
