// Every minute: finishes what a crash left untold or not erased.
import { environmentOf, portsOf } from "./aws/connect.ts";
import { scheduled } from "./doors/scheduled.ts";
import { sweepOutbox } from "./schedule/sweep-outbox.ts";

const ports = portsOf("outbox", environmentOf("outbox"));

export const handler = scheduled((isTimeUp) => sweepOutbox(ports, isTimeUp));
