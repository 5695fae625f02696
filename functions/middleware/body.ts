// The JSON object in a request's body. The gateway hands a body over as text (`text/*`, JSON, XML, JavaScript) or as base64 (everything else, also without a
// content type); both forms are read as the same bytes.
// Source: API Gateway developer guide, "Lambda proxy integrations for HTTP APIs"; the list of text types was observed by github.com/ministackorg/ministack,
// pull request 766.

/** The two fields of a gateway event that carry a body. */
type SentBody = { readonly body?: string | undefined; readonly isBase64Encoded: boolean };

export type BodyProblem =
  | { readonly kind: "too-large"; readonly bytes: number }
  | { readonly kind: "not-utf8" | "not-json" | "not-an-object" };

type Parsed = { readonly value: object } | { readonly problem: BodyProblem };

/** The explanation of each problem for the sender. */
export const BODY_PROBLEMS: Readonly<Record<"not-utf8" | "not-json" | "not-an-object", string>> = {
  "not-utf8":
    "The body must be UTF-8 without U+FFFD, the character that replaces bytes that are not. Save or send it as UTF-8, for example with `iconv -f LATIN1 -t UTF-8`.",
  "not-json": "The body must be JSON.",
  "not-an-object": "The body must be a JSON object.",
};

/** A byte order mark before JSON may be ignored. Source: RFC 8259, 8.1. `TextDecoder` drops it, a body that came as text still has it. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, "");

/**
 * The body's text; `undefined` if its bytes were not UTF-8. A gateway that decodes a body itself may replace such bytes by U+FFFD before this service sees them,
 * which would make two different names equal: so U+FFFD is refused too.
 */
const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    const text = withoutMark(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return text.includes("\uFFFD") ? undefined : text;
  } catch {
    return undefined;
  }
};

const bytesOf = ({ body = "", isBase64Encoded }: SentBody): Uint8Array | undefined => {
  if (isBase64Encoded) return Buffer.from(body, "base64");
  return body.isWellFormed() ? Buffer.from(body, "utf8") : undefined;
};

/** The escape of U+FFFD in JSON, after an even number of backslashes. A client that replaced unreadable bytes itself sends the character in this form. */
const ESCAPED_REPLACEMENT = /(?<!\\)(?:\\\\)*\\u[Ff]{3}[Dd]/;

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** An empty object without a body. `maxBytes` counts the bytes that the client sent. */
export const parseBody = (event: SentBody, maxBytes: number): Parsed => {
  const bytes = bytesOf(event);
  if (bytes === undefined) return { problem: { kind: "not-utf8" } };
  if (bytes.length === 0) return { value: {} };
  if (bytes.length > maxBytes) return { problem: { kind: "too-large", bytes: bytes.length } };
  const text = textOf(bytes);
  if (text === undefined || ESCAPED_REPLACEMENT.test(text)) return { problem: { kind: "not-utf8" } };
  const value = parsedJson(text);
  if (value === undefined) return { problem: { kind: "not-json" } };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { problem: { kind: "not-an-object" } };
  return { value };
};
