// The content token file: base64 of `{expDate, token, orgName}`. Written in the one form that every MDM server reads, read in all that occur.
// The whole text is the bearer of the device API; a newline or BOM after it breaks MDM servers that send it verbatim.
// Source: Apple, "Getting started with the management API" and "Managing Apps and Books Through Web Services".
import * as z from "zod";
import { Refusal } from "../shared/refusal.ts";
import { foreignText } from "../shared/text.ts";

/** Bytes of randomness inside an issued token; its base64 has 192 characters, like Apple's. */
export const SECRET_BYTES = 144;
export const MAX_FILE_BYTES = 64 * 1024;

/** A token lives one year from its issue. Beyond these, times would not even sort as the text they are stored as. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2100;

export type TokenFile = { readonly secret: string; readonly expiresAt: Date; readonly orgName: string };

/** `text`: the file as strict readers take it. It is one line of padded base64 in the standard alphabet that decodes to the same bytes as the file that was read. */
export type ParsedTokenFile = TokenFile & { readonly text: string };

/** `yyyy-MM-ddTHH:mm:ss+0000`: the only form that every client known to us parses (Fleet's fails on `+00:00`). */
export const formatExpDate = (at: Date): string => `${at.toISOString().slice(0, 19)}+0000`;

const EXP_DATE = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(?:Z|([+-]\d{2}):?(\d{2}))$/;

/** Reads every variant seen in the field: `Z`, `+0000`, `+00:00`, fractions. `undefined` for anything else, and for no real date. */
export const parseExpDate = (text: string): Date | undefined => {
  const match = EXP_DATE.exec(text);
  const local = match?.[1];
  if (match === null || local === undefined) return undefined;
  const wall = new Date(`${local}Z`);
  // Date accepts 30 February and makes it 2 March; only a date that prints as it was read is one.
  if (Number.isNaN(wall.getTime()) || wall.toISOString().slice(0, 19) !== local) return undefined;
  const at = new Date(`${local}${match[2] === undefined ? "Z" : `${match[2]}:${match[3]}`}`);
  return Number.isNaN(at.getTime()) ? undefined : at;
};

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

const toBase64 = (bytes: Uint8Array): string => btoa(latin1(bytes));

/** The file's text, ASCII. `expiresAt` is written to the second. */
export const renderTokenFile = ({ secret, expiresAt, orgName }: TokenFile): string =>
  toBase64(new TextEncoder().encode(JSON.stringify({ expDate: formatExpDate(expiresAt), token: secret, orgName })));

const Content = z.object({ expDate: z.string(), token: z.string().min(1).max(4096), orgName: foreignText(1024) });

/** The header of a mail part, or PEM; with or without a BOM. Neither can begin base64, which has no colon and no row of hyphens around words. */
const isMessage = (bytes: Uint8Array): boolean =>
  /^(?:\xef\xbb\xbf)?\s*(?:(?:content-[a-z-]+|mime-version)\s*:|-----BEGIN (?:PKCS ?#?7|CMS)\b)/i.test(latin1(bytes.subarray(0, 512)));

/** A DER sequence (0x30) with a long length: how a bare PKCS #7 message begins. JSON can't: after a "0", that byte is no UTF-8. */
const isPkcs7 = (bytes: Uint8Array): boolean => bytes[0] === 0x30 && ((bytes[1] ?? 0) & 0x80) !== 0;

const enrollmentToken = (): Refusal =>
  new Refusal(
    "wrong_token_type",
    "This is an automated device enrollment (ADE/DEP) server token (…_smime.p7m), not a content token (….vpptoken). Download the content token of the location instead.",
  );

const decodeBase64 = (text: string): Uint8Array | undefined => {
  const compact = text.replace(/^\uFEFF/, "").replace(/\s+/g, "");
  const body = compact
    .replace(/-/g, "+")
    .replace(/_/g, "/")
    .replace(/={0,2}$/, "");
  if (body === "" || !/^[A-Za-z0-9+/]+$/.test(body) || body.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
};

const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The text of a token file is base64 already: sent as it is where base64 of the file is asked for, its content comes out. */
const notBase64 = (text: string | undefined): Refusal => {
  const isContent = Content.safeParse(parseJson(text ?? "")).success;
  return new Refusal(
    "not_base64",
    isContent
      ? "This is the content of a token file, not the file. A .vpptoken file is base64 text itself: send the base64 of that text (base64 < FILE | tr -d '\\n')."
      : "A content token file is one base64 text; this file is not. Upload the .vpptoken file as downloaded.",
  );
};

/**
 * Reads a token file as it came: with or without BOM, white space, wrapped lines, url-safe alphabet, padding; any key order.
 * Refuses with `token_file_too_large`, `wrong_token_type`, `not_base64` or `not_a_content_token`; the message never quotes the file.
 * Does not judge whether the date has passed: that is a rule of its own (`assertNotExpired`).
 */
export const parseTokenFile = (bytes: Uint8Array, fileName: string): ParsedTokenFile => {
  if (bytes.length > MAX_FILE_BYTES)
    throw new Refusal("token_file_too_large", `A content token file has at most ${MAX_FILE_BYTES} bytes; this one has ${bytes.length}.`);
  if (/\.p7m$/i.test(fileName) || isMessage(bytes) || isPkcs7(bytes)) throw enrollmentToken();
  const text = decodeUtf8(bytes);
  const decoded = text === undefined ? undefined : decodeBase64(text);
  if (decoded === undefined) throw notBase64(text);
  if (isPkcs7(decoded)) throw enrollmentToken();
  const content = Content.safeParse(parseJson(decodeUtf8(decoded) ?? ""));
  if (!content.success)
    throw new Refusal(
      "not_a_content_token",
      "The decoded file must be a JSON object with the texts token, expDate and orgName; it is not.",
    );
  const expiresAt = parseExpDate(content.data.expDate);
  if (expiresAt === undefined)
    throw new Refusal("not_a_content_token", "The file's expDate is not a date and time with an offset, like 2030-11-08T22:33:22+0000.");
  const year = expiresAt.getUTCFullYear();
  if (year < FIRST_YEAR || year > LAST_YEAR)
    throw new Refusal(
      "not_a_content_token",
      `The file's expDate lies in the year ${year}; that of a content token lies within ${FIRST_YEAR} and ${LAST_YEAR}.`,
    );
  return { secret: content.data.token, expiresAt, orgName: content.data.orgName, text: toBase64(decoded) };
};

/** A bearer longer than that is none of ours. */
const MAX_BEARER_CHARACTERS = 8192;

/**
 * The secret in a file's text that came as a bearer, read as tolerantly as a file; `undefined` when there is none. Its date and name are what its bearer
 * says, and count for nothing.
 */
export const secretIn = (text: string): string | undefined => {
  const decoded = text.length > MAX_BEARER_CHARACTERS ? undefined : decodeBase64(text);
  const content = Content.pick({ token: true }).safeParse(parseJson(decodeUtf8(decoded ?? new Uint8Array()) ?? ""));
  return content.data?.token;
};

/** Refuses with `token_expired`. Nothing overrides it: an expired token opens nothing. */
export const assertNotExpired = (file: Pick<TokenFile, "expiresAt">, now: Date): void => {
  if (now >= file.expiresAt)
    throw new Refusal("token_expired", `This content token expired at ${file.expiresAt.toISOString()}. Download a new one from Apple.`);
};
