// Checks one imported token with Apple and records the answer: evidence, an end, or another attempt later.
import * as z from "zod";
import { ContentTokenId } from "../../domain/shared/ids.ts";
import {
  type AppleAnswer,
  type AppleCheck,
  CHECK_ATTEMPTS,
  type EndingOutcome,
  isEnding,
  isRetried,
  retryDelay,
} from "../../domain/tokens/apple-check.ts";
import { acceptedNotice, doubtNotice } from "../../domain/tokens/apple-notice.ts";
import { isCheckedWithApple } from "../../domain/tokens/checked-token.ts";
import { type ContentToken, openDoubt } from "../../domain/tokens/content-token.ts";
import { createAuditRecord, createCheckRequest, createEvent, createNotice, publishEffects } from "../lib/publish.ts";
import { RetryLater } from "../lib/retry-later.ts";
import type { IdentifyPorts } from "../mdm-servers/identify.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect } from "../ports/shared.ts";
import { type EndingPorts, endToken } from "../tokens/end.ts";
import { type ExpiringPorts, expireToken } from "../tokens/expire.ts";
import { whereOf } from "../tokens/notice-context.ts";
import { learnFromApple } from "./learn-from-apple.ts";
import { recordAppleSighting } from "./record-sighting.ts";

export type CheckPorts = EndingPorts & ExpiringPorts & IdentifyPorts & Pick<Ports, "apple" | "tokens" | "locations" | "now">;

const CheckMessage = z.object({ tokenId: ContentTokenId, attempt: z.int().min(1) });

/** An answer that ends a token is confirmed by a second request, so that one faulty answer ends nothing. */
const askApple = async ({ file }: ContentToken, { apple }: CheckPorts): Promise<AppleAnswer> => {
  const answer = await apple.check(file);
  return isEnding(answer.outcome) || answer.outcome === "expired" ? apple.check(file) : answer;
};

/** The effects of an answer that ends the token or a doubt. */
const verdictEffects = ({ id: tokenId, locationId }: ContentToken, { at, outcome }: AppleCheck, { random }: CheckPorts): Effect[] => [
  createEvent("ContentTokenChecked", { tokenId, locationId, outcome, checkedAt: at }, { at, random }),
  createAuditRecord("token-checked", { subject: tokenId, at, by: "service", locationId, details: { outcome } }),
];

const recordAccepted = async (token: ContentToken, check: AppleCheck, ports: CheckPorts): Promise<void> => {
  const doubt = openDoubt(token);
  const when = { at: check.at, random: ports.random };
  const { location, effects: learnt } = await learnFromApple(token, check, ports);
  const effects = [
    ...(doubt === undefined ? [] : verdictEffects(token, check, ports)),
    ...(doubt?.noticedAt === undefined ? [] : [createNotice(acceptedNotice(token, await whereOf(token, ports), check.at), when)]),
    ...learnt,
  ];
  const isRecorded = await ports.tokens.recordCheck(token, check, effects, { location });
  if (isRecorded) await publishEffects(effects, ports);
  // The location changed at the same time: the next check learns from Apple's answer.
  else if (location !== undefined) throw new RetryLater(`${token.id} could not be recorded as checked: its location changed`);
  // After a crash the check is recorded already, and only the sighting is missing. Nothing is missing if the token ended.
  else if ((await ports.tokens.get(token.id))?.invalidation !== undefined) return;
  await recordAppleSighting(token, check.evidence.mdmInfo, ports);
};

const recordEnding = async (token: ContentToken, check: AppleCheck, cause: EndingOutcome, ports: CheckPorts): Promise<void> => {
  // After a crash between the two writes the verdict is recorded already, and only the end is missing.
  const effects = token.lastCheck?.outcome === cause ? [] : verdictEffects(token, check, ports);
  if (await ports.tokens.recordCheck(token, check, effects)) await publishEffects(effects, ports);
  await endToken(token, { at: check.at, cause }, "service", ports);
};

const recordExpired = async (token: ContentToken, check: AppleCheck, ports: CheckPorts): Promise<void> => {
  const expiresAt = check.at < token.expiresAt ? check.at : token.expiresAt;
  const effects = verdictEffects(token, check, ports);
  if (!(await ports.tokens.recordCheck(token, check, effects, { expiresAt }))) return;
  await publishEffects(effects, ports);
  await expireToken({ ...token, lastCheck: check, expiresAt, dueAt: expiresAt }, check.at, ports);
};

/** Without an answer the token keeps its state. One notice asks a person to look at a doubt that no check answers. */
const recordNoAnswer = async (token: ContentToken, check: AppleCheck, ports: CheckPorts): Promise<void> => {
  await ports.tokens.recordCheck(token, check);
  const doubt = openDoubt(token);
  if (doubt === undefined || doubt.noticedAt !== undefined) return;
  const effects = [createNotice(doubtNotice(token, await whereOf(token, ports), doubt), { at: check.at, random: ports.random })];
  if (await ports.tokens.recordDoubt(token, { ...doubt, noticedAt: check.at }, effects)) await publishEffects(effects, ports);
};

const conclude = async (token: ContentToken, answer: AppleAnswer, ports: CheckPorts): Promise<void> => {
  const check = { ...answer, at: ports.now() };
  if (isEnding(check.outcome)) return recordEnding(token, check, check.outcome, ports);
  if (check.outcome === "expired") return recordExpired(token, check, ports);
  return check.outcome === "accepted" ? recordAccepted(token, check, ports) : recordNoAnswer(token, check, ports);
};

/**
 * Runs one check. A token that ended, expired or was issued here is not checked. Throws if Apple gave no answer and the next attempt could not be
 * enqueued: the queue delivers the message again.
 */
export const runCheck = async (message: unknown, ports: CheckPorts): Promise<void> => {
  const { tokenId, attempt } = CheckMessage.parse(message);
  const token = await ports.tokens.get(tokenId);
  if (token === undefined || !isCheckedWithApple(token, ports.now())) return;
  const answer = await askApple(token, ports);
  if (!isRetried(answer) || attempt >= CHECK_ATTEMPTS) return conclude(token, answer, ports);
  const [jitter = 0] = ports.random(1);
  const order = createCheckRequest(
    tokenId,
    { ...ports, at: ports.now() },
    { attempt: attempt + 1, delaySeconds: retryDelay(attempt, jitter / 255) },
  );
  if ((await ports.bus.publish([order])).length === 0) throw new Error(`the next check of ${tokenId} could not be enqueued`);
};
