// Middleware of functions that a queue invokes. One message that fails does not bring back the others: the queue is told which ones to give again.
// For Lambda such a run went well, so that the failures are counted here, for an alarm.
import * as z from "zod";
import { RetryLater } from "../lib/retry-later.ts";
import type { Log } from "../ports/log.ts";
import { type Context, isTimeUpIn, lambdaHandler } from "./lambda-handler.ts";

const Batch = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      body: z.string(),
      eventSourceARN: z.string().default(""),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().default(1) }).default({ ApproximateReceiveCount: 1 }),
    }),
  ),
});

/** The source of a message, and the number of its delivery, from 1. */
export type Given = { readonly queue: string; readonly attempt: number };

export type BatchAnswer = { readonly batchItemFailures: { readonly itemIdentifier: string }[] };

/** The parser's own error would quote the message, and with it a secret into the log. */
const parseMessage = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error("the message is not JSON");
  }
};

/**
 * `take` is given each message's JSON, and when to stop; it throws `RetryLater` to be given the message again. One that is not JSON fails as any
 * other: it ends in the dead-letter queue, never dropped.
 */
export const batch = (
  take: (message: unknown, isTimeUp: () => boolean, given: Given) => Promise<void>,
  log: Log,
): ((event: unknown, context?: Context) => Promise<BatchAnswer>) =>
  lambdaHandler(async (raw, context) => {
    const again: string[] = [];
    let failed = 0;
    for (const { messageId, body, eventSourceARN, attributes } of Batch.parse(raw).Records) {
      try {
        const given = { queue: eventSourceARN, attempt: attributes.ApproximateReceiveCount };
        await take(parseMessage(body), isTimeUpIn(context), given);
      } catch (error) {
        again.push(messageId);
        if (error instanceof RetryLater) {
          log.info("a message is unfinished and will be given again", { messageId, why: error.message });
          continue;
        }
        failed += 1;
        log.error("a message failed and will be given again", error, { messageId });
      }
    }
    if (failed > 0) log.count("MessagesFailed", failed);
    return { batchItemFailures: again.map((itemIdentifier) => ({ itemIdentifier })) };
  });
