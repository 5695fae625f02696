// DynamoDB on one machine: a static binary from a package, as a child process on 127.0.0.1. It ends with `close`, and with this process.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./http.ts";

export type LocalDynamoDb = { readonly endpoint: string; close(): Promise<void> };

const START_ATTEMPTS = 200;
const ATTEMPT_MILLISECONDS = 25;

const isUp = async (endpoint: string): Promise<boolean> => {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(1000) });
    return true;
  } catch {
    return false;
  }
};

/** Ends the one that a host left behind when it was killed: two of them would write to one file. */
export const endLeftOver = async (file: string): Promise<void> => {
  const pidFile = `${file}.pid`;
  if (!existsSync(pidFile)) return;
  const pid = readFileSync(pidFile, "utf8");
  const isOurs = (): boolean =>
    existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(file);
  for (let attempt = 0; attempt < START_ATTEMPTS && isOurs(); attempt++) {
    process.kill(Number(pid), "SIGKILL");
    await sleep(ATTEMPT_MILLISECONDS);
  }
  rmSync(pidFile, { force: true });
};

/** Starts it, after `endLeftOver`; with `file` its state survives a restart, without it lives in memory. Rejects when it does not answer within 5 s. */
export const startDynamoDb = async ({ file, port }: { file?: string; port?: number } = {}): Promise<LocalDynamoDb> => {
  const listenOn = port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${listenOn}`;
  const binary = createRequire(import.meta.url).resolve("@dynoxide/linux-x64/dynoxide");
  const args = ["serve", "--host", "127.0.0.1", "--port", String(listenOn), ...(file === undefined ? [] : ["--db-path", file])];
  // What it writes is its owner's alone: it has no option for that, and inherits the mask.
  const mask = file === undefined ? undefined : process.umask(0o077);
  const child = spawn(binary, args, { stdio: "ignore" });
  if (file !== undefined) writeFileSync(`${file}.pid`, String(child.pid), { mode: 0o600 });
  if (mask !== undefined) process.umask(mask);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  const stopChild = (): void => void child.kill();
  process.once("exit", stopChild);
  const close = async (): Promise<void> => {
    process.off("exit", stopChild);
    child.kill();
    await ended;
    if (file !== undefined) rmSync(`${file}.pid`, { force: true });
  };
  for (let attempt = 0; attempt < START_ATTEMPTS && child.exitCode === null; attempt++) {
    if (await isUp(endpoint)) return { endpoint, close };
    await sleep(ATTEMPT_MILLISECONDS);
  }
  await close();
  throw new Error(`the embedded DynamoDB did not answer on ${endpoint}; is the port taken?`);
};
