// Ending a token for a cause: recorded, then told, then its file is erased. What a crash leaves undone, the outbox function finishes.
import type { ContentToken, Invalidation } from "../domain/content-token.ts";
import type { Actor } from "../domain/custody.ts";
import { custodyOf, eventOf } from "./announce.ts";
import type { Ports, Trace } from "./ports.ts";

/** What it leaves, to be announced; `undefined` when it had ended before. `by`: who ended it, or caused it to. */
export const endToken = async (
  token: ContentToken,
  invalidation: Invalidation,
  by: Actor,
  { tokens, random }: Pick<Ports, "tokens" | "random">,
): Promise<readonly Trace[] | undefined> => {
  const { at, cause, reason } = invalidation;
  const { id, locationId } = token;
  const traces = [
    eventOf("ContentTokenInvalidated", { tokenId: id, locationId, cause, invalidatedAt: at }, { at, random }),
    custodyOf("token-invalidated", { subject: id, at, by, locationId, reason, details: { cause } }),
  ];
  return (await tokens.invalidate(id, invalidation, traces)) ? traces : undefined;
};
