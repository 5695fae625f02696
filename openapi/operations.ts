// The routes for people and for MDM servers with a credential as operations: their schemas, who may call them, which headers they heed, and what they answer.
import type { RequestHeaders } from "../functions/middleware/handler.ts";
import type { AnyRoute } from "./reasons.ts";
import { refusals, successes } from "./responses.ts";
import { type Schema, schemaOf } from "./schema.ts";
import type { Described, Operation, Parameter } from "./types.ts";

/** `undefined`: OpenAPI has `Accept` described by what an operation answers, never as a parameter. */
const HEADERS_TAKEN: Readonly<Record<keyof RequestHeaders, Omit<Parameter, "in" | "required"> | undefined>> = {
  wantsJson: undefined,
  ifMatch: {
    name: "If-Match",
    description: "The ETag of the version that is meant: another one is not edited.",
    schema: { type: "string", pattern: '^(\\*|"\\d{1,9}")$' },
  },
  ifNoneMatch: {
    name: "If-None-Match",
    description: "The ETag of the caller's copy, or its bare `sha256`. `*` is always answered with 304 and never returns a file.",
    schema: { type: "string" },
  },
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

export const parameterOf = (name: string, place: Parameter["in"], { description, ...schema }: Schema, required: boolean): Parameter => ({
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

export const describedRoutes = (routes: Readonly<Record<string, AnyRoute>>): readonly Described[] =>
  grouped(routes).map(([key, route]) => ({
    key,
    operation: {
      operationId: route.name,
      summary: route.does,
      tags: [tagOf(key.split(" ")[1] ?? "")],
      security: SECURITY[route.who],
      ...askedOf(key, route),
    },
    successes: successes(route),
    refusals: refusals(key, route),
  }));
