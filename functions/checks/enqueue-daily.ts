// The daily run: enqueues a check of every live imported token, spread over a quarter of an hour, one page of tokens per message.
import * as z from "zod";
import { MAX_DELAY_SECONDS } from "../../domain/tokens/apple-check.ts";
import { isCheckedWithApple } from "../../domain/tokens/checked-token.ts";
import { createCheckRequest } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";

export type DailyCheckPorts = Pick<Ports, "apple" | "checkQueue" | "tokens" | "bus" | "log" | "now" | "random">;

/** The clock's event starts the run. The run's own message continues it after a page. */
export const DailyRun = z.union([
  z.object({ "detail-type": z.literal("Scheduled Event") }).transform(() => ({ after: undefined })),
  z.object({ dailyRunAfter: z.string().min(1) }).transform(({ dailyRunAfter }) => ({ after: dailyRunAfter })),
]);
export type DailyRun = z.infer<typeof DailyRun>;

/** Small, because a page that fails is enqueued again as a whole: a token that is checked twice is harmless, but costs Apple a request. */
const PAGE_TOKENS = 50;

/** From 0 to 900, by two random bytes. */
const randomDelay = (random: Ports["random"]): number => {
  const [high = 0, low = 0] = random(2);
  return Math.floor(((high * 256 + low) / 65_536) * (MAX_DELAY_SECONDS + 1));
};

/** Throws if the queue did not take a check: the same page is delivered again. */
export const enqueueDailyChecks = async ({ after }: DailyRun, ports: DailyCheckPorts): Promise<void> => {
  const { apple, checkQueue, tokens, bus, log, now, random } = ports;
  if (apple.isSwitchedOff()) return;
  const { items, next } = await tokens.list("all", { limit: PAGE_TOKENS, after });
  const at = now();
  const due = items.filter((token) => isCheckedWithApple(token, at));
  const orders = due.map(({ id }) => createCheckRequest(id, { at, random }, { delaySeconds: randomDelay(random) }));
  const taken = await bus.publish(orders);
  if (taken.length < orders.length) throw new Error(`${orders.length - taken.length} of ${orders.length} checks could not be enqueued`);
  if (next !== undefined) await checkQueue.continueDailyRun(next);
  log.info(next === undefined ? "the daily run of checks is enqueued" : "a page of the daily run of checks is enqueued", {
    enqueued: orders.length,
  });
};
