// Lambda's Invoke, waited for or not, on the functions that run here.
import { failed } from "./aws-error.ts";
import { FunctionError, type LocalFunction } from "./functions.ts";
import { type Answered, type Asked, json, jsonOf } from "./http.ts";

export type InvokeParts = {
  /** By name or ARN. */
  readonly functionOf: (name: string) => LocalFunction | undefined;
  readonly onError: (error: unknown) => void;
};

/** What Lambda does with an event it accepted: two more attempts. Source: Lambda developer guide, "Asynchronous invocation". */
export const invokeAsync = async (call: LocalFunction, event: unknown, onError: (error: unknown) => void): Promise<void> => {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await call.invoke(event);
      return;
    } catch (error) {
      onError(error);
    }
  }
};

/** Lambda's Invoke. */
export const invoke = async (name: string, { headers, body }: Asked, { functionOf, onError }: InvokeParts): Promise<Answered> => {
  const call = functionOf(name);
  if (call === undefined) return failed(404, "ResourceNotFoundException", `Function not found: ${name}`);
  const event = body.length === 0 ? {} : jsonOf(body);
  if (event === undefined) return failed(400, "InvalidRequestContentException", "Could not parse request body into json");
  const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (type === "DryRun") return { status: 204 };
  if (type === "Event") {
    void invokeAsync(call, event, onError);
    return { status: 202 };
  }
  if (type !== "RequestResponse") return failed(400, "InvalidParameterValueException", `Unknown invocation type: ${type}`);
  try {
    return json(200, (await call.invoke(event)) ?? null, { "x-amz-executed-version": "$LATEST" });
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const { errorType, message: errorMessage } = error;
    return json(200, { errorType, errorMessage, effect: [] }, { "x-amz-executed-version": "$LATEST", "x-amz-function-error": "Unhandled" });
  }
};
