// DynamoDB on one machine. DYNAMODB_ENDPOINT names one that the user runs; otherwise dynoxide is started as a child process on 127.0.0.1, from its
// package where npm has one for the platform, or from PATH. A child ends with `close`, and when this process ends in any way.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./http.ts";

export type LocalDynamoDb = { readonly endpoint: string; close(): Promise<void> };

type Environment = Readonly<Record<string, string | undefined>>;
/** A server that the user runs, or the program to start one. */
export type DynamoDbSource = { readonly endpoint: string } | { readonly program: string };

const START_ATTEMPTS = 200;
const ATTEMPT_MILLISECONDS = 25;
/** A database that ignores the request to end is killed after this time. */
const END_MILLISECONDS = 5000;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const isUp = async (endpoint: string): Promise<boolean> => {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(1000) });
    return true;
  } catch {
    return false;
  }
};

/** Accepts loopback addresses only: the service trusts everybody who can reach its database. */
const assertLoopback = (endpoint: string): void => {
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol) || !LOOPBACK.test(url.hostname))
    throw new Error(`DYNAMODB_ENDPOINT must be an http address of this machine, like http://127.0.0.1:8000, and is "${endpoint}".`);
};

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** `undefined` where npm has no package for the platform, or it was left out at install. */
const packagedProgram = (): string | undefined => {
  try {
    return createRequire(import.meta.url).resolve("@dynoxide/linux-x64/dynoxide");
  } catch {
    return undefined;
  }
};

/** Throws with one sentence that says what to install when there is no DynamoDB. */
export const findDynamoDb = (environment: Environment, packaged: string | undefined): DynamoDbSource => {
  const endpoint = environment.DYNAMODB_ENDPOINT;
  if (endpoint !== undefined && endpoint !== "") {
    assertLoopback(endpoint);
    return { endpoint };
  }
  if (packaged !== undefined) return { program: packaged };
  const names = process.platform === "win32" ? ["dynoxide.exe"] : ["dynoxide"];
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const program = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
  if (program === undefined)
    throw new Error(
      "There is no DynamoDB on this machine: put dynoxide on PATH, or start DynamoDB Local and set DYNAMODB_ENDPOINT to its address, like http://127.0.0.1:8000.",
    );
  return { program };
};

/** The database of this machine. Throws as `findDynamoDb` does. */
export const dynamoDbSource = (): DynamoDbSource => findDynamoDb(process.env, packagedProgram());

const commandOf = (pid: string): string => {
  const file = `/proc/${pid}/cmdline`;
  try {
    if (existsSync("/proc/self")) return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\0", " ") : "";
    return execFileSync("ps", ["-o", "args=", "-p", pid], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
};

/** The child leads a process group of its own, except on Windows, which has none. */
const killGroup = (pid: number): void => {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

/** Ends a database that outlived its host: two of them would write to one file. */
export const endLeftOver = async (file: string): Promise<void> => {
  const pidFile = `${file}.pid`;
  if (!existsSync(pidFile)) return;
  const pid = readFileSync(pidFile, "utf8");
  for (let attempt = 0; attempt < START_ATTEMPTS && commandOf(pid).includes(file); attempt++) {
    killGroup(Number(pid));
    await sleep(ATTEMPT_MILLISECONDS);
  }
  rmSync(pidFile, { force: true });
};

/**
 * Runs the program ("$@") and ends it when standard input closes. The kernel closes it at every end of the host, also by SIGKILL. The process group keeps
 * Ctrl-C from reaching the database before the service has closed.
 */
const TETHERED = `exec 3<&0 </dev/null; "$@" 3<&- & program=$!
{ cat <&3 >/dev/null; kill "$program"; } 2>/dev/null &
exec 3<&-; wait "$program"`;

const spawnTethered = (program: string, args: readonly string[]): ChildProcess =>
  process.platform === "win32"
    ? spawn(program, args, { stdio: ["pipe", "ignore", "ignore"] })
    : spawn("sh", ["-c", TETHERED, "sh", program, ...args], { stdio: ["pipe", "ignore", "ignore"], detached: true });

const connectTo = async (endpoint: string): Promise<LocalDynamoDb> => {
  if (!(await isUp(endpoint)))
    throw new Error(`DYNAMODB_ENDPOINT is ${endpoint}, and nothing answers there: start it, or unset the variable.`);
  return { endpoint, close: async () => undefined };
};

/** Starts or finds a database. With `file` its state survives a restart (call `endLeftOver` first), without it lives in memory. */
export const startDynamoDb = async ({ file, port }: { file?: string; port?: number } = {}): Promise<LocalDynamoDb> => {
  const source = dynamoDbSource();
  if ("endpoint" in source) return connectTo(source.endpoint);
  const listenOn = port ?? (await freePort());
  const endpoint = `http://127.0.0.1:${listenOn}`;
  const args = ["serve", "--host", "127.0.0.1", "--port", String(listenOn), ...(file === undefined ? [] : ["--db-path", file])];
  // Files must be the owner's alone. The program has no option for that, and inherits the mask.
  const mask = file === undefined ? undefined : process.umask(0o077);
  const child = spawnTethered(source.program, args);
  if (file !== undefined) writeFileSync(`${file}.pid`, String(child.pid), { mode: 0o600 });
  if (mask !== undefined) process.umask(mask);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  const killNow = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killGroup(child.pid);
  };
  process.once("exit", killNow);
  const close = async (): Promise<void> => {
    process.off("exit", killNow);
    // Closing standard input is the request to end; Windows runs the program without the shell that listens for it.
    if (process.platform === "win32") killNow();
    child.stdin?.end();
    const timer = setTimeout(killNow, END_MILLISECONDS);
    await ended;
    clearTimeout(timer);
    if (file !== undefined) rmSync(`${file}.pid`, { force: true });
  };
  for (let attempt = 0; attempt < START_ATTEMPTS && child.exitCode === null; attempt++) {
    if (await isUp(endpoint)) return { endpoint, close };
    await sleep(ATTEMPT_MILLISECONDS);
  }
  await close();
  throw new Error(`the embedded DynamoDB did not answer on ${endpoint}; is the port taken?`);
};
