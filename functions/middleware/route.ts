// One route: what it takes, answers and is for, and the handler that serves it, with their types closed in.
import * as z from "zod";
import type { Grant } from "../../domain/accounts/account.ts";
import type { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import type { Reason } from "../../domain/shared/refusal.ts";
import type { Ports } from "../ports/ports.ts";
import { callerOf, serverOf } from "./bearer.ts";
import type { Handle, Reply, RequestHeaders, Status } from "./handler.ts";
import { type HttpEvent, requestOf } from "./http-event.ts";

/** Properties of a route beside its types. The OpenAPI document and the client are generated from them. */
type Described = {
  /** The handler's name. */
  readonly name: string;
  /** The summary of the operation: one sentence without its full stop. */
  readonly does: string;
  /** The meaning of each success status. */
  readonly answers: Readonly<Partial<Record<Status, string>>>;
  /** True if responses have an ETag. */
  readonly etag: boolean;
  /** True if successes may bear a `Link` header. */
  readonly link: boolean;
  /** The request headers that the handler uses. */
  readonly takes: readonly (keyof RequestHeaders)[];
  /** Reasons that the handler refuses with, beside those of all routes. */
  readonly refuses: readonly Reason[];
};

/** One route, with the types of its handler closed in; what it takes and answers is open, for whoever describes the API. */
export type Route<Needs extends keyof Ports> = Described & {
  readonly input: z.ZodType;
  readonly reply: z.ZodType;
  /** The least role that may call it, where people do. */
  readonly who: Grant["role"] | "mdm-server" | "anyone";
  readonly answer: (event: HttpEvent, ports: Pick<Ports, Needs | "accounts" | "servers" | "now">) => Promise<Reply>;
};

/** The description of a route. It explains every status that the handler may answer with and names every header that it uses, no less and no more. */
type Words<Code extends Status, Takes extends keyof RequestHeaders> = {
  readonly does: string;
  readonly answers: Readonly<Record<Code, string>>;
  readonly etag?: true;
  readonly link?: true;
  readonly refuses?: readonly Reason[];
} & ([Takes] extends [never] ? { readonly takes?: never } : { readonly takes: Readonly<Record<Takes, true>> });

type AnyWords = Pick<Described, "does" | "answers"> & {
  readonly etag?: true;
  readonly link?: true;
  readonly refuses?: readonly Reason[];
  readonly takes?: Readonly<Partial<Record<keyof RequestHeaders, true>>>;
};

const described = ({ name }: { readonly name: string }, { does, answers, etag, link, takes, refuses }: AnyWords): Described => ({
  name,
  does,
  answers,
  etag: etag ?? false,
  link: link ?? false,
  // The keys of such a record are these names, which the compiler does not say of `Object.keys`.
  takes: Object.keys(takes ?? {}) as (keyof RequestHeaders)[],
  refuses: refuses ?? [],
});

/** A route for people, who sign in. */
export const route = <
  Input extends z.ZodType,
  Body extends z.ZodType,
  Needs extends keyof Ports,
  Code extends Status,
  Takes extends keyof RequestHeaders = never,
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
  Takes extends keyof RequestHeaders = never,
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
