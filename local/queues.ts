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
import { deduplicationOf } from "./deduplication.ts";
import type { LocalFunction } from "./functions.ts";
import { queueUrlOf } from "./names.ts";
import { type AwsAccess, REGION } from "./place.ts";
import type { LocalResource } from "./template.ts";

const Queue = z.object({
  VisibilityTimeout: z.int().default(30),
  MessageRetentionPeriod: z.int().default(345_600),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.int() }).optional(),
  FifoQueue: z.boolean().default(false),
  ContentBasedDeduplication: z.boolean().default(false),
  DeduplicationScope: z.enum(["messageGroup", "queue"]).default("queue"),
  FifoThroughputLimit: z.enum(["perMessageGroupId", "perQueue"]).default("perQueue"),
});
const Mapping = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.int().default(10),
  FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.int() }).optional(),
});
const Report = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

const PAUSE_AFTER_FAILURE_MILLISECONDS = 1000;
/** As many batches of a mapping at a time as a function has environments: one that is slow holds up no other. Of a FIFO queue, each has other groups. */
const POLLERS = 3;

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

const attributesOf = (name: string, queue: z.infer<typeof Queue>): Record<string, string> => {
  const { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } = queue;
  const isFifo = (arn: string): boolean => arn.endsWith(".fifo");
  if (RedrivePolicy !== undefined && isFifo(RedrivePolicy.deadLetterTargetArn) !== isFifo(name))
    throw new Error(`the queue for the dead letters of ${name} must be FIFO if it is, and only then: ${RedrivePolicy.deadLetterTargetArn}`);
  const redrive = RedrivePolicy === undefined ? {} : { RedrivePolicy: JSON.stringify(RedrivePolicy) };
  const { FifoQueue, ContentBasedDeduplication, DeduplicationScope, FifoThroughputLimit } = queue;
  const fifo = { FifoQueue, ContentBasedDeduplication, DeduplicationScope, FifoThroughputLimit };
  const all = { VisibilityTimeout, MessageRetentionPeriod, ...redrive, ...(FifoQueue ? fifo : {}) };
  return Object.fromEntries(Object.entries(all).map(([attribute, value]) => [attribute, String(value)]));
};

const queueOf = (resource: LocalResource) => {
  const name = resource.attribute("QueueName");
  const queue = Queue.parse(resource.properties());
  return { ...queue, name, attributes: attributesOf(name, queue) };
};

/** Queues alone; `feed` starts the mappings. */
export const startQueues = async (resources: readonly LocalResource[], { port, access, onError }: Options) => {
  const queues = resources.filter(({ type }) => type === "AWS::SQS::Queue").map(queueOf);
  const deduplicated = deduplicationOf(queues);
  const app = buildApp({ logger: false, defaultRegion: REGION });
  app.addHook("onRequest", async (request, reply) => {
    if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? ""))
      await reply.code(403).send({ message: "Forbidden" });
  });
  app.addHook("preHandler", async (request) => {
    request.body = deduplicated(request.body);
  });
  await app.listen({ port, host: "127.0.0.1" });
  const url = `http://127.0.0.1:${port}`;
  const client = new SQSClient({ ...access, endpoint: url });
  // A queue for dead letters has to be there before the one that names it.
  for (const { name, attributes } of queues.toSorted(
    (a, b) => Number(a.RedrivePolicy !== undefined) - Number(b.RedrivePolicy !== undefined),
  ))
    await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
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
        const to = functionOf(mapping.FunctionName);
        const pollers = Math.min(POLLERS, mapping.ScalingConfig?.MaximumConcurrency ?? POLLERS);
        for (let count = 0; count < pollers; count++) feeding.push(poll(mapping, to));
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
