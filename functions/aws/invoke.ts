// Invokes another function of this service and waits for its answer.
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { errorName } from "./error-name.ts";

export type InvokedFunction = { readonly client: LambdaClient; readonly functionName: string };

/** The parsed answer, `null` without one. Rejects if the function could not be invoked or failed. `title` names the function in the error. */
export const invoke = async ({ client, functionName: FunctionName }: InvokedFunction, title: string, payload: object): Promise<unknown> => {
  const command = new InvokeCommand({ FunctionName, InvocationType: "RequestResponse", Payload: JSON.stringify(payload) });
  const { FunctionError, Payload } = await client.send(command).catch((error: unknown) => {
    throw new Error(`${title} could not be invoked: ${errorName(error)}`);
  });
  if (FunctionError !== undefined) throw new Error(`${title} failed: ${FunctionError}; its log tells why`);
  return JSON.parse(Payload?.transformToString() ?? "null");
};
