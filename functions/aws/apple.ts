// The function that asks Apple, invoked and waited for. The functions that hold records send no token anywhere themselves.
import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import { noAnswer } from "../../domain/apple-answer.ts";
import { CHECKS_OFF } from "../../domain/apple-api.ts";
import { AppleAnswer } from "../../domain/apple-check.ts";
import type { AppleApi } from "../ports/apple.ts";

type AppleFunction = {
  readonly client: LambdaClient;
  readonly functionName: string;
  /** The deployment's setting: a base URL, or "off". */
  readonly api: string;
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");

const answerIn = ({ FunctionError, Payload }: InvokeCommandOutput): AppleAnswer => {
  if (FunctionError !== undefined) throw new Error(`apple-check failed: ${FunctionError}; its log tells why`);
  return AppleAnswer.parse(JSON.parse(Payload?.transformToString() ?? "null"));
};

export const appleSwitchOf = ({ APPLE_API }: { readonly APPLE_API: string }): Pick<AppleApi, "isSwitchedOff"> => ({
  isSwitchedOff: () => APPLE_API === CHECKS_OFF,
});

export const appleThrough = ({ client, functionName: FunctionName, api }: AppleFunction): AppleApi => {
  const { isSwitchedOff } = appleSwitchOf({ APPLE_API: api });
  return {
    isSwitchedOff,
    async check({ key, version }) {
      if (isSwitchedOff()) return noAnswer("switched_off");
      const command = new InvokeCommand({ FunctionName, InvocationType: "RequestResponse", Payload: JSON.stringify({ key, version }) });
      const answer = await client.send(command).catch((error: unknown) => {
        throw new Error(`apple-check could not be invoked: ${nameOf(error)}`);
      });
      return answerIn(answer);
    },
  };
};

type Told = { readonly APPLE_API: string; readonly APPLE_CHECK_NAME: string };

/** For the entry of `token-checks`: no other bundle holds the client for it. */
export const appleOf = ({ APPLE_API, APPLE_CHECK_NAME }: Told): AppleApi =>
  appleThrough({ client: new LambdaClient(), functionName: APPLE_CHECK_NAME, api: APPLE_API });
