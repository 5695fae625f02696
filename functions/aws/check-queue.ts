// The queue of checks with Apple: senders of checks, and the continuation of the daily run.
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { CheckQueue } from "../ports/check-queue.ts";
import type { Senders } from "./bus.ts";
import { sendCheckTo } from "./queues.ts";

export const continueIn = (client: SQSClient, QueueUrl: string): CheckQueue => ({
  async continueDailyRun(after) {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ dailyRunAfter: after }) }));
  },
});

type QueueVariables = { readonly CHECKS_QUEUE_URL: string };

/** For the entries of the functions that request checks. */
export const checkSenderOf = ({ CHECKS_QUEUE_URL }: QueueVariables): Pick<Senders, "sendCheck"> => ({
  sendCheck: sendCheckTo(new SQSClient(), CHECKS_QUEUE_URL),
});

export const checkQueueOf = ({ CHECKS_QUEUE_URL }: QueueVariables): CheckQueue => continueIn(new SQSClient(), CHECKS_QUEUE_URL);
