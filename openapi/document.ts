// The API as an OpenAPI 3.1 document, made from the routes: their schemas, who may call them, and what they answer and refuse.
// Source: OpenAPI Specification 3.1.1.
import type { Said } from "../functions/handle.ts";
import type { AnyRoute } from "./reasons.ts";
import { type Content, GATEWAY_REFUSAL, type Named, type Response, refusals, successes } from "./responses.ts";
import { namedSchemas, type Schema, schemaOf } from "./schema.ts";

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

export type Document = {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
};

const DESCRIPTION = `Keeps an organization's content tokens and hands them to its MDM servers.

Whoever is refused is answered with problem details (RFC 9457), whose \`reason\` is one of a closed list; what the gateway refuses by itself has a \`message\` alone. Lists are paged: \`next\` of a page is the next request's \`after\`. Records that can be edited bear an \`ETag\`, which an edit may send as \`If-Match\`. Answers may gain fields: ignore those you don't know.`;

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
};

/** `undefined`: OpenAPI has `Accept` described by what an operation answers, never as a parameter. */
const HEADERS_TAKEN: Readonly<Record<keyof Said, Omit<Parameter, "in" | "required"> | undefined>> = {
  wantsJson: undefined,
  ifMatch: {
    name: "If-Match",
    description: "The ETag of the version that is meant: another one is not edited.",
    schema: { type: "string", pattern: '^(\\*|"\\d{1,9}")$' },
  },
  ifNoneMatch: { name: "If-None-Match", description: "The ETag of what the caller has already.", schema: { type: "string" } },
  idempotencyKey: {
    name: "Idempotency-Key",
    description: "Chosen by the caller: repeated with the same key within a day, the request is answered with what the first one made.",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,128}$" },
  },
};

const SECURITY: Readonly<Record<AnyRoute["who"], Operation["security"]>> = {
  administrator: [{ account: ["administrator"] }],
  "content-manager": [{ account: ["content-manager"] }],
  "mdm-server": [{ mdmServer: [] }],
  anyone: [],
};

/** The first part of the path in words. */
const tagOf = (path: string): string => {
  const part = path.split("/")[2] ?? "";
  if (part === "health" || part === "openapi.json") return "The service itself";
  const words = part.replaceAll("-", " ").replace("mdm", "MDM");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const parameterOf = (name: string, place: Parameter["in"], { description, ...schema }: Schema, required: boolean): Parameter => ({
  name,
  in: place,
  required,
  ...(description === undefined ? {} : { description }),
  schema,
});

/** What is in the path's braces comes from there, the rest by the query of a read or in the body. */
const askedOf = (key: string, { input, takes }: AnyRoute): Pick<Operation, "parameters" | "requestBody"> => {
  const { properties = {}, required = [], ...schema } = schemaOf(input, "input");
  const isRead = key.startsWith("GET ");
  const fields = Object.entries(properties);
  const inPath = (name: string): boolean => key.includes(`{${name}}`);
  const rest = fields.filter(([name]) => !inPath(name));
  const parameters = [
    ...fields.filter(([name]) => inPath(name)).map(([name, field]) => parameterOf(name, "path", field, true)),
    ...(isRead ? rest.map(([name, field]) => parameterOf(name, "query", field, required.includes(name))) : []),
    ...takes.flatMap((each) => {
      const header = HEADERS_TAKEN[each];
      return header === undefined ? [] : [{ ...header, in: "header" as const, required: false }];
    }),
  ];
  const needed = required.filter((name) => !inPath(name));
  const body = { ...schema, properties: Object.fromEntries(rest), ...(needed.length === 0 ? {} : { required: needed }) };
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(isRead || rest.length === 0
      ? {}
      : { requestBody: { required: needed.length > 0, content: { "application/json": { schema: body } } } }),
  };
};

/** What belongs together stands together, whichever function serves it. */
const grouped = (routes: Readonly<Record<string, AnyRoute>>): readonly (readonly [key: string, route: AnyRoute])[] =>
  [...Map.groupBy(Object.entries(routes), ([key]) => tagOf(key.split(" ")[1] ?? "")).values()].flat();

export const documentOf = (routes: Readonly<Record<string, AnyRoute>>): Document => {
  const entries = grouped(routes);
  const refused = entries.map(([key, route]) => refusals(key, route));
  const all = refused.flatMap((each) => Object.values(each));
  // What several operations answer alike is written once.
  const shared = new Map(all.filter(([name]) => all.filter(([other]) => other === name).length > 1));
  const pointed = ([name, response]: Named) => (shared.has(name) ? { $ref: `#/components/responses/${name}` } : response);

  const paths: Record<string, Record<string, Operation>> = {};
  for (const [index, [key, route]] of entries.entries()) {
    const [method = "", path = ""] = key.split(" ");
    const refusalsOfRoute = Object.entries(refused[index] ?? {}).map(([status, named]) => [status, pointed(named)] as const);
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        operationId: route.name,
        summary: route.does,
        tags: [tagOf(path)],
        security: SECURITY[route.who],
        ...askedOf(key, route),
        responses: { ...successes(route), ...Object.fromEntries(refusalsOfRoute) },
      },
    };
  }
  const tags = [...new Set(Object.keys(paths).map(tagOf))];
  return {
    openapi: "3.1.1",
    info: { title: "Content Tokens", version: "1", description: DESCRIPTION },
    servers: [{ url: "/", description: "Where this document comes from." }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...namedSchemas(), GatewayRefusal: GATEWAY_REFUSAL },
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
