// Every minute: finishes what a crash left untold or not erased.
import { environmentOf, portsOf } from "./aws/connect.ts";
import { noticesOf } from "./aws/notices.ts";
import { scheduled } from "./doors/scheduled.ts";
import { sweepOutbox } from "./schedule/sweep-outbox.ts";

const env = environmentOf("outbox");
const ports = portsOf("outbox", env, noticesOf(env));

export const handler = scheduled((isTimeUp) => sweepOutbox(ports, isTimeUp));
