// The topic of notices to people.
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { SendNotice } from "./bus.ts";

type Topic = { readonly client: SNSClient; readonly topicArn: string };

export const noticesTo =
  ({ client, topicArn }: Topic): SendNotice =>
  async ({ subject, message }) => {
    await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: message }));
  };

/** For the entries of the functions that send them: no other bundle holds the client. */
export const noticesOf = ({ NOTICE_TOPIC_ARN }: { readonly NOTICE_TOPIC_ARN: string }): SendNotice =>
  noticesTo({ client: new SNSClient(), topicArn: NOTICE_TOPIC_ARN });
