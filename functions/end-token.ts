// Ending a token for a cause: recorded, then told, then its file is erased. What a crash leaves undone, the outbox function finishes.
import type { ContentToken, Invalidation } from "../domain/content-token.ts";
import type { Actor } from "../domain/custody.ts";
import { invalidatedNotice } from "../domain/notice.ts";
import { announce, custodyOf, eraseFile, eventOf, noticeOf } from "./announce.ts";
import type { Judged, Ports, Trace } from "./ports.ts";
import { type WherePorts, whereOf } from "./where.ts";

type RecordingPorts = WherePorts & Pick<Ports, "tokens" | "random">;

/** Records the end; answers what is to be told of it, `undefined` when the token had ended before. `by`: who ended it, or caused it to. */
export const recordEnd = async (
  token: ContentToken,
  invalidation: Invalidation,
  by: Actor,
  ports: RecordingPorts,
  judged?: Judged,
): Promise<readonly Trace[] | undefined> => {
  const { tokens, random } = ports;
  const { at, cause, reason, supersededBy } = invalidation;
  const { id, locationId } = token;
  const words = invalidatedNotice(token, await whereOf(token, ports), invalidation);
  const details = { cause, ...(supersededBy === undefined ? {} : { supersededBy }) };
  const traces = [
    eventOf("ContentTokenInvalidated", { tokenId: id, locationId, cause, invalidatedAt: at, supersededBy }, { at, random }),
    ...(words === undefined ? [] : [noticeOf(words, { at, random })]),
    custodyOf("token-invalidated", { subject: id, at, by, locationId, reason, details }),
  ];
  return (await tokens.invalidate(id, invalidation, traces, judged)) ? traces : undefined;
};

export type EndingPorts = RecordingPorts & Pick<Ports, "files" | "erasures" | "bus" | "outbox" | "log">;

/** Harmless when it had ended before. */
export const endToken = async (
  token: ContentToken,
  invalidation: Invalidation,
  by: Actor,
  ports: EndingPorts,
  judged?: Judged,
): Promise<void> => {
  const traces = await recordEnd(token, invalidation, by, ports, judged);
  if (traces === undefined) return;
  await announce(traces, ports);
  await eraseFile(token.file.key, ports);
};
