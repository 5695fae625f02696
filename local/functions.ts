// A Lambda function on one machine: the very bundle that is deployed, in a worker of its own with nothing but its own environment. What it prints
// goes to its log, readable by the owner alone.
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import * as z from "zod";

export type LocalFunction = {
  /** One event at a time. Rejects with a `FunctionError` when the handler does, or when its time is up. */
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

/** Starts its worker at the first event, and a new one after a time-out. */
export const localFunction = ({ name, asset, environment, timeoutSeconds, logFile }: LocalFunctionOptions): LocalFunction => {
  const log = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const started = (): Worker => {
    const fresh = new Worker(new URL("./function-worker.ts", import.meta.url), {
      workerData: { name, bundle: pathToFileURL(join(asset, "index.mjs")).href },
      env: { ...environment, TZ: "UTC", AWS_LAMBDA_FUNCTION_NAME: name },
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    fresh.stdout.pipe(log, { end: false });
    fresh.stderr.pipe(log, { end: false });
    return fresh;
  };

  const stop = async (): Promise<void> => {
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };

  const run = async (event: unknown): Promise<unknown> => {
    worker ??= started();
    const running = worker;
    const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof Answer>>();
    const take = (message: unknown): void => resolve(Answer.parse(message));
    const timer = setTimeout(() => {
      reject(new FunctionError("Sandbox.Timedout", `Task timed out after ${timeoutSeconds} seconds`));
    }, timeoutSeconds * 1000);
    running.once("message", take);
    running.once("error", reject);
    try {
      running.postMessage({ requestId: randomUUID(), event, endsAt: Date.now() + timeoutSeconds * 1000 });
      const { answer, error } = await promise;
      if (error !== undefined) throw new FunctionError(error.errorType, error.errorMessage);
      return answer;
    } catch (error) {
      // An environment that did not answer is not used again.
      if (!(error instanceof FunctionError) || error.errorType === "Sandbox.Timedout") await stop();
      throw error;
    } finally {
      clearTimeout(timer);
      running.off("message", take);
      running.off("error", reject);
    }
  };

  return {
    invoke(event) {
      const turn = last.then(() => run(event));
      last = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      await stop();
      await new Promise<void>((resolve) => log.end(resolve));
    },
  };
};
