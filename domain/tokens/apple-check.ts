// Checks with Apple: the service asks Apple's API about an imported token and records the answer as evidence with its time.
// Source: Apple, "Client Config" and "Handling error responses" (App and Book Management API, version 2). 9622 and 9625 for unknown and revoked
// tokens are not in Apple's table; MDM vendors report them from the live service.
import * as z from "zod";
import { MdmInfo } from "../mdm-servers/mdm-server.ts";
import { foreignText } from "../shared/text.ts";

/** Reasons why a check has no answer about the token. */
export const NoAnswer = z.enum([
  "answer_unreadable",
  "certificate_refused",
  "file_unavailable",
  "redirected",
  "server_error",
  "switched_off",
  "timed_out",
  "too_many_requests",
  "unexpected_answer",
  "unreachable",
]);
export type NoAnswer = z.infer<typeof NoAnswer>;

/** The part of Apple's answer that is kept. All texts are Apple's or an MDM server's, so quote them where people read them. */
export const CheckEvidence = z.object({
  status: z.int().optional().describe("HTTP status of Apple's answer."),
  errorNumber: z.int().optional().describe("Apple's error number."),
  locationName: foreignText(1024).optional().describe("Apple's name of the location."),
  uId: foreignText(64).optional().describe("Apple's unique identifier of the location."),
  country: foreignText(8).optional().describe("ISO 3166-1 alpha-2."),
  mdmInfo: MdmInfo.pick({ id: true, name: true }).optional().describe("The MDM server that Apple names for the token."),
  noAnswer: NoAnswer.optional().describe("Why there is no answer about the token."),
});
export type CheckEvidence = z.infer<typeof CheckEvidence>;

export const CheckOutcome = z.enum(["accepted", "expired", "revoked-by-apple", "unknown-to-apple", "no-answer"]);
export type CheckOutcome = z.infer<typeof CheckOutcome>;

/** One concluded check. `no-answer` proves nothing about the token. */
export const AppleCheck = z.object({ at: z.date(), outcome: CheckOutcome, evidence: CheckEvidence });
export type AppleCheck = z.infer<typeof AppleCheck>;

/** The function that asks Apple returns this: a check without its time. */
export const AppleAnswer = AppleCheck.omit({ at: true });
export type AppleAnswer = z.infer<typeof AppleAnswer>;

/** Reasons to doubt that Apple still accepts a token. Each leads to a check, none ends the token. */
export const Doubt = z.object({
  reason: z.enum(["password-changed", "account-disabled", "reported"]),
  at: z.date(),
  /** The time at which a notice asked a person to look. */
  noticedAt: z.date().optional(),
});
export type Doubt = z.infer<typeof Doubt>;

/** True if Apple answered about the token, also with an error about it. */
export const isAnswered = ({ outcome }: Pick<AppleCheck, "outcome">): boolean => outcome !== "no-answer";

/** Outcomes that end the token for good. */
const ENDING_OUTCOMES = ["revoked-by-apple", "unknown-to-apple"] as const satisfies readonly CheckOutcome[];
export type EndingOutcome = (typeof ENDING_OUTCOMES)[number];

export const isEnding = (outcome: CheckOutcome): outcome is EndingOutcome => ENDING_OUTCOMES.some((ending) => ending === outcome);

/** Failures that another attempt may not have. A file that is gone, or checks that are switched off, stay so. */
export const isRetried = ({ outcome, evidence: { noAnswer } }: AppleAnswer): boolean =>
  outcome === "no-answer" && noAnswer !== "switched_off" && noAnswer !== "file_unavailable";

/** Attempts of one check before it is recorded without an answer. */
export const CHECK_ATTEMPTS = 5;

/** SQS delays a message by at most 15 minutes. */
export const MAX_DELAY_SECONDS = 900;

/** Seconds before the attempt after `attempt` (from 1): 30, 120, 480, then 900. `jitter` is from 0 to 1 and adds up to a quarter. */
export const retryDelay = (attempt: number, jitter: number): number =>
  Math.min(MAX_DELAY_SECONDS, Math.round(30 * 4 ** (attempt - 1) * (1 + jitter / 4)));
