// The door of the API. The gateway has checked the bearer's signature, issuer, audience and expiry; here the access token becomes an account
// by its record, the request becomes input, and a refusal becomes problem details. What fails otherwise is told to the log, never to the caller.
import * as z from "zod";
import { type Account, type Grant, isSignInCurrent } from "../../domain/account.ts";
import { issueText } from "../../domain/issues.ts";
import { isCredentialGood, type MdmServer } from "../../domain/mdm-server.ts";
import { type Reason, Refusal } from "../../domain/refusal.ts";
import type { Handle, Reply, Request, Said, Status } from "../handle.ts";
import { accountIdOf, sha256 } from "../identity.ts";
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
    throw new Refusal("sign_in_outdated", "This sign-in is not later than the account's last password change. Sign in again.");
  return account;
};

const serverOf = async (event: Event, { servers, now }: Pick<Ports, "servers" | "now">): Promise<MdmServer> => {
  const credential = /^Bearer (mdmc_[\w-]{43})$/i.exec(event.headers.authorization ?? "")?.[1];
  const hash = credential === undefined ? undefined : sha256(credential);
  const server = hash === undefined ? undefined : await servers.findByCredential(hash);
  if (hash === undefined || server === undefined || !isCredentialGood(server, hash, now()))
    throw new Refusal(
      "unauthenticated",
      "Send the credential of a registered MDM server as bearer (Authorization: Bearer mdmc_…). Replaced and revoked ones open nothing.",
    );
  return server;
};

const bodyOf = ({ body, isBase64Encoded }: Event): object => {
  if (body === undefined || body === "") return {};
  if (body.length > MAX_BODY_CHARACTERS)
    throw new Refusal("body_too_large", `A body has at most ${MAX_BODY_CHARACTERS} characters; this one has ${body.length}.`);
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

const isRead = ({ routeKey }: Event): boolean => routeKey.startsWith("GET ");

/** A read is asked by its query, all else by its body: what is in an address is kept in logs on the way. */
const askedOf = (event: Event): object => {
  if (isRead(event)) return event.queryStringParameters;
  if (Object.keys(event.queryStringParameters).length > 0)
    throw new Refusal("invalid_input", "This route takes no query: send what you ask in the body, as JSON.");
  return bodyOf(event);
};

/** Names the fields that are wrong and what was expected; never quotes what came, which may be a secret. */
const inputOf = <Input extends z.ZodType>(schema: Input, event: Event): z.infer<Input> => {
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

/** Weak or strong alike, as If-None-Match compares. `*` names none: whoever has some edition is told of the one there is. */
const tagsOf = (header = ""): readonly string[] => [...header.matchAll(/"([\x21\x23-\x7e]{1,128})"/g)].flatMap(([, tag]) => tag ?? []);

/** What is to be known of a route beside its types: the API's document and its client are made from it. */
type Described = {
  /** The handler's name. */
  readonly name: string;
  /** What it does, as one sentence without its full stop. */
  readonly does: string;
  /** What each status of success means. */
  readonly answers: Readonly<Partial<Record<Status, string>>>;
  /** Whether the answers bear an ETag. */
  readonly etag: boolean;
  /** What it heeds of a request's headers. */
  readonly takes: readonly (keyof Said)[];
  /** Reasons of its own to refuse, beside those that all routes share. */
  readonly refuses: readonly Reason[];
};

/** One route, with the types of its handler closed in; what it takes and answers is open, for whoever describes the API. */
export type Route<Needs extends keyof Ports> = Described & {
  readonly input: z.ZodType;
  readonly reply: z.ZodType;
  /** The least role that may call it, where people do. */
  readonly who: Grant["role"] | "mdm-server" | "anyone";
  readonly answer: (event: Event, ports: Pick<Ports, Needs | "accounts" | "servers" | "now">) => Promise<Reply>;
};

/** What a route's author says of it. Every status the handler may answer with is explained, and every header it heeds is named: neither more nor less. */
type Words<Code extends Status, Takes extends keyof Said> = {
  readonly does: string;
  readonly answers: Readonly<Record<Code, string>>;
  readonly etag?: true;
  readonly refuses?: readonly Reason[];
} & ([Takes] extends [never] ? { readonly takes?: never } : { readonly takes: Readonly<Record<Takes, true>> });

type AnyWords = Pick<Described, "does" | "answers"> & {
  readonly etag?: true;
  readonly refuses?: readonly Reason[];
  readonly takes?: Readonly<Partial<Record<keyof Said, true>>>;
};

const described = ({ name }: { readonly name: string }, { does, answers, etag, takes, refuses }: AnyWords): Described => ({
  name,
  does,
  answers,
  etag: etag ?? false,
  // The keys of such a record are these names, which the compiler does not say of `Object.keys`.
  takes: Object.keys(takes ?? {}) as (keyof Said)[],
  refuses: refuses ?? [],
});

const requestOf = <Input extends z.ZodType, Caller>(
  schema: Input,
  caller: Caller,
  event: Event,
): Request<z.infer<Input>, keyof Said, Caller> => ({
  caller,
  input: inputOf(schema, event),
  ifMatch: versionOf(event.headers["if-match"]),
  ifNoneMatch: tagsOf(event.headers["if-none-match"]),
  idempotencyKey: keyOf(event.headers["idempotency-key"]),
  wantsJson: /\bapplication\/(\w+\+)?json\b/i.test(event.headers.accept ?? ""),
});

/** A route for people, who sign in. */
export const route = <
  Input extends z.ZodType,
  Body extends z.ZodType,
  Needs extends keyof Ports,
  Code extends Status,
  Takes extends keyof Said = never,
>(
  input: Input,
  reply: Body,
  handle: Handle<Input, Needs, z.input<Body>, Code, Takes>,
  words: { readonly who: Grant["role"] } & Words<NoInfer<Code>, NoInfer<Takes>>,
): Route<Needs> => ({
  ...described(handle, words),
  input,
  reply,
  who: words.who,
  answer: async (event, ports) => handle(requestOf(input, await callerOf(event, ports), event), ports as Pick<Ports, Needs>),
});

/** A route for MDM servers, by their credential. */
export const serverRoute = <
  Input extends z.ZodType,
  Body extends z.ZodType,
  Needs extends keyof Ports,
  Code extends Status,
  Takes extends keyof Said = never,
>(
  input: Input,
  reply: Body,
  handle: Handle<Input, Needs, z.input<Body>, Code, Takes, MdmServer>,
  words: Words<NoInfer<Code>, NoInfer<Takes>>,
): Route<Needs> => ({
  ...described(handle, words),
  input,
  reply,
  who: "mdm-server",
  answer: async (event, ports) => handle(requestOf(input, await serverOf(event, ports), event), ports as Pick<Ports, Needs>),
});

/** A route that anyone may call. */
export const openRoute = <Body extends z.ZodType, Code extends Status>(
  reply: Body,
  answer: () => Reply<z.input<Body>, Code>,
  words: Words<NoInfer<Code>, never>,
): Route<never> => ({
  ...described(answer, words),
  input: z.strictObject({}),
  reply,
  who: "anyone",
  answer: async () => answer(),
});

const answer = (statusCode: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  statusCode,
  headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), "cache-control": "no-store", ...headers },
  body: body === undefined ? "" : JSON.stringify(body),
});

const answered = ({ status, body, etag, location }: Reply): Answer =>
  answer(status, body, {
    ...(etag === undefined ? {} : { etag: `"${etag}"` }),
    ...(location === undefined ? {} : { location }),
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
  ports: Pick<Ports, Needs | "accounts" | "servers" | "now" | "log">,
): ((event: unknown) => Promise<Answer>) => {
  const { log } = ports;
  const reply = async (raw: unknown): Promise<Answer> => {
    const event = Event.parse(raw);
    const { requestId } = event.requestContext;
    const fields = { route: event.routeKey, requestId };
    try {
      const served = routes[event.routeKey];
      if (served === undefined) throw new Refusal("not_found", "There is no such route.");
      const made = answered(await served.answer(event, ports));
      log.info("answered", { ...fields, status: made.statusCode });
      return made;
    } catch (error) {
      const refusal = refusalOf(error);
      const refusing = refused(refusal, requestId);
      if (refusing.statusCode === 500) {
        log.error("failed", error, fields);
        // Answered, the run counts as none that failed: the alarm listens to this instead.
        log.count("RequestsFailed", 1);
      } else log.info("refused", { ...fields, status: refusing.statusCode, reason: refusal.reason });
      return refusing;
    }
  };
  return door(reply);
};
