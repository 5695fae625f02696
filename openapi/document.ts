// The API as an OpenAPI 3.1 document, made from the routes: their schemas, who may call them, and what they answer and refuse.
// Source: OpenAPI Specification 3.1.1.
import { DEVICE_API } from "./mdm-operations.ts";
import { MDM_SCHEMAS } from "./mdm-responses.ts";
import { type Content, GATEWAY_REFUSAL, type Named, type Response } from "./responses.ts";
import { namedSchemas, type Schema } from "./schema.ts";

export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
};

export type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  /** With the least role that may call it, where people do. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
};

/** One operation, before what several refuse alike is written once. */
export type Described = {
  /** `METHOD /path` */
  readonly key: string;
  readonly operation: Omit<Operation, "responses">;
  readonly successes: Readonly<Record<string, Response>>;
  readonly refusals: Readonly<Record<string, Named>>;
};

export type Document = {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
};

const DESCRIPTION = `Keeps an organization's content tokens and hands them to its MDM servers.

Whoever is refused is answered with problem details (RFC 9457), whose \`reason\` is one of a closed list; what the gateway refuses by itself has a \`message\` alone. Lists are paged: \`next\` of a page is the next request's \`after\`. Records that can be edited bear an \`ETag\`, which an edit may send as \`If-Match\`. Answers may gain fields: ignore those you don't know. Below \`/mdm\`, MDM servers are answered in a protocol of their own.`;

const SECURITY_SCHEMES = {
  account: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "An access token of the user pool, for a sign-in after the account's last password change. The account's record decides what it may.",
  },
  mdmServer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "mdmc_…",
    description: "The credential that registering an MDM server showed.",
  },
  contentToken: {
    type: "http",
    scheme: "bearer",
    description: "The text of the content token's file, verbatim. Version 1 of the protocol has it in the body, as `sToken`.",
  },
  contentTokenCookie: { type: "apiKey", in: "cookie", name: "itvt", description: "The text of the content token's file." },
};

/** `described`: what belongs together stands together. */
export const documentOf = (described: readonly Described[]): Document => {
  const all = described.flatMap(({ refusals }) => Object.values(refusals));
  // What several operations answer alike is written once.
  const shared = new Map(all.filter(([name]) => all.filter(([other]) => other === name).length > 1));
  const pointed = ([name, response]: Named) => (shared.has(name) ? { $ref: `#/components/responses/${name}` } : response);

  const paths: Record<string, Record<string, Operation>> = {};
  for (const { key, operation, successes, refusals } of described) {
    const [method = "", path = ""] = key.split(" ");
    const refused = Object.entries(refusals).map(([status, named]) => [status, pointed(named)] as const);
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: { ...operation, responses: { ...successes, ...Object.fromEntries(refused) } },
    };
  }
  const tags = [...new Set(described.flatMap(({ operation }) => operation.tags))];
  return {
    openapi: "3.1.1",
    info: { title: "Content Tokens", version: "1", description: DESCRIPTION },
    servers: [{ url: "/", description: "Where this document comes from." }],
    tags: tags.map((name) => (name === DEVICE_API.name ? DEVICE_API : { name })),
    paths,
    components: {
      schemas: { ...namedSchemas(), ...MDM_SCHEMAS, GatewayRefusal: GATEWAY_REFUSAL },
      responses: Object.fromEntries([...shared].toSorted(([one], [other]) => one.localeCompare(other))),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
};

export type Listed = { readonly key: string; readonly path: string; readonly operation: Operation };

/** Every operation, as `METHOD /path`. */
export const operationsOf = ({ paths }: Document): readonly Listed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ key: `${method.toUpperCase()} ${path}`, path, operation })),
  );

export const responseOf = ({ components }: Document, response: Operation["responses"][string]): Response => {
  if (!("$ref" in response)) return response;
  const found = components.responses[response.$ref.split("/").at(-1) ?? ""];
  if (found === undefined) throw new Error(`the document has no ${response.$ref}`);
  return found;
};
