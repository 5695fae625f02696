// The parts of an OpenAPI document that the generators share.
import type { Content, Named, Response } from "./responses.ts";
import type { Schema } from "./schema.ts";

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
