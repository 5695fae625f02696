// SNS's Publish: what would be mailed to a topic's subscribers is told to the host instead.
import { randomUUID } from "node:crypto";
import type { Answered, Asked } from "./http.ts";

export type Topic = { readonly arn: string; readonly subscribers: readonly string[] };
export type Notice = {
  readonly at: string;
  readonly topic: string;
  readonly to: readonly string[];
  readonly subject?: string;
  readonly message: string;
};

export type PublishParts = { readonly topics: readonly Topic[]; readonly onNotice: (notice: Notice) => void };

const xml = (status: number, body: string): Answered => ({ status, headers: { "content-type": "text/xml" }, body });

/** SNS's Publish. */
export const publish = ({ body }: Asked, { topics, onNotice }: PublishParts): Answered => {
  const form = new URLSearchParams(body.toString("utf8"));
  const topic = topics.find(({ arn }) => arn === form.get("TopicArn"));
  const message = form.get("Message");
  const error = (status: number, code: string, text: string) =>
    xml(status, `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error></ErrorResponse>`);
  if (form.get("Action") !== "Publish") return error(400, "InvalidAction", "Only Publish is known here");
  if (topic === undefined) return error(404, "NotFound", "Topic does not exist");
  if (message === null || message === "") return error(400, "InvalidParameter", "Invalid parameter: Empty message");
  const subject = form.get("Subject");
  if (subject !== null && !/^[\x20-\x7e]{1,100}$/.test(subject)) return error(400, "InvalidParameter", "Invalid parameter: Subject");
  onNotice({ at: new Date().toISOString(), topic: topic.arn, to: topic.subscribers, ...(subject === null ? {} : { subject }), message });
  return xml(200, `<PublishResponse><PublishResult><MessageId>${randomUUID()}</MessageId></PublishResult></PublishResponse>`);
};
