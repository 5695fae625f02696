// The API as a page to read, and as the README's table of routes; both made from the document.

import { REASONS, Refusal } from "../domain/shared/refusal.ts";
import { problemOf } from "../functions/middleware/problem.ts";
import { isAlwaysRefused } from "./mdm-operations.ts";
import { ownNumbers, sectionOfNumbers } from "./mdm-page.ts";
import { UNKNOWN_TOKEN } from "./mdm-responses.ts";
import type { Schema } from "./schema.ts";
import { type Document, type Listed, type Operation, operationsOf, responseOf } from "./types.ts";

const ROLES: Readonly<Record<string, string>> = { administrator: "administrators", "content-manager": "administrators, content managers" };

const DEVICES = "MDM servers (content token)";

const bodyFields = ({ requestBody }: Operation): Schema => requestBody?.content["application/json"]?.schema ?? {};

const whoOf = (operation: Operation): string => {
  const [scheme] = operation.security;
  if (scheme === undefined) return "sToken" in (bodyFields(operation).properties ?? {}) ? DEVICES : "anyone";
  if (scheme.contentToken !== undefined) return DEVICES;
  return scheme.account === undefined ? "MDM servers" : (ROLES[scheme.account[0] ?? ""] ?? "people");
};

/** In a table's cell. */
const cell = (text: string): string => text.replaceAll("|", "\\|");

const rowOf = (keys: string, operation: Operation): string => `| ${keys} | ${whoOf(operation)} | ${cell(operation.summary)} |`;

/** What is refused whatever is asked stands in one row. */
const rowOfRefused = (refused: readonly Listed[]): readonly string[] => {
  const [shortest] = refused.toSorted((one, other) => one.path.length - other.path.length);
  if (shortest === undefined) return [];
  const methods = [...new Set(refused.map(({ key }) => key.split(" ")[0] ?? ""))].toSorted();
  return [rowOf(`\`${methods.join("`, `")} ${shortest.path}…\``, shortest.operation)];
};

export const tableOfRoutes = (document: Document): string => {
  const operations = operationsOf(document);
  const refused = operations.filter(({ operation }) => isAlwaysRefused(operation));
  return [
    "| route | who | what |",
    "|---|---|---|",
    ...operations.filter((each) => !refused.includes(each)).map(({ key, operation }) => rowOf(`\`${key}\``, operation)),
    ...rowOfRefused(refused),
  ].join("\n");
};

const bounds = ({ minimum, maximum, minLength, maxLength, minItems, maxItems, ...schema }: Schema): string => {
  const low = minimum ?? minLength ?? minItems;
  const high = maximum ?? maxLength ?? maxItems;
  const unit = minLength === undefined && maxLength === undefined ? "" : " characters";
  const range =
    low !== undefined && high !== undefined
      ? `${low} to ${high}`
      : high !== undefined
        ? `at most ${high}`
        : low !== undefined
          ? `at least ${low}`
          : "";
  return [range === "" ? "" : `${range}${unit}`, schema.default === undefined ? "" : `${JSON.stringify(schema.default)} when left out`]
    .filter((each) => each !== "")
    .join("; ");
};

/** A field of something that has no name of its own: what a list is of is told, for the rest its name will do. */
const memberOf = ([name, { items }]: readonly [string, Schema]): string =>
  items?.$ref === undefined ? name : `${name}: list of ${wordsOf(items)}`;

/** A schema in a few words; a named one by its name. */
const wordsOf = (schema: Schema): string => {
  const { $ref, anyOf, allOf, type, format, items, properties, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = $ref.split("/").at(-1) ?? "";
    return `[${name}](#${name.toLowerCase()})`;
  }
  // That of an unknown token is told once.
  if (anyOf !== undefined)
    return anyOf
      .filter((each) => each.$ref !== UNKNOWN_TOKEN)
      .map(wordsOf)
      .join(" or ");
  if (allOf !== undefined)
    return [...allOf.map(wordsOf), ...(properties === undefined ? [] : [`with ${wordsOf({ type: "object", properties })}`])].join(" ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (type === "array") return `list of ${items === undefined ? "anything" : wordsOf(items)}`;
  if (properties !== undefined) return `{${Object.entries(properties).map(memberOf).join(", ")}}`;
  if (typeof additionalProperties === "object") return `${wordsOf(additionalProperties)} by name`;
  return `${format ?? [type ?? "anything"].flat().join(" or ")}${bounds(schema) === "" ? "" : ` (${bounds(schema)})`}`;
};

const fieldsTable = (rows: readonly (readonly [name: string, where: string, schema: Schema])[]): string =>
  [
    "| field | | type | |",
    "|---|---|---|---|",
    ...rows.map(([name, where, schema]) => `| \`${name}\` | ${where} | ${cell(wordsOf(schema))} | ${cell(schema.description ?? "")} |`),
  ].join("\n");

const askedRows = (operation: Operation): readonly (readonly [string, string, Schema])[] => {
  const { parameters = [] } = operation;
  const { properties = {}, required = [] } = bodyFields(operation);
  return [
    ...parameters.map(
      ({ name, in: place, description, schema, required: needed }) =>
        [name, `${place}${needed ? "" : ", optional"}`, description === undefined ? schema : { ...schema, description }] as const,
    ),
    ...Object.entries(properties).map(([name, schema]) => [name, `body${required.includes(name) ? "" : ", optional"}`, schema] as const),
  ];
};

const answersOf = (document: Document, { responses }: Operation): readonly string[] =>
  Object.entries(responses).flatMap(([status, response]) => {
    if (Number(status) >= 400) return [];
    const { description, content, headers } = responseOf(document, response);
    const schema = content?.["application/json"]?.schema;
    const borne = Object.keys(headers ?? {}).map((name) => `\`${name}\``);
    return [
      `- \`${status}\` ${description}${schema === undefined ? "" : `: ${wordsOf(schema)}`}${borne.length === 0 ? "" : `; bears ${borne.join(", ")}`}`,
    ];
  });

/** Reasons of the middleware and of authorization, which any route may have. */
const COMMON: ReadonlySet<unknown> = new Set([
  "account_disabled",
  "body_too_large",
  "busy",
  "internal_error",
  "invalid_input",
  "malformed_json",
  "not_permitted",
  "sign_in_outdated",
  "unauthenticated",
  "unknown_account",
]);

const reasonsOf = (document: Document, { responses }: Operation): readonly string[] =>
  Object.values(responses).flatMap((response) => {
    const schema = responseOf(document, response).content?.["application/problem+json"]?.schema;
    return (schema?.properties?.reason?.enum ?? []).filter((reason) => !COMMON.has(reason)).map((reason) => `\`${reason}\``);
  });

const sectionOf =
  (document: Document) =>
  ({ key, operation }: Listed): string => {
    const rows = askedRows(operation);
    const reasons = reasonsOf(document, operation);
    const numbers = ownNumbers(document, operation);
    return [
      `### ${key}`,
      `${operation.summary}. For ${whoOf(operation)}; \`${operation.operationId}\`.`,
      ...(rows.length === 0 ? [] : [fieldsTable(rows)]),
      answersOf(document, operation).join("\n"),
      ...(reasons.length === 0 ? [] : [`Refuses in particular for ${reasons.join(", ")}.`]),
      ...(numbers.length === 0 ? [] : [`Refuses in particular with ${numbers.join(", ")}.`]),
    ].join("\n\n");
  };

const namedSection = ([name, schema]: readonly [string, Schema]): string => {
  const { properties, required = [], description } = schema;
  const rows = Object.entries(properties ?? {}).map(([field, type]) => [field, required.includes(field) ? "" : "optional", type] as const);
  return [
    `### ${name}`,
    ...(description === undefined ? [] : [description]),
    rows.length === 0 ? `${wordsOf(schema)}${schema.pattern === undefined ? "" : `, \`${schema.pattern}\``}` : fieldsTable(rows),
  ].join("\n\n");
};

const tableOfReasons = (): string =>
  [
    "| reason | status | |",
    "|---|---|---|",
    ...REASONS.map((reason) => {
      const { status, title } = problemOf(new Refusal(reason, ""), "");
      return `| \`${reason}\` | ${status} | ${title} |`;
    }),
  ].join("\n");

export const pageOf = (document: Document): string => {
  const operations = operationsOf(document);
  return `${[
    "# The API",
    "Made from the routes by `npm run openapi`, as is the OpenAPI 3.1 document `openapi.json` beside it, which every deployment answers at `GET /v1/openapi.json`.",
    document.info.description,
    tableOfRoutes(document),
    ...document.tags.flatMap(({ name, description }) => [
      `## ${name}`,
      ...(description === undefined ? [] : [description]),
      ...operations.filter(({ operation }) => operation.tags.includes(name) && !isAlwaysRefused(operation)).map(sectionOf(document)),
    ]),
    "## Reasons",
    "The closed list of reasons for which a request is refused, as `reason` of its problem details. Those about the sign-in, rights and the request's form, and `busy` and `internal_error`, may meet any route and are not repeated above; the OpenAPI document has every reason of every route by its status.",
    tableOfReasons(),
    ...sectionOfNumbers(),
    "## Schemas",
    ...Object.entries(document.components.schemas).map(namedSection),
  ].join("\n\n")}\n`;
};
