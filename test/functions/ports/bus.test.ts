// The contract of the bus, kept by the fake and by the real port over a server that answers as EventBridge and SNS do: what was taken is answered,
// what was not stays recorded, and nothing is ever thrown at the act that was done.
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SNSClient } from "@aws-sdk/client-sns";
import { afterEach, describe, expect, test } from "vitest";
import type { Notice, OutboxMessage } from "../../../domain/shared/events.ts";
import { busTo } from "../../../functions/aws/bus.ts";
import { noticesTo } from "../../../functions/aws/notices.ts";
import type { Bus } from "../../../functions/ports/bus.ts";
import { busInMemory, logInMemory } from "../../support/adapters/outside.ts";
import { anEvent, at } from "../../support/builders/make.ts";
import { type Answered, type Asked, BROKEN, exception, json, serve, type TestServer, TO_TEST } from "../../support/http/http.ts";

const TOPIC = "arn:aws:sns:us-east-1:123456789012:notices";
const createEvent = (seed: number): OutboxMessage => anEvent({ id: `evt_${seed}` });
const createNotice = (seed: number): Notice => ({
  kind: "notice",
  id: `evt_${seed}`,
  recordedAt: at("2026-06-01"),
  subject: `subject ${seed}`,
  message: `message ${seed}`,
});
const idsOf = (messages: readonly OutboxMessage[]) => messages.map(({ id }) => id);
const many = (count: number, make: (seed: number) => OutboxMessage) => Array.from({ length: count }, (_, index) => make(index + 1));

type Entry = { readonly Detail: string; readonly [field: string]: unknown };
const entriesOf = ({ body }: Asked): Entry[] => JSON.parse(body).Entries;
const idOf = ({ Detail }: Entry): string => JSON.parse(Detail).id;
const isNotice = ({ headers }: Asked): boolean => headers["x-amz-target"] === undefined;
const noticeIn = ({ body }: Asked) => Object.fromEntries(new URLSearchParams(body));

const published = (): Answered => ({
  headers: { "content-type": "text/xml" },
  body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>',
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The real port in front of `answer`. */
const busBefore = async (answer: (asked: Asked) => Answered | typeof BROKEN, hasTopic = true) => {
  const server = await serve(answer);
  const logged: string[] = [];
  const events = new EventBridgeClient({ ...TO_TEST, endpoint: server.url });
  const client = new SNSClient({ ...TO_TEST, endpoint: server.url });
  const sendNotice = hasTopic ? noticesTo({ client, topicArn: TOPIC }) : undefined;
  closing.push(async () => {
    events.destroy();
    client.destroy();
    await server.close();
  });
  return { bus: busTo({ events, busName: "the-bus", sendNotice }, logInMemory(logged)), server, logged };
};

/** As the services do: an entry that is refused has no EventId, and a call with more than ten entries is refused whole. */
const asAws =
  (refused: ReadonlySet<string>) =>
  (asked: Asked): Answered => {
    if (isNotice(asked)) {
      const seed = /\d+/.exec(noticeIn(asked).Subject ?? "")?.[0];
      return refused.has(`evt_${seed}`)
        ? { status: 400, body: "<ErrorResponse><Error><Code>InternalError</Code></Error></ErrorResponse>" }
        : published();
    }
    const entries = entriesOf(asked);
    if (entries.length > 10) return exception("ValidationException");
    const Entries = entries.map((entry) => (refused.has(idOf(entry)) ? { ErrorCode: "ThrottlingException" } : { EventId: "e" }));
    return json({ FailedEntryCount: Entries.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries });
  };

const takenBy = ({ asked }: TestServer, refused: ReadonlySet<string>): string[] =>
  asked
    .flatMap((one) => (isNotice(one) ? [`evt_${/\d+/.exec(noticeIn(one).Subject ?? "")?.[0]}`] : entriesOf(one).map(idOf)))
    .filter((id) => !refused.has(id));

type Backend = (refused: ReadonlySet<string>) => Promise<{ readonly bus: Bus; taken(): readonly string[] }>;

const inMemory: Backend = async (refused) => {
  const kept: OutboxMessage[] = [];
  return { bus: busInMemory(kept, ({ id }) => !refused.has(id)), taken: () => idsOf(kept) };
};

const overHttp: Backend = async (refused) => {
  const { bus, server } = await busBefore(asAws(refused));
  return { bus, taken: () => takenBy(server, refused) };
};

describe.each<[string, Backend]>([
  ["in memory", inMemory],
  ["over HTTP", overHttp],
])("the bus %s", (_, open) => {
  test("takes events and notices, however many at once, and answers with all of them", async () => {
    const { bus, taken } = await open(new Set());
    const all = [...many(25, createEvent), createNotice(26), createNotice(27)];
    expect(idsOf(await bus.publish(all))).toEqual(idsOf(all));
    expect(taken()).toEqual(idsOf(all));
  });

  test("answers with nothing that was not taken", async () => {
    const refused = new Set(["evt_3", "evt_14", "evt_26"]);
    const { bus, taken } = await open(refused);
    const all = [...many(25, createEvent), createNotice(26), createNotice(27)];
    const told = idsOf(await bus.publish(all));
    expect(told).toEqual(idsOf(all).filter((id) => !refused.has(id)));
    expect(taken()).toEqual(told);
  });

  test("takes nothing from nothing", async () => {
    const { bus, taken } = await open(new Set());
    expect(await bus.publish([])).toEqual([]);
    expect(taken()).toEqual([]);
  });
});

describe("what the real bus says", () => {
  test("of an event is what consumers read: its kind, its time, its identifier and its detail", async () => {
    const { bus, server } = await busBefore(asAws(new Set()));
    const event = anEvent();
    await bus.publish([event]);
    const [entry] = server.asked.flatMap(entriesOf);
    expect(entry).toMatchObject({ EventBusName: "the-bus", Source: "content-tokens", DetailType: "ContentTokenExpired" });
    expect(entry?.Time).toBe(event.recordedAt.getTime() / 1000);
    expect(JSON.parse(entry?.Detail ?? "")).toEqual({
      id: event.id,
      ...JSON.parse(JSON.stringify(event.kind === "event" && event.detail)),
    });
  });

  test("of a notice goes to its topic", async () => {
    const { bus, server } = await busBefore(asAws(new Set()));
    await bus.publish([createNotice(1)]);
    expect(server.asked.map(noticeIn)).toMatchObject([{ Action: "Publish", TopicArn: TOPIC, Subject: "subject 1", Message: "message 1" }]);
  });
});

describe("a call that fails", () => {
  test.each<[string, (asked: Asked) => Answered | typeof BROKEN]>([
    ["with an error of the service", () => ({ status: 500, body: "{}" })],
    ["with an exception", () => exception("AccessDeniedException")],
    ["with something that is no answer", () => ({ body: "<html>" })],
    ["with an answer about no entry", () => json({ FailedEntryCount: 0, Entries: [] })],
    ["with a connection that breaks", () => BROKEN],
  ])("%s is no exception: events are not told, and the log tells", async (_, answer) => {
    const { bus, logged } = await busBefore((asked) => (isNotice(asked) ? published() : answer(asked)));
    expect(idsOf(await bus.publish([createEvent(1), createNotice(2)]))).toEqual(["evt_2"]);
    expect(logged).toHaveLength(1);
  });

  test("keeps back its own batch alone", async () => {
    let calls = 0;
    const { bus } = await busBefore((asked) => (++calls === 2 ? { status: 500, body: "{}" } : asAws(new Set())(asked)));
    expect(idsOf(await bus.publish(many(25, createEvent)))).toEqual([
      ...idsOf(many(10, createEvent)),
      ...idsOf(many(25, createEvent)).slice(20),
    ]);
  });

  test("of the topic keeps back its notice alone", async () => {
    const { bus, logged } = await busBefore((asked) =>
      isNotice(asked) && noticeIn(asked).Subject === "subject 1" ? BROKEN : asAws(new Set())(asked),
    );
    expect(idsOf(await bus.publish([createNotice(1), createNotice(2), createEvent(3)]))).toEqual(["evt_3", "evt_2"]);
    expect(logged.join()).toContain("evt_1");
  });

  test("for want of anybody who listens is no exception", async () => {
    const { bus, server } = await busBefore(asAws(new Set()));
    await server.close();
    expect(await bus.publish([createEvent(1), createNotice(2)])).toEqual([]);
  });
});

test("a function without a topic tells its events and leaves notices to the one that has it", async () => {
  const { bus, server } = await busBefore(asAws(new Set()), false);
  expect(idsOf(await bus.publish([createNotice(1), createEvent(2)]))).toEqual(["evt_2"]);
  expect(server.asked.some(isNotice)).toBe(false);
});
