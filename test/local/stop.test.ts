// The end of the local run: in order at the first signal, at once at the second, and always with its database.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";

// Processes are started and awaited, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const module = (name: string): string => JSON.stringify(join(import.meta.dirname, "../../local", name));

/** A process with a database, which prints a line when it is ready and one when it begins to stop. `closing` is what its stop waits for. */
const SCRIPT = (closing: string, options = ""): string => `
  const { startDynamoDb } = await import(${module("dynamodb.ts")});
  const { stopOnSignals } = await import(${module("stop.ts")});
  const { ready } = stopOnSignals(${options});
  const database = await startDynamoDb();
  ${closing === "starting" ? "" : `ready(async () => { console.log("stopping"); await (${closing}); await database.close(); });`}
  setInterval(() => undefined, 1000);
  console.log(database.endpoint);
`;

let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGKILL"));

const start = async (closing: string) => {
  const host = spawn(process.execPath, ["--input-type=module", "--eval", SCRIPT(closing)], { stdio: ["ignore", "pipe", "inherit"] });
  child = host;
  let printed = "";
  host.stdout.on("data", (text: Buffer) => {
    printed += text;
  });
  await vi.waitFor(() => expect(printed).toContain("http"), { timeout: 20_000 });
  const exited = new Promise<number | null>((resolve) => host.once("exit", resolve));
  return { host, endpoint: printed.trim(), exited, printed: () => printed };
};

const expectGone = (endpoint: string) => vi.waitFor(() => expect(fetch(endpoint)).rejects.toThrow(), { timeout: 20_000 });

describe.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s", (signal) => {
  test("stops the service in order", async () => {
    const { host, endpoint, exited, printed } = await start("undefined");
    host.kill(signal);
    expect(await exited).toBe(0);
    expect(printed()).toContain("stopping");
    await expectGone(endpoint);
  });

  test("ends everything at once when it comes a second time", async () => {
    const { host, endpoint, exited, printed } = await start("new Promise(() => undefined)");
    host.kill(signal);
    await vi.waitFor(() => expect(printed()).toContain("stopping"), { timeout: 20_000 });
    await expect(fetch(endpoint)).resolves.toBeDefined();
    host.kill(signal);
    expect(await exited).toBe(130);
    await expectGone(endpoint);
  });

  test("ends everything at once during the start", async () => {
    const { host, endpoint, exited } = await start("starting");
    host.kill(signal);
    expect(await exited).toBe(130);
    await expectGone(endpoint);
  });
});

test("a stop that fails ends with an error and without the database", async () => {
  const { host, endpoint, exited } = await start('Promise.reject("the disk is full")');
  host.kill("SIGINT");
  expect(await exited).toBe(1);
  await expectGone(endpoint);
});

test("the end of the shell that npm started stops the service in order", async () => {
  const command = [process.execPath, "--input-type=module", "--eval", SCRIPT("undefined", "{ withParent: true }")];
  const shell = spawn("sh", ["-c", '"$@"; true', "sh", ...command], { stdio: ["ignore", "pipe", "inherit"] });
  child = shell;
  let printed = "";
  shell.stdout.on("data", (text: Buffer) => {
    printed += text;
  });
  await vi.waitFor(() => expect(printed).toContain("http"), { timeout: 20_000 });
  const endpoint = printed.trim();
  shell.kill("SIGTERM");
  await vi.waitFor(() => expect(printed).toContain("stopping"), { timeout: 20_000 });
  await expectGone(endpoint);
});
