// Ending a token for a cause: recorded, then told, then its file is erased. What a crash leaves undone, the outbox function finishes.
import type { ContentToken, Invalidation } from "../domain/content-token.ts";
import type { DomainEvent } from "../domain/events.ts";
import { eventOf } from "./announce.ts";
import type { Ports } from "./ports.ts";

/** The event of the end, to be announced; `undefined` when it had ended before. */
export const endToken = async (
  token: ContentToken,
  invalidation: Invalidation,
  { tokens, random }: Pick<Ports, "tokens" | "random">,
): Promise<DomainEvent | undefined> => {
  const { at, cause } = invalidation;
  const detail = { tokenId: token.id, locationId: token.locationId, cause, invalidatedAt: at };
  const event = eventOf("ContentTokenInvalidated", detail, { at, random });
  return (await tokens.invalidate(token.id, invalidation, [event])) ? event : undefined;
};
