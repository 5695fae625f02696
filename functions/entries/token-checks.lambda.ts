// Checks imported tokens with Apple, through a queue, and records the answers; once a day it enqueues a check of each.
import { appleOf } from "../aws/apple.ts";
import { checkQueueOf, checkSenderOf } from "../aws/check-queue.ts";
import { portsOf } from "../aws/connect.ts";
import { environmentOf } from "../aws/environment.ts";
import { noticesOf } from "../aws/notices.ts";
import { takeCheckMessage } from "../checks/take-message.ts";
import { batch } from "../middleware/batch.ts";

const env = environmentOf("token-checks");
const senders = { sendNotice: noticesOf(env), ...checkSenderOf(env) };
const ports = { ...portsOf("token-checks", env, senders), apple: appleOf(env), checkQueue: checkQueueOf(env) };

export const handler = batch((message) => takeCheckMessage(message, ports), ports.log);
