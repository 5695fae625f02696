// EventBridge on one machine: events are matched against the template's own rules and handed to their targets, schedules run by the clock.
// What passes is written to a file, so that people can watch it. Source: EventBridge user guide, "Event structure" and "Retry policies".
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { ACCOUNT_ID, REGION } from "../place.ts";
import type { LocalResource } from "../template.ts";
import type { JsonObject } from "./operators.ts";
import { type EventPattern, matches } from "./pattern.ts";
import { startSchedule } from "./schedule.ts";

export const DEFAULT_BUS = "default";

/** An event as targets get it. */
export type Envelope = {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
};

const Target = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
  RetryPolicy: z.object({ MaximumRetryAttempts: z.int().optional() }).optional(),
});
const Rule = z.strictObject({
  EventBusName: z.string().default(DEFAULT_BUS),
  EventPattern: z.custom<EventPattern>().optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  Targets: z.array(Target).default([]),
  Description: z.string().optional(),
});
type Target = z.infer<typeof Target>;

/** Hands an event to a target by its ARN; rejects when it was not taken. */
export type Deliver = (arn: string, event: Envelope) => Promise<void>;

type Options = {
  readonly deliver: Deliver;
  readonly onEvent: (bus: string, event: Envelope) => void;
  readonly onError: (error: unknown) => void;
};

/** EventBridge tries for a day; nobody waits so long here. */
const MOST_RETRIES = 4;
const FIRST_RETRY_MILLISECONDS = 500;

export const eventTime = (at = new Date()): string => `${at.toISOString().slice(0, 19)}Z`;

export const envelopeOf = (of: Pick<Envelope, "source" | "detail-type" | "detail"> & Partial<Envelope>): Envelope => ({
  version: "0",
  id: randomUUID(),
  account: ACCOUNT_ID,
  time: eventTime(),
  region: REGION,
  resources: [],
  ...of,
});

export const busesOf = (resources: readonly LocalResource[], { deliver, onEvent, onError }: Options) => {
  const names = new Set([DEFAULT_BUS, ...resources.filter(({ type }) => type === "AWS::Events::EventBus").map((bus) => bus.name())]);
  const rules = resources
    .filter(({ type }) => type === "AWS::Events::Rule")
    .map((rule) => ({ arn: rule.attribute("Arn"), ...Rule.parse(rule.properties()) }))
    .filter(({ State }) => State === "ENABLED");
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();

  const hand = async ({ Arn, DeadLetterConfig, RetryPolicy }: Target, event: Envelope): Promise<void> => {
    const retries = Math.min(RetryPolicy?.MaximumRetryAttempts ?? MOST_RETRIES, MOST_RETRIES);
    for (let attempt = 0; ; attempt++) {
      try {
        return await deliver(Arn, event);
      } catch (error) {
        onError(error);
        if (attempt >= retries) break;
        await sleep(FIRST_RETRY_MILLISECONDS * 2 ** attempt, undefined, { signal: stopping.signal });
      }
    }
    if (DeadLetterConfig !== undefined) await deliver(DeadLetterConfig.Arn, event);
  };

  const start = (work: Promise<void>): void => {
    const done = work.catch(onError).finally(() => underWay.delete(done));
    underWay.add(done);
  };

  const put = (bus: string, event: Envelope): void => {
    onEvent(bus, event);
    for (const { EventBusName, EventPattern, Targets } of rules)
      if (EventBusName === bus && EventPattern !== undefined && matches(EventPattern, event))
        for (const target of Targets) start(hand(target, event));
  };

  const schedules = rules.flatMap(({ arn, ScheduleExpression, Targets }) => {
    if (ScheduleExpression === undefined) return [];
    const run = (): void => {
      const event = envelopeOf({ source: "aws.events", "detail-type": "Scheduled Event", resources: [arn], detail: {} });
      for (const target of Targets) start(hand(target, event));
    };
    return [startSchedule(ScheduleExpression, run)];
  });

  return {
    has: (bus: string): boolean => names.has(bus),
    put,
    /** Stops the schedules and waits for what is being handed over. */
    async close(): Promise<void> {
      for (const schedule of schedules) schedule.stop();
      stopping.abort();
      await Promise.all(underWay);
    },
  };
};

export type Buses = ReturnType<typeof busesOf>;
