// The queue of MDM notifications, for functions that record notifications and no jobs: their bundles and their rights hold no other queue.
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Env } from "../contract/env.ts";
import type { Senders } from "./bus.ts";
import { sendMdmNotificationTo } from "./queues.ts";

export const notificationSenderOf = ({ NOTIFICATIONS_QUEUE_URL }: Pick<Env<"admin">, "NOTIFICATIONS_QUEUE_URL">): Senders => ({
  sendMdmNotification: sendMdmNotificationTo(new SQSClient(), NOTIFICATIONS_QUEUE_URL),
});
