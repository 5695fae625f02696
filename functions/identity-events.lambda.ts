// Facts about accounts, through a queue; and by the hour, those that were parked.
import * as z from "zod";
import { portsOf } from "./aws/connect.ts";
import { environmentOf } from "./aws/environment.ts";
import { batch } from "./doors/batch.ts";
import { takeIdentityEvent } from "./events/take-identity-event.ts";
import { retryParkedFacts } from "./schedule/retry-parked-facts.ts";

const env = environmentOf("identity-events");
const ports = portsOf("identity-events", env);
const Scheduled = z.object({ "detail-type": z.literal("Scheduled Event") });

export const handler = batch(
  (event, isTimeUp) =>
    Scheduled.safeParse(event).success ? retryParkedFacts(ports, isTimeUp) : takeIdentityEvent(event, env.USER_POOL_ID, ports, isTimeUp),
  ports.log,
);
