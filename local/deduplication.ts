// `DeduplicationScope: messageGroup`, which the SQS stand-in takes and does not apply: it would drop what another group was sent under the same id.
import { createHash } from "node:crypto";
import * as z from "zod";

type Queue = { readonly name: string; readonly DeduplicationScope: "messageGroup" | "queue"; readonly ContentBasedDeduplication: boolean };

const Message = z.looseObject({ MessageGroupId: z.string(), MessageBody: z.string(), MessageDeduplicationId: z.string().optional() });
const Request = z.looseObject({ QueueUrl: z.string(), Entries: z.array(z.unknown()).optional() });

/** What is no message, or has no id and gets none by its content, stays as it is. */
const ofGroup = (sent: unknown, contentBased: boolean): unknown => {
  const message = Message.safeParse(sent).data;
  const id = message?.MessageDeduplicationId ?? (contentBased ? message?.MessageBody : undefined);
  if (message === undefined || id === undefined) return sent;
  const MessageDeduplicationId = createHash("sha256")
    .update(JSON.stringify([message.MessageGroupId, id]))
    .digest("hex");
  return { ...message, MessageDeduplicationId };
};

/** A request to SQS, with deduplication ids that are one group's alone where the queue wants it. Receivers see the id that was made. */
export const deduplicationOf =
  (queues: readonly Queue[]) =>
  (body: unknown): unknown => {
    const request = Request.safeParse(body).data;
    const queue = queues.find(({ name }) => name === request?.QueueUrl.split("/").at(-1));
    if (request === undefined || queue?.DeduplicationScope !== "messageGroup") return body;
    const contentBased = queue.ContentBasedDeduplication;
    if (request.Entries === undefined) return ofGroup(request, contentBased);
    return { ...request, Entries: request.Entries.map((each) => ofGroup(each, contentBased)) };
  };
