// Ends a token for a cause: recorded, then announced, then its file is erased. The outbox function finishes what a crash leaves undone.
// An imported token that ends for a cause of this service is withdrawn: Apple knows nothing of it.

import type { Actor } from "../../domain/custody/custody.ts";
import { invalidatedNotice } from "../../domain/shared/notice.ts";
import { withdrawnNotice } from "../../domain/tokens/apple-notice.ts";
import { type ContentToken, type Invalidation, isWithdrawal } from "../../domain/tokens/content-token.ts";
import { createAuditRecord, createEvent, createNotice, eraseFile, publishEffects } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect, Preconditions } from "../ports/shared.ts";
import { type WherePorts, whereOf } from "./notice-context.ts";

type RecordingPorts = WherePorts & Pick<Ports, "tokens" | "random">;

const effectsOf = async (token: ContentToken, invalidation: Invalidation, by: Actor, ports: RecordingPorts): Promise<readonly Effect[]> => {
  const { at, cause, reason, supersededBy } = invalidation;
  const { id, locationId } = token;
  const when = { at, random: ports.random };
  const withdrawn = isWithdrawal(token, invalidation);
  const words = (withdrawn ? withdrawnNotice : invalidatedNotice)(token, await whereOf(token, ports), invalidation);
  const details = { cause, ...(supersededBy === undefined ? {} : { supersededBy }) };
  const place = { tokenId: id, locationId, cause, supersededBy };
  return [
    withdrawn
      ? createEvent("ContentTokenWithdrawn", { ...place, withdrawnAt: at }, when)
      : createEvent("ContentTokenInvalidated", { ...place, invalidatedAt: at }, when),
    ...(words === undefined ? [] : [createNotice(words, when)]),
    createAuditRecord(withdrawn ? "token-withdrawn" : "token-invalidated", { subject: id, at, by, locationId, reason, details }),
  ];
};

/** Records the end and returns its effects; `undefined` if the token had ended before. `by`: the actor who ended it, or caused it to end. */
export const recordEnd = async (
  token: ContentToken,
  invalidation: Invalidation,
  by: Actor,
  ports: RecordingPorts,
  preconditions?: Preconditions,
): Promise<readonly Effect[] | undefined> => {
  const effects = await effectsOf(token, invalidation, by, ports);
  return (await ports.tokens.invalidate(token.id, invalidation, effects, preconditions)) ? effects : undefined;
};

export type EndingPorts = RecordingPorts & Pick<Ports, "files" | "erasures" | "bus" | "outbox" | "log">;

/** Does nothing if the token had ended before. */
export const endToken = async (
  token: ContentToken,
  invalidation: Invalidation,
  by: Actor,
  ports: EndingPorts,
  preconditions?: Preconditions,
): Promise<void> => {
  const effects = await recordEnd(token, invalidation, by, ports, preconditions);
  if (effects === undefined) return;
  await publishEffects(effects, ports);
  await eraseFile(token.file.key, ports);
};
