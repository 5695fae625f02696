// The function that asks Apple, invoked and waited for. The functions that hold records send no token themselves.
import { LambdaClient } from "@aws-sdk/client-lambda";
import { noAnswer } from "../../domain/tokens/apple-answer.ts";
import { CHECKS_OFF } from "../../domain/tokens/apple-api.ts";
import { AppleAnswer } from "../../domain/tokens/apple-check.ts";
import type { AppleApi } from "../ports/apple.ts";
import { type InvokedFunction, invoke } from "./invoke.ts";

type AppleFunction = InvokedFunction & {
  /** The deployment's setting: a base URL, or "off". */
  readonly api: string;
};

export const appleSwitchOf = ({ APPLE_API }: { readonly APPLE_API: string }): Pick<AppleApi, "isSwitchedOff"> => ({
  isSwitchedOff: () => APPLE_API === CHECKS_OFF,
});

export const appleThrough = ({ api, ...called }: AppleFunction): AppleApi => {
  const { isSwitchedOff } = appleSwitchOf({ APPLE_API: api });
  return {
    isSwitchedOff,
    async check({ key, version }) {
      if (isSwitchedOff()) return noAnswer("switched_off");
      return AppleAnswer.parse(await invoke(called, "apple-check", { key, version }));
    },
  };
};

type AppleVariables = { readonly APPLE_API: string; readonly APPLE_CHECK_NAME: string };

/** For the entry of `token-checks`: no other bundle holds the client for it. */
export const appleOf = ({ APPLE_API, APPLE_CHECK_NAME }: AppleVariables): AppleApi =>
  appleThrough({ client: new LambdaClient(), functionName: APPLE_CHECK_NAME, api: APPLE_API });
