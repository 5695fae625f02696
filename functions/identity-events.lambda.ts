// Facts about accounts, through a queue; and by the hour, those that were parked.
import * as z from "zod";
import { environmentOf, portsOf } from "./aws/connect.ts";
import { batch } from "./doors/batch.ts";
import { retryParked, takeIdentityEvent } from "./events/take-identity-event.ts";

const env = environmentOf("identity-events");
const ports = portsOf("identity-events", env);
const Scheduled = z.object({ "detail-type": z.literal("Scheduled Event") });

export const handler = batch(
  (event) => (Scheduled.safeParse(event).success ? retryParked(ports) : takeIdentityEvent(event, env.USER_POOL_ID, ports)),
  ports.log,
);
