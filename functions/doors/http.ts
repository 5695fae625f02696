// The door of the API. The gateway has checked the bearer's signature, issuer, audience and expiry; here the access token becomes an account
// by its record, the request becomes input, and a refusal becomes problem details. What fails otherwise is told to the log, never to the caller.
import * as z from "zod";
import { type Account, isSignInCurrent } from "../../domain/account.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { Handle, Reply } from "../handle.ts";
import { accountIdOf } from "../identity.ts";
import type { Ports } from "../ports.ts";
import { door } from "./door.ts";
import { problemOf } from "./problem.ts";

/** What the door reads of an HTTP API event, payload format 2.0. Source: API Gateway developer guide, "Lambda proxy integrations for HTTP APIs". */
const Event = z.object({
  routeKey: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  pathParameters: z.record(z.string(), z.string()).default({}),
  queryStringParameters: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    requestId: z.string(),
    authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }).optional(),
  }),
});
type Event = z.infer<typeof Event>;

export type Answer = { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: string };

/** A content token file of 64 KiB as base64, and room for the rest. */
const MAX_BODY_CHARACTERS = 128 * 1024;

const Claims = z.object({ sub: z.string().min(1), token_use: z.literal("access"), auth_time: z.coerce.number().int().positive() });

const callerOf = async (event: Event, { accounts }: Pick<Ports, "accounts">): Promise<Account> => {
  const { data: claims } = Claims.safeParse(event.requestContext.authorizer?.jwt.claims);
  if (claims === undefined) throw new Refusal("unauthenticated", "Send an access token as bearer. An ID token does not open this API.");
  const account = await accounts.get(accountIdOf(claims.sub));
  if (account === undefined) throw new Refusal("unknown_account", "This sign-in has no account here. Ask an administrator to register it.");
  if (!isSignInCurrent(new Date(claims.auth_time * 1000), account))
    throw new Refusal("sign_in_outdated", "The password of this account changed after this sign-in. Sign in again.");
  return account;
};

const bodyOf = ({ body, isBase64Encoded }: Event): object => {
  if (body === undefined || body === "") return {};
  if (body.length > MAX_BODY_CHARACTERS) throw new Refusal("body_too_large", `A body has at most ${MAX_BODY_CHARACTERS} characters.`);
  let value: unknown;
  try {
    value = JSON.parse(isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body);
  } catch {
    throw new Refusal("malformed_json", "The body must be JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal("invalid_input", "The body must be a JSON object.");
  return value;
};

/** Names the fields that are wrong and what was expected; never quotes what came, which may be a secret. */
const inputOf = <Input extends z.ZodType>(schema: Input, event: Event): z.infer<Input> => {
  const parsed = schema.safeParse({ ...event.queryStringParameters, ...bodyOf(event), ...event.pathParameters });
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.slice(0, 5).map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`));
  throw new Refusal("invalid_input", wrong.join("; "));
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

/** One route: its input's schema and its handler, with their types closed in. */
export type Route<Needs extends keyof Ports> = (event: Event, ports: Pick<Ports, Needs | "accounts">) => Promise<Reply>;

export const route =
  <Input extends z.ZodType, Needs extends keyof Ports>(schema: Input, handle: Handle<Input, Needs>): Route<Needs> =>
  async (event, ports) => {
    const caller = await callerOf(event, ports);
    const input = inputOf(schema, event);
    const ifMatch = versionOf(event.headers["if-match"]);
    const idempotencyKey = keyOf(event.headers["idempotency-key"]);
    return handle({ caller, input, ifMatch, idempotencyKey }, ports as Pick<Ports, Needs>);
  };

/** A route that anyone may call. */
export const openRoute =
  (reply: () => Reply): Route<never> =>
  async () =>
    reply();

const answer = (statusCode: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  statusCode,
  headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  body: JSON.stringify(body),
});

const refused = (refusal: Refusal, requestId: string): Answer => {
  const problem = problemOf(refusal, requestId);
  const retry: Record<string, string> = problem.status === 503 ? { "retry-after": "1" } : {};
  return answer(problem.status, problem, { "content-type": "application/problem+json", ...retry });
};

const refusalOf = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal(
        "internal_error",
        "Something failed here, and nothing is wrong with the request. Try again; the request id finds it in the logs.",
      );

/** The Lambda handler of an entry: `routes` by route key, as the gateway names them. */
export const http = <Needs extends keyof Ports>(
  routes: Readonly<Record<string, Route<Needs>>>,
  ports: Pick<Ports, Needs | "accounts" | "log">,
): ((event: unknown) => Promise<Answer>) => {
  const { log } = ports;
  const reply = async (raw: unknown): Promise<Answer> => {
    const event = Event.parse(raw);
    const { requestId } = event.requestContext;
    const fields = { route: event.routeKey, requestId };
    try {
      const handle = routes[event.routeKey];
      if (handle === undefined) throw new Refusal("not_found", "There is no such route.");
      const { status, body, version } = await handle(event, ports);
      log.info("answered", { ...fields, status });
      return answer(status, body, version === undefined ? {} : { etag: `"${version}"` });
    } catch (error) {
      const refusal = refusalOf(error);
      const refusing = refused(refusal, requestId);
      if (refusing.statusCode === 500) log.error("failed", error, fields);
      else log.info("refused", { ...fields, status: refusing.statusCode, reason: refusal.reason });
      return refusing;
    }
  };
  return door(reply);
};
