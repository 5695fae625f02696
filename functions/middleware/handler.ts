// The type of API handlers: caller and input in, reply out. HTTP stays in the middleware.
import type * as z from "zod";
import type { Account } from "../../domain/accounts/account.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import type { Ports } from "../ports/ports.ts";

/** Request headers that handlers can use. A handler names those it uses, so that the OpenAPI document lists them. */
export type RequestHeaders = {
  /** The version that the caller means to edit. */
  readonly ifMatch: number | undefined;
  /** The entity tags of the caller's copy. `*` stands for any copy, and does not prove that the caller has one. */
  readonly ifNoneMatch: readonly string[] | "*";
  readonly idempotencyKey: string | undefined;
  /** True if `Accept` asks for JSON. */
  readonly wantsJson: boolean;
};

export type Request<Input, Takes extends keyof RequestHeaders = never, Caller = Account> = Pick<RequestHeaders, Takes> & {
  readonly caller: Caller;
  /** Path and query or body in one, parsed: where they share a name, the path wins. */
  readonly input: Input;
};

/** Success statuses. */
export type Status = 200 | 201 | 202 | 303 | 304;

/** `etag`: the version of a record, or another value that differs between two states of the body. */
export type Reply<Body = unknown, Code extends Status = Status> = {
  readonly status: Code;
  readonly body?: Body;
  readonly etag?: string | number | undefined;
  /** The target of a 303. */
  readonly location?: string;
  /** The value of the `Link` header (RFC 8288): other resources that belong to the answer. */
  readonly link?: string | undefined;
};

/** A handler of the API. `Code`: every status it may answer with; `Takes`: what it heeds of the request's headers. */
export type Handle<
  Input extends z.ZodType,
  Needs extends keyof Ports,
  Body = unknown,
  Code extends Status = 200,
  Takes extends keyof RequestHeaders = never,
  Caller = Account,
> = (request: Request<z.infer<Input>, Takes, Caller>, ports: Pick<Ports, Needs>) => Promise<Reply<Body, Code>>;

export const ok = <Body>(body: Body, etag?: string | number): Reply<Body, 200> => ({ status: 200, body, etag });
export const created = <Body>(body: Body, etag?: string | number): Reply<Body, 201> => ({ status: 201, body, etag });
export const accepted = <Body>(body: Body): Reply<Body, 202> => ({ status: 202, body });
export const seeOther = (location: string, etag: string): Reply<never, 303> => ({ status: 303, location, etag });
export const unchanged = (etag: string): Reply<never, 304> => ({ status: 304, etag });

export const notFound = (what: string): Refusal => new Refusal("not_found", `There is no such ${what}. Check its identifier.`);

/** Refuses with `not_found` when there is none. */
export const getOrThrow = <Value>(value: Value | undefined, what: string): Value => {
  if (value === undefined) throw notFound(what);
  return value;
};

/** Refuses with `version_mismatch` when an edit was overtaken by another one. */
export const assertReplaced = (replaced: boolean): void => {
  if (!replaced) throw new Refusal("version_mismatch", "Somebody else edited it at the same time. Read it again, then edit.");
};

const ATTEMPTS = 5;

/**
 * The result of `attempt`. `undefined` from it means that a precondition changed before the write: it is retried. Refuses with `busy` after five
 * attempts, which happens only when many requests change the same records at once.
 */
export const retryOnConflict = async <Value>(attempt: () => Promise<Value | undefined>): Promise<Value> => {
  for (let count = 0; count < ATTEMPTS; count++) {
    const made = await attempt();
    if (made !== undefined) return made;
  }
  throw new Refusal("busy", "What this rests on kept changing at the same moment. Try again.");
};
