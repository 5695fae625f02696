// The daily run of checks: every live imported token is enqueued once, over as many pages as there are, each check with a delay.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckRequest } from "../../../domain/shared/events.ts";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import { DailyRun, enqueueDailyChecks } from "../../../functions/checks/enqueue-daily.ts";
import { appleInMemory, checkQueueInMemory } from "../../support/adapters/outside.ts";
import { aContentToken, at, contentTokenId } from "../../support/builders/make.ts";
import { makeService, NOW } from "../../support/scenarios/service.ts";

const CLOCK = DailyRun.parse({ "detail-type": "Scheduled Event", source: "aws.events" });
const future = at("2027-01-01T00:00:00Z");

const kinds = {
  live: { origin: "imported", expiresAt: future },
  issued: { origin: "issued", expiresAt: future },
  ended: { origin: "imported", expiresAt: future, invalidation: { at: NOW, cause: "revoked" } },
  expired: { origin: "imported", expiresAt: NOW },
} as const;
type Kind = keyof typeof kinds;

/** A service that holds tokens of these kinds, and the runs of its daily check, until there is no further page. */
const makeRuns = async (held: readonly Kind[]) => {
  const service = await makeService();
  const tokens: ContentToken[] = held.map((kind, index) => aContentToken({ ...kinds[kind], id: contentTokenId(index + 1) }));
  const byPosition = async (_: unknown, { limit, after }: { limit: number; after?: string | undefined }) => {
    const from = Number(after ?? 0);
    const rest = tokens.length > from + limit ? { next: String(from + limit) } : {};
    return { items: tokens.slice(from, from + limit), ...rest };
  };
  const continued: string[] = [];
  const ports = {
    ...service.ports,
    tokens: { ...service.ports.tokens, list: byPosition },
    checkQueue: checkQueueInMemory(continued),
  };
  return {
    ...service,
    ports,
    continued,
    tokens,
    async runAll(): Promise<number> {
      await enqueueDailyChecks(CLOCK, ports);
      for (let run = 0; run < continued.length; run++) await enqueueDailyChecks(DailyRun.parse({ dailyRunAfter: continued[run] }), ports);
      return continued.length + 1;
    },
  };
};

const checksIn = (published: readonly object[]): CheckRequest[] =>
  published.filter((one): one is CheckRequest => "kind" in one && one.kind === "check");

describe("the daily run", () => {
  test("enqueues every live imported token exactly once, however many pages of tokens there are", async () => {
    const lists = fc.array(fc.constantFrom<Kind>("live", "issued", "ended", "expired"), { maxLength: 180 });
    await fc.assert(
      fc.asyncProperty(lists, async (held) => {
        const { runAll, tokens, published } = await makeRuns(held);
        expect(await runAll()).toBe(Math.max(1, Math.ceil(held.length / 50)));
        const live = tokens.filter((_, index) => held[index] === "live").map(({ id }) => id);
        expect(checksIn(published).map(({ tokenId }) => tokenId)).toEqual(live);
      }),
      { numRuns: 25 },
    );
  });

  test("spreads first attempts over a quarter of an hour, and no further than a queue can delay", async () => {
    const { runAll, published } = await makeRuns(Array.from({ length: 250 }, () => "live" as const));
    await runAll();
    const delays = checksIn(published).map(({ delaySeconds }) => delaySeconds);
    expect(new Set(checksIn(published).map(({ attempt }) => attempt))).toEqual(new Set([1]));
    for (const delay of delays) expect(Number.isInteger(delay) && delay >= 0 && delay <= 900).toBe(true);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(600);
  });

  test.each<[number[], number]>([
    [[0, 0], 0],
    [[255, 255], 900],
  ])("delays by %j as random bytes for %d s", async (bytes, delay) => {
    const { ports, published } = await makeRuns(["live"]);
    await enqueueDailyChecks(CLOCK, { ...ports, random: (count) => Uint8Array.from({ length: count }, (_, index) => bytes[index] ?? 0) });
    expect(checksIn(published)[0]?.delaySeconds).toBe(delay);
  });

  test("does nothing while checks are switched off", async () => {
    const { ports, published, continued } = await makeRuns(Array.from({ length: 60 }, () => "live" as const));
    await enqueueDailyChecks(CLOCK, { ...ports, apple: appleInMemory(new Map(), [], true) });
    expect([published, continued]).toEqual([[], []]);
  });

  test("fails when the queue does not take a check, and does not go on: the same page is delivered again", async () => {
    const { ports, faults, continued } = await makeRuns(Array.from({ length: 60 }, () => "live" as const));
    faults.bus = true;
    await expect(enqueueDailyChecks(CLOCK, ports)).rejects.toThrow("50 of 50 checks could not be enqueued");
    expect(continued).toEqual([]);
  });
});

test.each([{}, { tokenId: contentTokenId(), attempt: 1 }, { dailyRunAfter: "" }, { "detail-type": "ContentTokenUsed" }, null])(
  "%j is no message of the daily run",
  (message) => {
    expect(DailyRun.safeParse(message).success).toBe(false);
  },
);
