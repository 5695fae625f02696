// The template's queues in an SQS stand-in, and the event source mappings that feed functions from them: what a function reports as failed stays in
// the queue and comes again. Queues are in memory: what waits in them does not survive a restart.
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";
import * as z from "zod";
import type { LocalFunction } from "./functions.ts";
import { queueUrlOf } from "./names.ts";
import { type AwsAccess, REGION } from "./place.ts";
import type { LocalResource } from "./template.ts";

const Queue = z.object({
  VisibilityTimeout: z.int().default(30),
  MessageRetentionPeriod: z.int().default(345_600),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.int() }).optional(),
});
const Mapping = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.int().default(10),
  FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
});
const Report = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

const PAUSE_AFTER_FAILURE_MILLISECONDS = 1000;

const recordOf = (message: Message, eventSourceARN: string) => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes ?? {},
  messageAttributes: {},
  md5OfBody: message.MD5OfBody,
  eventSource: "aws:sqs",
  eventSourceARN,
  awsRegion: REGION,
});

type Options = { readonly port: number; readonly access: AwsAccess; readonly onError: (error: unknown) => void };

/** Queues alone; `feed` starts the mappings. */
export const startQueues = async (resources: readonly LocalResource[], { port, access, onError }: Options) => {
  const app = buildApp({ logger: false, defaultRegion: REGION });
  app.addHook("onRequest", async (request, reply) => {
    if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? ""))
      await reply.code(403).send({ message: "Forbidden" });
  });
  await app.listen({ port, host: "127.0.0.1" });
  const url = `http://127.0.0.1:${port}`;
  const client = new SQSClient({ ...access, endpoint: url });
  const queues = resources.filter(({ type }) => type === "AWS::SQS::Queue").map((each) => ({ each, ...Queue.parse(each.properties()) }));
  // A queue for dead letters has to be there before the one that names it.
  for (const { each, VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } of queues.toSorted(
    (a, b) => Number(a.RedrivePolicy !== undefined) - Number(b.RedrivePolicy !== undefined),
  )) {
    const redrive: Record<string, string> = RedrivePolicy === undefined ? {} : { RedrivePolicy: JSON.stringify(RedrivePolicy) };
    const Attributes = { VisibilityTimeout: String(VisibilityTimeout), MessageRetentionPeriod: String(MessageRetentionPeriod), ...redrive };
    await client.send(new CreateQueueCommand({ QueueName: each.attribute("QueueName"), Attributes }));
  }
  const urlOf = (arn: string): string => queueUrlOf(url, arn.split(":")[5] ?? "");
  const stopping = new AbortController();
  const feeding: Promise<void>[] = [];

  const handle = async (
    messages: readonly Message[],
    { EventSourceArn, FunctionResponseTypes }: z.infer<typeof Mapping>,
    to: LocalFunction,
  ) => {
    const answer = await to.invoke({ Records: messages.map((message) => recordOf(message, EventSourceArn)) });
    const reported = FunctionResponseTypes.length > 0 ? (Report.safeParse(answer).data?.batchItemFailures ?? []) : [];
    const failed = new Set(reported.map(({ itemIdentifier }) => itemIdentifier));
    for (const { MessageId, ReceiptHandle } of messages)
      if (!failed.has(MessageId ?? "")) await client.send(new DeleteMessageCommand({ QueueUrl: urlOf(EventSourceArn), ReceiptHandle }));
  };

  const poll = async (mapping: z.infer<typeof Mapping>, to: LocalFunction): Promise<void> => {
    const { signal } = stopping;
    const receive = new ReceiveMessageCommand({
      QueueUrl: urlOf(mapping.EventSourceArn),
      MaxNumberOfMessages: Math.min(mapping.BatchSize, 10),
      WaitTimeSeconds: 20,
      MessageSystemAttributeNames: ["All"],
    });
    while (!signal.aborted) {
      try {
        const { Messages = [] } = await client.send(receive, { abortSignal: signal });
        if (Messages.length > 0) await handle(Messages, mapping, to);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await sleep(PAUSE_AFTER_FAILURE_MILLISECONDS);
      }
    }
  };

  return {
    url,
    send: async (arn: string, body: string): Promise<void> => {
      await client.send(new SendMessageCommand({ QueueUrl: urlOf(arn), MessageBody: body }));
    },
    /** Answers how to stop: what was received is handled to its end, then no more is. */
    feed(functionOf: (name: string) => LocalFunction): () => Promise<unknown> {
      for (const each of resources.filter(({ type }) => type === "AWS::Lambda::EventSourceMapping")) {
        const mapping = Mapping.parse(each.properties());
        feeding.push(poll(mapping, functionOf(mapping.FunctionName)));
      }
      return () => {
        stopping.abort();
        return Promise.all(feeding);
      };
    },
    async close(): Promise<void> {
      client.destroy();
      await app.close();
    },
  };
};
