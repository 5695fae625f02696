// The ports of the functions that serve MDM servers: no token file, nobody who signs in.
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Env } from "../contract/env.ts";
import { cipherOf } from "./cipher.ts";
import { recordsOf } from "./connect.ts";
import { notifierOf } from "./notifier.ts";
import { sendMdmNotificationTo, sendWorkTo } from "./queues.ts";

/** For what is recorded and sent by others too, a client of the queues. */
export const queuesOf = ({
  WORK_QUEUE_URL,
  NOTIFICATIONS_QUEUE_URL,
}: Pick<Env<"outbox">, "WORK_QUEUE_URL" | "NOTIFICATIONS_QUEUE_URL">) => {
  const client = new SQSClient();
  return { sendWork: sendWorkTo(client, WORK_QUEUE_URL), sendMdmNotification: sendMdmNotificationTo(client, NOTIFICATIONS_QUEUE_URL) };
};

export const mdmPortsOf = (env: Env<"mdm">) => ({
  ...recordsOf("mdm", env, queuesOf(env)),
  cipher: cipherOf(env),
  notifier: notifierOf(env),
});

export const workPortsOf = (env: Env<"license-worker">) => recordsOf("license-worker", env, queuesOf(env));

export const notifyPortsOf = (env: Env<"notifications">) => ({
  ...recordsOf("notifications", env),
  cipher: cipherOf(env),
  notifier: notifierOf(env),
});
