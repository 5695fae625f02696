// The table of events that each function may publish, held against what every handler records and publishes.
import { beforeAll, describe, expect, test } from "vitest";
import { EVENT_DETAILS, type EventType } from "../../../domain/shared/events.ts";
import type { FunctionName } from "../../../functions/contract/env.ts";
import { PUBLISHED_EVENTS } from "../../../functions/contract/published-events.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { type Host, makeHost, organize, SCENARIOS } from "../../support/scenarios/scenarios.ts";

/** The events of the acts that a host has seen, published or only recorded. */
const eventsOf = async ({ ports, told }: Host): Promise<Set<EventType>> => {
  const recorded = await Array.fromAsync(ports.outbox.pending(new Date("2100-01-01")));
  return new Set([...told, ...recorded].flatMap((one) => (one.kind === "event" ? one.type : [])));
};

const seen = new Map<FunctionName, Set<EventType>>();
beforeAll(async () => {
  for (const { by, before, act, begins } of SCENARIOS) {
    const host = makeHost(makeWorld());
    if (begins === undefined) await organize(host);
    const given = (await before?.(host)) ?? [];
    host.told.length = 0;
    for (const { kind, id } of await Array.fromAsync(host.ports.outbox.pending(new Date("2100-01-01"))))
      if (by !== "outbox") throw new Error(`${kind} ${id} was left by what came before the act, and would be taken for the act's own`);
    await act(host.ports, host, given);
    seen.set(by, new Set([...(seen.get(by) ?? []), ...(await eventsOf(host))]));
  }
});

const names = Object.keys(PUBLISHED_EVENTS) as FunctionName[];

/** Events of rules that several functions share, which only one of them brings about in a scene. */
const UNSEEN: Readonly<Partial<Record<FunctionName, readonly EventType[]>>> = {
  // A fetch claims the location as a link does. The link was recorded first, and the conflict was found then.
  custody: ["MdmConflictFound"],
};

describe("the table of published events", () => {
  test.each(names.filter((name) => name !== "outbox"))("allows %s exactly the events that its handlers record", (name) => {
    const recorded = [...(seen.get(name) ?? []), ...(UNSEEN[name] ?? [])];
    expect([...PUBLISHED_EVENTS[name]].toSorted()).toEqual([...new Set(recorded)].toSorted());
  });

  test("allows outbox every event, since it publishes what any other function recorded", () => {
    expect([...PUBLISHED_EVENTS.outbox].toSorted()).toEqual(Object.keys(EVENT_DETAILS).toSorted());
    const others = names.filter((name) => name !== "outbox").flatMap((name) => PUBLISHED_EVENTS[name]);
    expect([...new Set(others)].toSorted()).toEqual(Object.keys(EVENT_DETAILS).toSorted());
  });

  test.each(["mdm", "license-worker", "notifications", "notifier"] as const)(
    "lets %s, which MDM servers reach, end no token and disable nobody",
    (name) => {
      const ending: readonly EventType[] = [
        "account.password-changed",
        "account.disabled",
        "ContentTokenInvalidated",
        "ContentTokenExpired",
      ];
      expect(PUBLISHED_EVENTS[name].filter((type) => ending.includes(type))).toEqual([]);
    },
  );
});
