// A request as the gateway gives it, and what of it becomes a handler's input. What is wrong is named, and what came is never quoted: it may be a secret.
import * as z from "zod";
import { issueText } from "../../domain/shared/issues.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { BODY_PROBLEMS, parseBody } from "./body.ts";
import type { Request, RequestHeaders } from "./handler.ts";
import { entityTags } from "./headers.ts";

/** The fields that the middleware reads of an HTTP API event, payload format 2.0. Source: API Gateway developer guide, "Lambda proxy integrations for HTTP APIs". */
export const HttpEvent = z.object({
  routeKey: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  /** They are not among the headers. */
  cookies: z.array(z.string()).default([]),
  pathParameters: z.record(z.string(), z.string()).default({}),
  queryStringParameters: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    requestId: z.string(),
    authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }).optional(),
  }),
});
export type HttpEvent = z.infer<typeof HttpEvent>;

/** A content token file of 64 KiB as base64, and room for the rest. */
const MAX_BODY_BYTES = 128 * 1024;

const bodyOf = (event: HttpEvent): object => {
  const parsed = parseBody(event, MAX_BODY_BYTES);
  if ("value" in parsed) return parsed.value;
  const { problem } = parsed;
  if (problem.kind === "too-large")
    throw new Refusal("body_too_large", `A body has at most ${MAX_BODY_BYTES} bytes; this one has ${problem.bytes}.`);
  throw new Refusal(problem.kind === "not-an-object" ? "invalid_input" : "malformed_json", BODY_PROBLEMS[problem.kind]);
};

const isRead = ({ routeKey }: HttpEvent): boolean => routeKey.startsWith("GET ");

/** A read is asked by its query, all else by its body: what is in an address is kept in logs on the way. */
const askedOf = (event: HttpEvent): object => {
  if (isRead(event)) return event.queryStringParameters;
  if (Object.keys(event.queryStringParameters).length > 0)
    throw new Refusal("invalid_input", "This route takes no query: send what you ask in the body, as JSON.");
  return bodyOf(event);
};

/** Names the fields that are wrong and what was expected; never quotes what came, which may be a secret. */
const inputOf = <Input extends z.ZodType>(schema: Input, event: HttpEvent): z.infer<Input> => {
  const parsed = schema.safeParse({ ...askedOf(event), ...event.pathParameters });
  if (parsed.success) return parsed.data;
  throw new Refusal("invalid_input", parsed.error.issues.slice(0, 5).map(issueText).join("; "));
};

const versionOf = (header: string | undefined): number | undefined => {
  if (header === undefined || header === "*") return undefined;
  const version = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined) throw new Refusal("invalid_input", 'If-Match must be the ETag of an earlier answer, like "3".');
  return Number(version);
};

const keyOf = (header: string | undefined): string | undefined => {
  if (header !== undefined && !/^[\x21-\x7e]{1,128}$/.test(header))
    throw new Refusal("invalid_input", "Idempotency-Key must be 1 to 128 visible ASCII characters.");
  return header;
};

export const requestOf = <Input extends z.ZodType, Caller>(
  schema: Input,
  caller: Caller,
  event: HttpEvent,
): Request<z.infer<Input>, keyof RequestHeaders, Caller> => ({
  caller,
  input: inputOf(schema, event),
  ifMatch: versionOf(event.headers["if-match"]),
  ifNoneMatch: entityTags(event.headers["if-none-match"]),
  idempotencyKey: keyOf(event.headers["idempotency-key"]),
  wantsJson: /\bapplication\/(\w+\+)?json\b/i.test(event.headers.accept ?? ""),
});
