// A client of the API, typed by the API's own document. No dependency but `fetch`; `api.ts` beside it is all it needs.
import { type Api, type Problem, STATUSES } from "./api.ts";

/** A route as the document names it: "POST /v1/content-tokens/{id}/downloads". */
export type RouteKey = keyof Api;

/** What a route answers: one shape for each status. */
export type AnswerOf<Key extends RouteKey> = {
  readonly [Status in keyof Api[Key]["answered"]]: {
    readonly status: Status;
    readonly headers: Headers;
    readonly body: Api[Key]["answered"][Status];
  };
}[keyof Api[Key]["answered"]];

type Asked<Key extends RouteKey> =
  Record<never, never> extends Api[Key]["asked"]
    ? [asked?: Api[Key]["asked"], headers?: Api[Key]["headers"]]
    : [asked: Api[Key]["asked"], headers?: Api[Key]["headers"]];

/** Asks a route. Answers whatever it answers by its document, refusals too; rejects with `UnexpectedAnswer` what the document does not tell of. */
export type Client = <Key extends RouteKey>(key: Key, ...asked: Asked<Key>) => Promise<AnswerOf<Key>>;

/** An answer that the document does not tell of: of something between here and the service, or of a later version of it. */
export class UnexpectedAnswer extends Error {
  readonly status: number;

  constructor(key: RouteKey, status: number, expected: string) {
    super(
      `${key} answered ${status}; expected ${expected}. Check the address, and whether the client is of the same version as the service.`,
    );
    this.name = "UnexpectedAnswer";
    this.status = status;
  }
}

/** What `succeeded` throws. `reason` is there unless the gateway refused by itself. */
export class Refused extends Error {
  readonly status: number;
  readonly reason: Problem["reason"] | undefined;

  constructor(status: number, message: string, reason: Problem["reason"] | undefined) {
    super(message);
    this.name = "Refused";
    this.status = status;
    this.reason = reason;
  }
}

const isDocumented = <Key extends RouteKey>(key: Key, status: PropertyKey): status is keyof Api[Key]["answered"] =>
  STATUSES[key].some((each) => each === status);

/** The address that is asked, and what of the fields is left for the body. */
const requestOf = (base: string, key: RouteKey, asked: object) => {
  const [method = "", path = ""] = key.split(" ");
  const fields = Object.entries(asked).filter(([, value]) => value !== undefined);
  const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  const values = new Map(fields.map(([name, value]) => [name, encodeURIComponent(String(value))]));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "");
  const rest = fields.filter(([name]) => !inPath.has(name));
  const url = new URL(filled, base);
  if (method !== "GET") return { method, url, ...(rest.length === 0 ? {} : { body: JSON.stringify(Object.fromEntries(rest)) }) };
  for (const [name, value] of rest) url.searchParams.set(name, String(value));
  return { method, url };
};

/** A body, where there is one. What is not JSON is none of this service's. */
const bodyOf = async (key: RouteKey, answer: Response): Promise<unknown> => {
  const text = await answer.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UnexpectedAnswer(key, answer.status, "JSON");
  }
};

/** A client for the API at `base`. `bearer`: an access token or an MDM server's credential; left out, only open routes answer. */
export const clientOf = (base: string, bearer?: string): Client => {
  const authorization: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  return async <Key extends RouteKey>(key: Key, ...[asked = {}, headers = {}]: Asked<Key>): Promise<AnswerOf<Key>> => {
    const { url, ...request } = requestOf(base, key, asked);
    const all = { accept: "application/json", "content-type": "application/json", ...authorization, ...headers };
    const answer = await fetch(url, { ...request, headers: all, redirect: "manual" });
    const { status } = answer;
    if (!isDocumented(key, status)) throw new UnexpectedAnswer(key, status, STATUSES[key].join(", "));
    // The service's tests hold what it answers against the document that these types are made from.
    return { status, headers: answer.headers, body: await bodyOf(key, answer) } as AnswerOf<Key>;
  };
};

type Answer = { readonly status: number; readonly body: unknown };
type Success = { readonly status: 200 | 201 | 202 };

const isSuccess = <Any extends Answer>(answer: Any): answer is Extract<Any, Success> => answer.status >= 200 && answer.status < 300;
const isProblem = (body: unknown): body is Problem => typeof body === "object" && body !== null && "reason" in body;

/** The body of a success. Throws `Refused` for anything else. */
export const succeeded = <Any extends Answer>(answer: Any): Extract<Any, Success>["body"] => {
  if (isSuccess(answer)) return answer.body;
  const { status, body } = answer;
  throw isProblem(body) ? new Refused(status, body.detail, body.reason) : new Refused(status, `It answered ${status}.`, undefined);
};
