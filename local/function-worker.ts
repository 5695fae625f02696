// The inside of one function's worker: its bundle, given one event after the other, as one Lambda environment is.
import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";

const { bundle, name } = z.object({ bundle: z.string(), name: z.string() }).parse(workerData);
const Call = z.object({ requestId: z.string(), event: z.unknown(), endsAt: z.number() });

type Handler = (event: unknown, context: object) => Promise<unknown>;

const handlerOf = async (): Promise<Handler> => ((await import(bundle)) as { handler: Handler }).handler;

const answerTo = async ({ requestId, event, endsAt }: z.infer<typeof Call>): Promise<object> => {
  const context = { awsRequestId: requestId, functionName: name, getRemainingTimeInMillis: () => Math.max(0, endsAt - Date.now()) };
  try {
    return { requestId, answer: await (await handlerOf())(event, context) };
  } catch (error) {
    const { name: errorType, message: errorMessage } = error instanceof Error ? error : new Error(String(error));
    return { requestId, error: { errorType, errorMessage } };
  }
};

parentPort?.on("message", async (message: unknown) => parentPort?.postMessage(await answerTo(Call.parse(message))));
