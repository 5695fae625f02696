// Reads an answer of Apple's endpoint `client/config` as the outcome of a check, with the part of it that is kept as evidence.
// Invariant: only an error number of Apple's ends a token, and only the fields of a configuration make it accepted. Everything else is no answer.
// Source: Apple, "Handling error responses"; 9622 and 9625 as MDM vendors report them, 9622 with status 200.

import { MdmInfo } from "../mdm-servers/mdm-server.ts";
import { type AppleAnswer, CheckEvidence, type CheckOutcome, type NoAnswer } from "./apple-check.ts";

/** An answer as it came: the status, and the body as text. */
export type RawAnswer = { readonly status: number; readonly body: string };

type Meaning = { readonly outcome: Exclude<CheckOutcome, "no-answer"> } | { readonly noAnswer: NoAnswer };

/** An error number decides in any status. */
const ERROR_NUMBERS: ReadonlyMap<number, Meaning> = new Map([
  [9621, { outcome: "expired" }],
  [9622, { outcome: "unknown-to-apple" }],
  [9625, { outcome: "revoked-by-apple" }],
  [9603, { noAnswer: "server_error" }],
  [9644, { noAnswer: "server_error" }],
  [9646, { noAnswer: "too_many_requests" }],
  [9729, { noAnswer: "server_error" }],
]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

const objectIn = (body: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(body.replace(/^\uFEFF/, ""));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
};

/** Without control characters, line separators and direction marks; cut to `max` characters. `undefined` if nothing is left, or it is no text. */
const plain = (value: unknown, max: number): string | undefined => {
  if (typeof value !== "string") return undefined;
  const text = value.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, "");
  return text.slice(0, max).toWellFormed() || undefined;
};

/** An identifier that is cut is another identifier: one that is too long is dropped. */
const identifier = (value: unknown, max: number): string | undefined => {
  const text = plain(value, max + 1);
  return text !== undefined && text.length <= max ? text : undefined;
};

const MAX_MDM_TEXT = 100;

/** A server without a name is known by its identifier. */
const mdmInfoIn = (value: unknown): CheckEvidence["mdmInfo"] => {
  const { id, name } = isObject(value) ? value : {};
  const known = identifier(id, MAX_MDM_TEXT);
  return MdmInfo.pick({ id: true, name: true }).safeParse({ id: known, name: plain(name, MAX_MDM_TEXT) ?? known }).data;
};

const numberIn = (value: unknown): number | undefined => (typeof value === "number" && Number.isSafeInteger(value) ? value : undefined);

const evidenceOf = (status: number, answer: Readonly<Record<string, unknown>>): CheckEvidence => {
  const found = {
    status,
    errorNumber: numberIn(answer.errorNumber),
    locationName: plain(answer.locationName, 1024),
    uId: identifier(answer.uId, 64),
    country: identifier(answer.countryISO2ACode, 8),
    mdmInfo: mdmInfoIn(answer.mdmInfo),
  };
  return CheckEvidence.parse(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)));
};

const meaningOf = (status: number, answer: Readonly<Record<string, unknown>>): Meaning => {
  if (status >= 300 && status < 400) return { noAnswer: "redirected" };
  const errorNumber = numberIn(answer.errorNumber);
  const known = errorNumber === undefined ? undefined : ERROR_NUMBERS.get(errorNumber);
  if (known !== undefined) return known;
  if (status === 429) return { noAnswer: "too_many_requests" };
  if (status >= 500 && status < 600) return { noAnswer: "server_error" };
  // An error number of any kind, even one of a wrong type, says that this is no configuration.
  const hasError = answer.errorNumber !== undefined && answer.errorNumber !== null;
  const isConfiguration = typeof answer.uId === "string" && answer.uId !== "" && typeof answer.locationName === "string";
  return status === 200 && isConfiguration && !hasError ? { outcome: "accepted" } : { noAnswer: "unexpected_answer" };
};

/** Never throws, for any status and body. */
export const readAppleAnswer = ({ status, body }: RawAnswer): AppleAnswer => {
  const answer = objectIn(body);
  const meaning = meaningOf(status, answer);
  const evidence = evidenceOf(status, answer);
  return "outcome" in meaning
    ? { outcome: meaning.outcome, evidence }
    : { outcome: "no-answer", evidence: { ...evidence, noAnswer: meaning.noAnswer } };
};

/** A check that got no answer at all. */
export const noAnswer = (why: NoAnswer): AppleAnswer => ({ outcome: "no-answer", evidence: { noAnswer: why } });
