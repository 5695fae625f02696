// The output of a start while it runs, on a terminal and in a file.
import { expect, test } from "vitest";
import { shownStep, silentStep } from "../../local/steps.ts";

const shown = async (isTTY: boolean): Promise<string> => {
  const written: string[] = [];
  const step = shownStep({ isTTY, write: (text) => written.push(text) });
  expect(await step("database", async () => 1)).toBe(1);
  await expect(step("queues", () => Promise.reject(new Error("the port is taken")))).rejects.toThrow("the port is taken");
  return written.join("").replaceAll(/\d+\.\d s/g, "T s");
};

test("a file gets a line when a step begins and one when it ends", async () => {
  expect(await shown(false)).toBe("  database …\n  database: done (T s)\n  queues …\n  queues: failed (T s)\n");
});

test("a terminal gets one line for each step, completed in place", async () => {
  expect(await shown(true)).toBe("  database …\r  database: done (T s)\n  queues …\r  queues: failed (T s)\n");
});

test("a silent step returns the result of its run", async () => {
  expect(await silentStep("database", async () => "up")).toBe("up");
});
