// What is sent to the service's own queues, as SQS is asked for it: in which order it is given to workers, and what of it counts as the same.
import { createHash } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WorkId } from "../../../domain/device-api/work.ts";
import type { CheckRequest, MdmNotification, WorkOrder } from "../../../domain/shared/events.ts";
import { continueIn } from "../../../functions/aws/check-queue.ts";
import { sendCheckTo, sendMdmNotificationTo, sendWorkTo } from "../../../functions/aws/queues.ts";
import { DailyRun } from "../../../functions/checks/enqueue-daily.ts";
import { at, contentTokenId, locationId } from "../../support/builders/make.ts";
import { type Answered, type Asked, exception, json, serve, type TestServer, TO_TEST } from "../../support/http/http.ts";

const order: WorkOrder = {
  kind: "work",
  id: "evt_1",
  recordedAt: at("2026-06-01"),
  workId: WorkId.parse("0b1f9b9e-9d0c-4a5b-8a0f-5d6d2f0e7a11"),
  locationId: locationId(),
};
const mdmNotification: MdmNotification = {
  kind: "mdm-notification",
  id: "evt_2",
  recordedAt: at("2026-06-01"),
  locationId: locationId(),
  type: "ASSET_COUNT",
  notification: { adamId: "361309726", countDelta: 1 },
};

const check: CheckRequest = {
  kind: "check",
  id: "evt_3",
  recordedAt: at("2026-06-01"),
  tokenId: contentTokenId(),
  attempt: 2,
  delaySeconds: 37,
};

let server: TestServer;
let client: SQSClient;
let isDown = false;
const taken = ({ body }: Asked): Answered => {
  const MD5OfMessageBody = createHash("md5").update(JSON.parse(body).MessageBody).digest("hex");
  return isDown ? exception("QueueDoesNotExist") : json({ MessageId: "m", MD5OfMessageBody });
};
beforeEach(async () => {
  isDown = false;
  server = await serve(taken);
  client = new SQSClient({ ...TO_TEST, endpoint: server.url });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});
const sent = () => server.asked.map(({ body }) => JSON.parse(body));

test("an order for work waits behind those of its location alone; told again it is the same, and an order to go on is another one", async () => {
  const send = sendWorkTo(client, `${server.url}/work.fifo`);
  await send(order);
  await send({ ...order, id: "evt_3" });
  const message = { MessageBody: JSON.stringify({ workId: order.workId }), MessageGroupId: order.locationId };
  expect(sent()).toEqual([
    { QueueUrl: `${server.url}/work.fifo`, ...message, MessageDeduplicationId: "evt_1" },
    { QueueUrl: `${server.url}/work.fifo`, ...message, MessageDeduplicationId: "evt_3" },
  ]);
});

test("what an MDM server is to be told has the identifier that it tells repetitions by", async () => {
  await sendMdmNotificationTo(client, `${server.url}/notifications`)(mdmNotification);
  const { kind: _, recordedAt: __, ...message } = mdmNotification;
  expect(sent()).toEqual([{ QueueUrl: `${server.url}/notifications`, MessageBody: JSON.stringify(message) }]);
});

test("a check is sent with its attempt, and given when its delay is over", async () => {
  await sendCheckTo(client, `${server.url}/checks`)(check);
  const MessageBody = JSON.stringify({ tokenId: check.tokenId, attempt: 2 });
  expect(sent()).toEqual([{ QueueUrl: `${server.url}/checks`, MessageBody, DelaySeconds: 37 }]);
});

test("the daily run continues after the page that it names, in a message that the handler of the queue reads", async () => {
  await continueIn(client, `${server.url}/checks`).continueDailyRun("page-2");
  const [{ MessageBody, ...rest } = { MessageBody: "" }] = sent();
  expect([DailyRun.parse(JSON.parse(MessageBody)), rest]).toEqual([{ after: "page-2" }, { QueueUrl: `${server.url}/checks` }]);
});

test("what was not taken is told to whoever sends, so that it stays recorded", async () => {
  isDown = true;
  await expect(sendWorkTo(client, `${server.url}/work.fifo`)(order)).rejects.toThrow();
  await expect(sendMdmNotificationTo(client, `${server.url}/notifications`)(mdmNotification)).rejects.toThrow();
  await expect(sendCheckTo(client, `${server.url}/checks`)(check)).rejects.toThrow();
  await expect(continueIn(client, `${server.url}/checks`).continueDailyRun("page-2")).rejects.toThrow();
});
