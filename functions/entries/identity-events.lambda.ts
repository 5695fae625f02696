// Takes events that may end tokens, through a queue: facts about accounts and proofs of newer tokens. Every hour it retries parked facts.
import * as z from "zod";
import { takeIdentityEvent } from "../accounts/identity-event.ts";
import { retryParkedFacts } from "../accounts/retry-parked-facts.ts";
import { checkSenderOf } from "../aws/check-queue.ts";
import { portsOf } from "../aws/connect.ts";
import { environmentOf } from "../aws/environment.ts";
import { TokenProved, takeTokenProof } from "../mdm-servers/token-proved.ts";
import { batch } from "../middleware/batch.ts";

const env = environmentOf("identity-events");
const ports = portsOf("identity-events", env, checkSenderOf(env));
const Scheduled = z.object({ "detail-type": z.literal("Scheduled Event") });

export const handler = batch(async (event, isTimeUp) => {
  const { data: proved } = TokenProved.safeParse(event);
  if (proved !== undefined) return takeTokenProof(proved, ports);
  if (Scheduled.safeParse(event).success) return retryParkedFacts(ports, isTimeUp);
  return takeIdentityEvent(event, env.USER_POOL_ID, ports, isTimeUp);
}, ports.log);
