// The door of what comes through a queue. One message that fails does not bring back the others: the queue is told which ones to give again.
import * as z from "zod";
import type { Log } from "../ports.ts";
import { door } from "./door.ts";

const Batch = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

export type BatchAnswer = { readonly batchItemFailures: { readonly itemIdentifier: string }[] };

/** The parser's own error would quote the message, and with it a secret into the log. */
const parseMessage = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error("the message is not JSON");
  }
};

/** `take` is given each message's JSON. One that is not JSON fails as any other: it ends in the dead-letter queue, never dropped. */
export const batch = (take: (message: unknown) => Promise<void>, log: Log): ((event: unknown) => Promise<BatchAnswer>) =>
  door(async (raw) => {
    const failed: string[] = [];
    for (const { messageId, body } of Batch.parse(raw).Records) {
      try {
        await take(parseMessage(body));
      } catch (error) {
        log.error("a message failed and will be given again", error, { messageId });
        failed.push(messageId);
      }
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });
