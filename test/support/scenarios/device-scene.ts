// Where MDM servers, people and workers meet: one set of records, functions and workers that are processes of their own and may die after any call to a port, a
// queue between them, and a bus that does not take everything at once.
import { randomBytes } from "node:crypto";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as fc from "fast-check";
import type { OutboxMessage } from "../../../domain/shared/events.ts";
import type { LocationId } from "../../../domain/shared/ids.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { doWork, giveUpWork } from "../../../functions/device-api/jobs/run-job.ts";
import { mdm } from "../../../functions/device-api/middleware.ts";
import { mdmRoutes } from "../../../functions/device-api/routes.ts";
import { RetryLater } from "../../../functions/lib/retry-later.ts";
import { resumeJobs } from "../../../functions/operations/resume-jobs.ts";
import { sweepOutbox } from "../../../functions/operations/sweep-outbox.ts";
import type { Bus } from "../../../functions/ports/bus.ts";
import { Crash, crashing } from "../adapters/crashing.ts";
import { logInMemory } from "../adapters/outside.ts";
import { anAccount } from "../builders/make.ts";
import { TABLES } from "../database/table.ts";
import { type Delivery, type Fate, MOST_ATTEMPTS, type Queue, queueOf } from "./device-queue.ts";
import { type Asked, call, here, later, makeHost, neverTimeUp, organize, other, register } from "./scene.ts";
import { signedUp } from "./service.ts";

export const PLACES = [here.id, other.id] as const;
/** Who issues tokens, and changes their password now and then. */
export const ISSUERS = ["mona", "nils"] as const;

export type MdmServer = {
  readonly id: string;
  readonly place: LocationId;
  token: { readonly id: string; readonly bearer: string };
};
export type Answer = { readonly status: number; readonly body: Record<string, unknown> & { readonly errorNumber?: number } };

const oneOf = (count: number): fc.Arbitrary<boolean> => fc.nat(count - 1).map((drawn) => drawn === 0);
/** One of so many times a value, otherwise none. */
export const rarely = <Value>(count: number, value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ arbitrary: value, weight: 1 }, { arbitrary: fc.constant(undefined), weight: count - 1 });

const fates = fc.record<
  Fate & { readonly isDoomed: boolean; readonly isRefused: boolean; readonly isLost: boolean; readonly steps: number | undefined }
>({
  dies: rarely(3, fc.integer({ min: 1, max: 60 })),
  isSlow: oneOf(2),
  isRepeated: oneOf(10),
  isDoomed: oneOf(40),
  isRefused: oneOf(20),
  isLost: oneOf(15),
  steps: rarely(2, fc.integer({ min: 1, max: 3 })),
});

/** One after the other, and then from the beginning. */
const cycled = <Value>(values: readonly Value[]): (() => Value) => {
  let next = 0;
  return () => {
    const value = values[next++ % values.length];
    if (value === undefined) throw new Error("there is nothing to draw");
    return value;
  };
};

/** A message of work that is given more often than this is done by nobody. */
const MOST_DELIVERIES = 60;

const isNotPutBack = (error: unknown): boolean => error instanceof Error && /could not be put back/.test(error.message);

/** A message that is lost after the queue took it, so that its sender does not know. */
const busInto = (told: Map<string, OutboxMessage>, queue: Queue, { refuses, loses }: Record<"refuses" | "loses", () => boolean>): Bus => ({
  async publish(messages) {
    const taken = messages.filter(() => !refuses());
    for (const one of taken) {
      told.set(one.id, one);
      if (one.kind === "work" && !loses()) queue.send(one);
    }
    return taken;
  },
});

export const makeScene = async (client: DynamoDBDocumentClient, seed: number) => {
  const fate = cycled(fc.sample(fates, { seed, numRuns: 997 }));
  const told = new Map<string, OutboxMessage>();
  const queue = queueOf(fate, () => fate().isDoomed);
  const host = makeHost(recordsIn({ client, ...TABLES }));
  const lines: string[] = [];
  const counts = { crashes: 0, deliveries: 0, givenUp: 0, overlaps: 0, lost: 0 };
  const loses = (): boolean => {
    const { isLost } = fate();
    if (isLost) counts.lost += 1;
    return isLost;
  };
  const bus = busInto(told, queue, { refuses: () => fate().isRefused, loses });
  const ports = { ...host.ports, bus, log: logInMemory(lines) };
  const workers = { ...ports, ...recordsIn({ client, ...TABLES }) };
  const deliveries = new Map<string, number>();

  const work = async ({ message, fate: { dies }, isDeadLetter }: Delivery): Promise<void> => {
    const { workId } = message.order;
    const after = message.isDoomed && !isDeadLetter ? 1 + (message.attempts % 7) : dies;
    const mortal = after === undefined ? workers : crashing(workers, after).ports;
    if (isDeadLetter) return giveUpWork({ workId }, mortal);
    let left = fate().steps ?? Number.POSITIVE_INFINITY;
    await doWork({ workId }, mortal, () => left-- <= 0);
  };

  /** One delivery; false when there is none to make now. */
  const deliver = async (): Promise<boolean> => {
    const delivery = queue.next();
    if (delivery === undefined) return false;
    const { workId } = delivery.message.order;
    const times = (deliveries.get(workId) ?? 0) + 1;
    deliveries.set(workId, times);
    const { isDeadLetter, message } = delivery;
    if (isDeadLetter && message.stuck === MOST_ATTEMPTS) throw new Error(`the work ${workId} does not get on, though nobody died of it`);
    if (times > MOST_DELIVERIES) throw new Error(`the work ${workId} was given to workers ${MOST_DELIVERIES} times, and is not done`);
    counts.deliveries += 1;
    if (delivery.fate.isSlow) counts.overlaps += 1;
    try {
      await work(delivery);
      if (isDeadLetter) counts.givenUp += 1;
      queue.settle(delivery, true);
    } catch (error) {
      if (error instanceof Crash) counts.crashes += 1;
      else if (error instanceof RetryLater) message.stuck += 1;
      else if (!isNotPutBack(error)) throw error;
      queue.settle(delivery, false);
    }
    return true;
  };

  /** As a person or a careful client does it: asks again, after an answer that says so and when whoever was asked died. */
  const person = async (asked: Asked, dies?: number) => {
    for (let count = 0; count < 40; count++) {
      const isToDie = count === 0 && dies !== undefined;
      const answer = await call(isToDie ? crashing(ports, dies).ports : ports, host.clock.now, asked);
      const { statusCode } = answer;
      if (isToDie && statusCode === 500) continue;
      // Whose password just changed signs in again.
      if (statusCode === 401) later(host, 1);
      else if (statusCode === 500 || statusCode === 400) throw new Error(`${asked.route} was answered ${JSON.stringify(answer.body)}`);
      else if (statusCode !== 503) return answer;
    }
    throw new Error(`${asked.route} was not answered`);
  };

  const mdmWith = (given: typeof ports) => mdm(mdmRoutes(), given, { requestsPerSecond: Number.MAX_SAFE_INTEGER });
  const sharedMdm = mdmWith(ports);

  /** As the gateway gives the request of an MDM server. */
  const request = async (
    bearer: string,
    key: string,
    { query = {}, body }: { query?: object; body?: object },
    dies?: number,
  ): Promise<Answer> => {
    const [method = "", path = ""] = key.split(" ");
    const { statusCode, body: text } = await (dies === undefined ? sharedMdm : mdmWith(crashing(ports, dies).ports))({
      routeKey: "ANY /mdm/{proxy+}",
      rawPath: `/mdm/v2${path}`,
      headers: { authorization: `Bearer ${bearer}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      queryStringParameters: query,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      requestContext: { requestId: randomBytes(4).toString("hex"), domainName: "api.example.net", http: { method } },
    });
    return { status: statusCode, body: JSON.parse(text) };
  };

  /** Finishes what deaths left; what the bus does not take at that moment is for the next run. */
  const sweep = async (): Promise<void> => {
    for (const run of [sweepOutbox, resumeJobs])
      await run(ports, neverTimeUp).catch((error: unknown) => {
        if (!(error instanceof Error) || !/could not be (published|put back)/.test(error.message)) throw error;
      });
  };

  await organize(host);
  for (const name of ISSUERS) {
    const grants = [{ role: "content-manager" as const, location: "all" as const }];
    await ports.accounts.register(anAccount({ ...signedUp(name), grants }));
  }
  const servers: MdmServer[] = [];
  for (const [index, place] of [...PLACES, ...PLACES].entries())
    servers.push({ id: (await register(host, `MDM server ${index}`)).id, place, token: { id: "", bearer: "" } });
  return { host, ports, told, queue, lines, counts, servers, deliver, person, request, sweep };
};
export type Scene = Awaited<ReturnType<typeof makeScene>>;
