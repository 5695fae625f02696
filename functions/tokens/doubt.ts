// A reason to doubt that Apple still accepts an imported token: recorded once, announced, and followed by a check with Apple.
import type { Account } from "../../domain/accounts/account.ts";
import type { Actor } from "../../domain/custody/custody.ts";
import type { Doubt } from "../../domain/tokens/apple-check.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { createAuditRecord, createCheckRequest, createEvent, publishEffects } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";

export type DoubtingPorts = Pick<Ports, "tokens" | "bus" | "outbox" | "log" | "now" | "random">;

/** Identity events report whole seconds, and an answer within the same second would not resolve the doubt. */
const CHECK_DELAY_SECONDS = 2;

/** Does nothing if this reason, or a later one, is recorded. `by`: the actor whose report or account it is. */
export const doubtToken = async (token: ContentToken, doubt: Doubt, by: Actor, ports: DoubtingPorts): Promise<void> => {
  const { id: tokenId, locationId } = token;
  const { reason, at: since } = doubt;
  const at = ports.now();
  const when = { at, random: ports.random };
  const effects = [
    createEvent("ContentTokenDoubted", { tokenId, locationId, reason, since }, when),
    createAuditRecord("token-doubted", { subject: tokenId, at, by, locationId, details: { reason, since: since.toISOString() } }),
    createCheckRequest(tokenId, when, { delaySeconds: CHECK_DELAY_SECONDS }),
  ];
  if (await ports.tokens.recordDoubt(token, doubt, effects)) await publishEffects(effects, ports);
};

/**
 * Doubts an imported token whose download from Apple is tied to the account. An account that was only given the file here does not affect the token at
 * Apple. The time of the fact identifies the doubt, so that a fact that is delivered again is recorded once.
 */
export const doubtDownload = async (
  token: ContentToken,
  account: Account,
  cause: "password-changed" | "account-disabled",
  ports: DoubtingPorts,
): Promise<void> => {
  if (token.appleDownload?.accountId !== account.id) return;
  const at = cause === "password-changed" ? account.passwordChangedAt : account.disabledAt;
  if (at !== undefined) await doubtToken(token, { reason: cause, at }, account.id, ports);
};
