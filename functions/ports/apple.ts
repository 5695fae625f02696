// Apple's API, as far as the service asks it: about imported tokens, without any change there.
import type { AppleAnswer } from "../../domain/tokens/apple-check.ts";
import type { StoredFile } from "../../domain/tokens/content-token.ts";

export interface AppleApi {
  /** True if the deployment asks Apple nothing. */
  isSwitchedOff(): boolean;
  /**
   * Asks Apple about the token in this file, once. Every failure on the way is an answer with the outcome `no-answer`; rejects if the function that
   * asks could not be invoked.
   */
  check(file: StoredFile): Promise<AppleAnswer>;
}
