// A Lambda function on one machine: the very bundle that is deployed, in a worker of its own with nothing but its own environment. What it prints
// goes to its log, readable by the owner alone.
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import * as z from "zod";

export type LocalFunction = {
  /** As many events at a time as it has environments. Rejects with a `FunctionError` when the handler does, or when its time is up. */
  invoke(event: unknown): Promise<unknown>;
  close(): Promise<void>;
};

export type LocalFunctionOptions = {
  readonly name: string;
  /** The folder of the bundle, which holds index.mjs. */
  readonly asset: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly logFile: string;
};

const Answer = z.object({
  requestId: z.string(),
  answer: z.unknown().optional(),
  error: z.object({ errorType: z.string(), errorMessage: z.string() }).optional(),
});

/** What the function itself threw, as the Lambda API tells it. */
export class FunctionError extends Error {
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.name = "FunctionError";
    this.errorType = errorType;
  }
}

/** Enough for events to meet in the records as they do on Lambda, few enough for a laptop. */
const MAX_ENVIRONMENTS = 3;

/** One environment: a worker that takes one event at a time. Does not settle when the worker is ended from outside. */
type Environment = { run(event: unknown): Promise<unknown>; stop(): Promise<unknown> };

const startEnvironment = ({ name, asset, environment, timeoutSeconds }: LocalFunctionOptions, log: Writable): Environment => {
  const worker = new Worker(new URL("./function-worker.ts", import.meta.url), {
    workerData: { name, bundle: pathToFileURL(join(asset, "index.mjs")).href },
    env: { ...environment, TZ: "UTC", AWS_LAMBDA_FUNCTION_NAME: name },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  worker.stdout.pipe(log, { end: false });
  worker.stderr.pipe(log, { end: false });
  return {
    stop: () => worker.terminate(),
    async run(event) {
      const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof Answer>>();
      const take = (message: unknown): void => resolve(Answer.parse(message));
      const leave = (): void => reject(new FunctionError("Runtime.ExitError", "The environment ended before it answered"));
      const timer = setTimeout(
        () => reject(new FunctionError("Sandbox.Timedout", `Task timed out after ${timeoutSeconds} seconds`)),
        timeoutSeconds * 1000,
      );
      worker.once("message", take).once("error", reject).once("exit", leave);
      try {
        worker.postMessage({ requestId: randomUUID(), event, endsAt: Date.now() + timeoutSeconds * 1000 });
        const { answer, error } = await promise;
        if (error !== undefined) throw new FunctionError(error.errorType, error.errorMessage);
        return answer;
      } finally {
        clearTimeout(timer);
        worker.off("message", take).off("error", reject).off("exit", leave);
      }
    },
  };
};

/** An environment that threw answers the next event; one that was cut off is not used again. */
const isSpent = (error: unknown): boolean => !(error instanceof FunctionError) || /^(Sandbox|Runtime)\./.test(error.errorType);

/** Starts its first worker at the first event, more when events meet, and a new one after a time-out. */
export const localFunction = (options: LocalFunctionOptions): LocalFunction => {
  const log = createWriteStream(options.logFile, { flags: "a", mode: 0o600 });
  const idle: Environment[] = [];
  const running = new Set<Environment>();
  const waiting: (() => void)[] = [];

  const take = async (): Promise<Environment> => {
    while (idle.length === 0 && running.size >= MAX_ENVIRONMENTS) await new Promise<void>((resolve) => waiting.push(resolve));
    const environment = idle.pop() ?? startEnvironment(options, log);
    running.add(environment);
    return environment;
  };

  return {
    async invoke(event) {
      const environment = await take();
      try {
        const answer = await environment.run(event);
        idle.push(environment);
        return answer;
      } catch (error) {
        if (isSpent(error)) await environment.stop();
        else idle.push(environment);
        throw error;
      } finally {
        running.delete(environment);
        waiting.shift()?.();
      }
    },
    async close() {
      for (const environment of [...idle.splice(0), ...running]) await environment.stop();
      await new Promise<void>((resolve) => log.end(resolve));
    },
  };
};
