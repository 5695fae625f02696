// The client's types, made from the document: one for each named schema, and for each route what is asked and what is answered by status.

import type { Schema } from "./schema.ts";
import type { Document, Listed, Operation, Parameter } from "./types.ts";
import { operationsOf, responseOf } from "./types.ts";

const comment = (description: string | undefined): string => (description === undefined ? "" : `/** ${description} */\n`);
const key = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
const union = (types: readonly string[]): string => (types.length === 0 ? "never" : [...new Set(types)].join(" | "));

const fieldOf = (name: string, schema: Schema, required: boolean): string =>
  `${comment(schema.description)}readonly ${key(name)}${required ? "" : "?"}: ${typeOf(schema)};\n`;

const objectOf = ({ properties, required = [], additionalProperties }: Schema): string => {
  if (properties !== undefined)
    return `{\n${Object.entries(properties)
      .map(([name, schema]) => fieldOf(name, schema, required.includes(name)))
      .join("")}}`;
  return `Readonly<Record<string, ${typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown"}>>`;
};

const SCALARS: Readonly<Record<string, string>> = { string: "string", integer: "number", number: "number", boolean: "boolean" };

const arrayOf = (items: Schema): string =>
  items.$ref === undefined && (items.type !== "object" || items.allOf !== undefined)
    ? `readonly (${typeOf(items)})[]`
    : `readonly ${typeOf(items)}[]`;

/** A schema as a type. Throws on what it can't say. */
export const typeOf = (schema: Schema): string => {
  const { $ref, allOf, anyOf, type, items } = schema;
  if ($ref !== undefined) return $ref.split("/").at(-1) ?? "";
  if (allOf !== undefined) {
    const { allOf: _, ...own } = schema;
    return [...allOf.map(typeOf), ...(own.properties === undefined ? [] : [objectOf(own)])].join(" & ");
  }
  if (anyOf !== undefined) return union(anyOf.map(typeOf));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (type === "array") return arrayOf(items ?? {});
  if (type === "object") return objectOf(schema);
  const scalar = SCALARS[typeof type === "string" ? type : ""];
  if (scalar === undefined) throw new Error(`there is no type for the schema ${JSON.stringify(schema)}`);
  return scalar;
};

const bodySchema = ({ requestBody }: Operation): Schema => requestBody?.content["application/json"]?.schema ?? {};

const isAsked = ({ in: place }: Parameter): boolean => place !== "header";

const askedOf = (operation: Operation): string => {
  const { parameters = [] } = operation;
  const { properties = {}, required = [] } = bodySchema(operation);
  const asked = parameters.filter(isAsked).map(({ name, description, schema, ...rest }) => {
    const described = description === undefined ? schema : { ...schema, description };
    return fieldOf(name, described, rest.required);
  });
  const inBody = Object.entries(properties).map(([name, schema]) => fieldOf(name, schema, required.includes(name)));
  const fields = [...asked, ...inBody].join("");
  return fields === "" ? "Nothing" : `{\n${fields}}`;
};

const headersOf = ({ parameters = [] }: Operation): string => {
  const headers = parameters
    .filter((each) => !isAsked(each))
    .map(({ name, description, schema }) =>
      fieldOf(name.toLowerCase(), description === undefined ? schema : { ...schema, description }, false),
    );
  return headers.length === 0 ? "Nothing" : `{\n${headers.join("")}}`;
};

const statusReasons = (schema: Schema): string | undefined => {
  const { reason, status } = schema.properties ?? {};
  return reason?.enum === undefined ? undefined : `Refusal<${JSON.stringify(status?.const)}, ${typeOf(reason)}>`;
};

const answeredOf = (document: Document, { responses }: Operation): string =>
  Object.entries(responses)
    .map(([status, response]) => {
      const { content = {}, description } = responseOf(document, response);
      const types = Object.values(content).map(({ schema }) => statusReasons(schema) ?? typeOf(schema));
      // What a refusal means, its reasons say.
      const words = Number(status) < 400 ? comment(description) : "";
      return `${words}readonly ${status}: ${types.length === 0 ? "undefined" : union(types)};\n`;
    })
    .join("");

const routeOf =
  (document: Document) =>
  ({ key: name, operation }: Listed): string =>
    `${comment(operation.summary)}readonly ${JSON.stringify(name)}: {\nreadonly asked: ${askedOf(operation)};\nreadonly headers: ${headersOf(operation)};\nreadonly answered: {\n${answeredOf(document, operation)}};\n};\n`;

const namedOf = ([name, schema]: readonly [string, Schema]): string => {
  const { description, ...rest } = schema;
  return `${comment(description)}export type ${name} = ${typeOf(rest)};\n`;
};

/** Every line indented by the braces that are open before it. Those in a text are closed in it. */
const indented = (text: string): string => {
  let depth = 0;
  return text
    .split("\n")
    .map((line) => {
      const opened = line.split("{").length - line.split("}").length;
      const at = line.startsWith("}") ? depth - 1 : depth;
      depth += opened;
      return line === "" ? line : `${"  ".repeat(at)}${line}`;
    })
    .join("\n");
};

/** A module of TypeScript. */
export const typesOf = (document: Document): string => {
  const operations = operationsOf(document);
  const statuses = operations.map(
    ({ key: name, operation }) => `${JSON.stringify(name)}: [${Object.keys(operation.responses).join(", ")}],\n`,
  );
  return indented(`// The API's types. Made from docs/openapi.json by \`npm run openapi\`: what is changed here is lost.

type Nothing = Readonly<Record<string, never>>;

${Object.entries(document.components.schemas).map(namedOf).join("\n")}
/** Problem details of one status, with the reasons that a route may give for it. */
export type Refusal<Status extends number, Reason extends Problem["reason"]> = Omit<Problem, "status" | "reason"> & {
readonly status: Status;
readonly reason: Reason;
};

/** Every route: what is asked (path, query and body in one), which headers it heeds, what is answered by status. */
export type Api = {
${operations.map(routeOf(document)).join("")}};

/** The statuses that each route answers with. */
export const STATUSES: { readonly [Key in keyof Api]: readonly (keyof Api[Key]["answered"])[] } = {
${statuses.join("")}};
`);
};
