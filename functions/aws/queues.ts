// Sends to the service's queues: job requests, in order per location, MDM notifications and check requests.
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { CheckRequest, MdmNotification, WorkOrder } from "../../domain/shared/events.ts";

/** Rejects when it was not taken. */
export type Send<What> = (what: What) => Promise<void>;

export const sendWorkTo =
  (client: SQSClient, QueueUrl: string): Send<WorkOrder> =>
  async ({ id, workId, locationId }) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: JSON.stringify({ workId }),
        MessageGroupId: locationId,
        // Told again after a crash, it is the same order. Each order has an id of its own.
        MessageDeduplicationId: id,
      }),
    );
  };

export const sendMdmNotificationTo =
  (client: SQSClient, QueueUrl: string): Send<MdmNotification> =>
  async ({ id, locationId, type, notification }) => {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ id, locationId, type, notification }) }));
  };

export const sendCheckTo =
  (client: SQSClient, QueueUrl: string): Send<CheckRequest> =>
  async ({ tokenId, attempt, delaySeconds }) => {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ tokenId, attempt }), DelaySeconds: delaySeconds }));
  };
