// What a Lambda environment does when a handler is slow, leaves, or is asked by many at once.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalFunction, localFunction } from "../../local/functions.ts";

let asset: string;
let running: LocalFunction;
/** Long enough for a busy machine, unless the test is about the time. */
const start = async (body: string, timeoutSeconds = 20): Promise<void> => {
  await writeFile(join(asset, "index.mjs"), body);
  running = localFunction({ name: "tried", asset, environment: {}, timeoutSeconds, logFile: join(asset, "log") });
};
beforeEach(async () => {
  asset = await mkdtemp(join(tmpdir(), "environment-"));
});
afterEach(async () => {
  await running.close();
  await rm(asset, { recursive: true, force: true });
});

const SLOW_OR_COUNT = `let count = 0;
export const handler = async (event) => {
  if (event === "slow") await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (event === "leave") process.exit(1);
  if (event === "throw") throw new TypeError("no");
  return ++count;
};`;

test("one that does not answer in its time is ended, and the next event gets a fresh one", { timeout: 30_000 }, async () => {
  await start(SLOW_OR_COUNT, 3);
  expect(await running.invoke("first")).toBe(1);
  await expect(running.invoke("slow")).rejects.toMatchObject({ errorType: "Sandbox.Timedout" });
  expect(await running.invoke("after")).toBe(1);
});

test("one that leaves is told so at once, and the next event gets a fresh one", async () => {
  await start(SLOW_OR_COUNT);
  await expect(running.invoke("leave")).rejects.toMatchObject({ errorType: "Runtime.ExitError" });
  expect(await running.invoke("after")).toBe(1);
});

test("one that throws is used again, as on Lambda", async () => {
  await start(SLOW_OR_COUNT);
  expect(await running.invoke("first")).toBe(1);
  await expect(running.invoke("throw")).rejects.toMatchObject({ errorType: "TypeError", message: "no" });
  expect(await running.invoke("after")).toBe(2);
});

test("events that meet run beside each other, in few environments, and all are answered", async () => {
  await start(`const home = Math.random();
export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 50)); return home; };`);
  const homes = await Promise.all(Array.from({ length: 12 }, () => running.invoke({})));
  expect(homes).toHaveLength(12);
  expect(new Set(homes).size).toBe(3);
});

test("the time that is left is told", async () => {
  await start("export const handler = async (_, context) => context.getRemainingTimeInMillis();");
  const left = await running.invoke({});
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(20_000);
});
