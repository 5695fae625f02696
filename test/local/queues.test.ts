// Queues that feed functions, as SQS and Lambda do it: a FIFO queue gives each message group in its order and one message of it at a time, groups
// beside each other; what a function fails on stays, holds up its own group alone, and ends among the dead letters.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { build } from "esbuild";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BUNDLING } from "../../infra/bundle.ts";
import { localFunction } from "../../local/functions.ts";
import { freePort } from "../../local/http.ts";
import { namesAt } from "../../local/names.ts";
import { ACCOUNT_ID, ANY_ACCESS, REGION } from "../../local/place.ts";
import { startQueues } from "../../local/queues.ts";
import { type LocalResource, readTemplates } from "../../local/template.ts";

type SqsRecord = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly eventSourceARN: string;
};
/** Rejects, or answers whether what it was given is done. */
type Work = (record: SqsRecord) => Promise<boolean>;

const PATIENCE = { timeout: 20_000 };
const WORK = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:work.fifo`;

let directory: string;
let client: SQSClient;
let errors: unknown[];
/** What began, in order: the message's body and how often it was received. */
let begun: string[];
let done: string[];
let ends: (() => Promise<unknown>)[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "queues-"));
  [errors, begun, done, ends] = [[], [], [], []];
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  await rm(directory, { recursive: true, force: true });
});

const mapping = (queue: string, more: object = {}) => ({
  Type: "AWS::Lambda::EventSourceMapping",
  Properties: {
    EventSourceArn: { "Fn::GetAtt": [queue, "Arn"] },
    FunctionName: `${queue}-function`,
    FunctionResponseTypes: ["ReportBatchItemFailures"],
    ...more,
  },
});
const queue = (Properties: object) => ({ Type: "AWS::SQS::Queue", Properties });

/** A queue `Work` and one for its dead letters, as the template writes them. */
const fifo = (more: object = {}) => ({
  Dead: queue({ FifoQueue: true, KmsMasterKeyId: "alias/aws/sqs" }),
  Work: queue({
    FifoQueue: true,
    VisibilityTimeout: 600,
    RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Arn"] }, maxReceiveCount: 2 },
    ...more,
  }),
});

/** Starts what the template says; each queue's function works one record after the other and leaves off at the first that is not done. */
const start = async (resources: object, work: Readonly<Record<string, Work>>): Promise<readonly LocalResource[]> => {
  const file = join(directory, "Queues.template.json");
  await writeFile(file, JSON.stringify({ Resources: resources }));
  const port = await freePort();
  const names = namesAt({ api: "http://127.0.0.1:1", identity: "http://127.0.0.1:2", sqs: `http://127.0.0.1:${port}` });
  const read = readTemplates([file], { region: REGION, accountId: ACCOUNT_ID }, names);
  const queues = await startQueues(read, { port, access: ANY_ACCESS, onError: (error) => errors.push(error) });
  client = new SQSClient({ ...ANY_ACCESS, endpoint: queues.url });
  ends.push(queues.close, async () => client.destroy());
  const functionOf = (name: string) => ({
    async invoke(event: unknown) {
      const { Records } = event as { Records: SqsRecord[] };
      for (const [index, record] of Records.entries()) {
        begun.push(`${record.body} ${record.attributes.ApproximateReceiveCount}`);
        const isDone = await work[name.replace("-function", "")]?.(record);
        if (!isDone) return { batchItemFailures: Records.slice(index).map(({ messageId }) => ({ itemIdentifier: messageId })) };
        done.push(record.body);
      }
      return { batchItemFailures: [] };
    },
    close: async () => undefined,
  });
  ends.push(queues.feed(functionOf));
  return read;
};

const urlOf = (resources: readonly LocalResource[], id: string): string => resources.find((each) => each.id === id)?.name() ?? "";
/** Sends each to the group that its first letter names. */
const send = async (QueueUrl: string, ...bodies: string[]): Promise<void> => {
  for (const MessageBody of bodies)
    await client.send(
      new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: MessageBody[0], MessageDeduplicationId: MessageBody }),
    );
};
/** A promise to wait for, and how to keep it; kept at the latest when the test ends. */
const gate = (): { readonly opened: Promise<void>; open(): void } => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  ends.push(async () => open());
  return { opened, open };
};
const until = (check: () => void): Promise<void> => vi.waitFor(check, PATIENCE);

test("a group's messages come in order, one at a time; another group does not wait for them", { timeout: 30_000 }, async () => {
  const { opened, open } = gate();
  const Work: Work = async ({ body }) => {
    if (body === "a1") await opened;
    return true;
  };
  const url = urlOf(await start({ ...fifo(), Feed: mapping("Work") }, { Work }), "Work");
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/work\.fifo$/);
  await send(url, "a1");
  await until(() => expect(begun).toEqual(["a1 1"]));
  await send(url, "a2", "a3", "b1", "b2");
  await until(() => expect(done).toEqual(["b1", "b2"]));
  expect(begun).toEqual(["a1 1", "b1 1", "b2 1"]);
  open();
  await until(() => expect(done).toEqual(["b1", "b2", "a1", "a2", "a3"]));
});

test("what failed holds up its own group alone and comes again before the rest of it", { timeout: 30_000 }, async () => {
  let failed: SqsRecord | undefined;
  const Work: Work = async (record) => {
    if (record.body !== "a1" || failed !== undefined) return true;
    failed = record;
    return false;
  };
  const url = urlOf(await start({ ...fifo(), Feed: mapping("Work") }, { Work }), "Work");
  await send(url, "a1");
  await until(() => expect(failed).toBeDefined());
  await send(url, "a2", "b1", "b2");
  await until(() => expect(done).toEqual(["b1", "b2"]));
  expect(begun).not.toContain("a2 1");
  expect(failed).toMatchObject({ eventSourceARN: WORK, attributes: { ApproximateReceiveCount: "1", MessageGroupId: "a" } });
  // Its time is up.
  await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: failed?.receiptHandle, VisibilityTimeout: 0 }));
  await until(() => expect(done).toEqual(["b1", "b2", "a1", "a2"]));
  expect(begun).toEqual(["a1 1", "b1 1", "b2 1", "a1 2", "a2 1"]);
});

test("what keeps failing goes to the dead letters, which have a function of their own, and its group goes on", {
  timeout: 30_000,
}, async () => {
  const dead: SqsRecord[] = [];
  const Work: Work = async ({ body }) => {
    if (body === "a2") throw new TypeError("an error nobody caught");
    return body !== "a1";
  };
  const Dead: Work = async (record) => {
    dead.push(record);
    return true;
  };
  const resources = { ...fifo({ VisibilityTimeout: 1 }), Feed: mapping("Work"), DeadFeed: mapping("Dead") };
  await send(urlOf(await start(resources, { Work, Dead }), "Work"), "a1", "a2", "a3");
  await until(() => expect(done.toSorted()).toEqual(["a1", "a2", "a3"]));
  // What was received more than twice is a dead letter.
  expect(begun.filter((each) => / [12]$/.test(each))).toEqual(["a1 1", "a1 2", "a2 1", "a2 2", "a3 1"]);
  expect(dead).toMatchObject([
    { body: "a1", eventSourceARN: WORK.replace("work", "dead"), attributes: { MessageGroupId: "a" } },
    { body: "a2", eventSourceARN: WORK.replace("work", "dead"), attributes: { MessageGroupId: "a" } },
  ]);
  expect(errors).toHaveLength(2);
});

test("a mapping runs no more batches beside each other than its scaling allows", { timeout: 30_000 }, async () => {
  const { opened, open } = gate();
  let [running, most] = [0, 0];
  const Work: Work = async () => {
    most = Math.max(most, ++running);
    if (most === 2) open();
    await opened;
    running--;
    return true;
  };
  const Feed = mapping("Work", { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
  const url = urlOf(await start({ ...fifo(), Feed }, { Work }), "Work");
  await send(url, "a", "b", "c", "d", "e");
  await until(() => expect(done).toHaveLength(5));
  expect(most).toBe(2);
});

test("a queue that is not FIFO is fed by several too: one slow message holds up no other", { timeout: 30_000 }, async () => {
  const { opened, open } = gate();
  const Work: Work = async ({ body }) => {
    if (body === "slow") await opened;
    return true;
  };
  const url = urlOf(await start({ Work: queue({}), Feed: mapping("Work") }, { Work }), "Work");
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "slow" }));
  await until(() => expect(begun).toEqual(["slow 1"]));
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "quick" }));
  await until(() => expect(done).toEqual(["quick"]));
  open();
  await until(() => expect(done).toEqual(["quick", "slow"]));
});

test.each([
  ["the whole queue", "queue", ["a1"]],
  ["each group", "messageGroup", ["a1", "a1"]],
])("what is sent again under one id is dropped within %s", async (_, DeduplicationScope, arrived) => {
  const more = { DeduplicationScope, FifoThroughputLimit: DeduplicationScope === "queue" ? "perQueue" : "perMessageGroupId" };
  for (const contentBased of [false, true]) {
    const Work: Work = async () => true;
    const resources = { ...fifo({ ...more, ContentBasedDeduplication: contentBased }), Feed: mapping("Work") };
    const QueueUrl = urlOf(await start(resources, { Work }), "Work");
    const id = contentBased ? {} : { MessageDeduplicationId: "1" };
    const one = { MessageBody: "a1", ...id };
    await client.send(new SendMessageCommand({ QueueUrl, MessageGroupId: "a", ...one }));
    const Entries = ["a", "b"].map((group) => ({ Id: group, MessageGroupId: group, ...one }));
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await send(QueueUrl, "z");
    await until(() => expect(done.toSorted()).toEqual([...arrived, "z"]));
    done.splice(0);
  }
});

test("a FIFO queue whose dead letters go to a queue that is none does not start", async () => {
  const resources = { ...fifo(), Dead: queue({}) };
  await expect(start(resources, {})).rejects.toThrow("must be FIFO");
});

test("a bundle sends to the template's QueueUrl with a client that is told nothing", { timeout: 30_000 }, async () => {
  const QueueUrl = urlOf(await start({ ...fifo(), Feed: mapping("Work") }, { Work: async () => true }), "Work");
  const contents = `import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
    const client = new SQSClient();
    export const handler = (event) => client.send(new SendMessageCommand(event)).then(() => "sent");`;
  await build({ ...BUNDLING, stdin: { contents, resolveDir: import.meta.dirname }, outfile: join(directory, "index.mjs") });
  const environment = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SQS: new URL(QueueUrl).origin,
  };
  const sender = localFunction({ name: "sender", asset: directory, environment, timeoutSeconds: 20, logFile: join(directory, "log") });
  ends.push(sender.close);
  expect(await sender.invoke({ QueueUrl, MessageBody: "a", MessageGroupId: "a", MessageDeduplicationId: "a" })).toBe("sent");
  await until(() => expect(done).toEqual(["a"]));
});
