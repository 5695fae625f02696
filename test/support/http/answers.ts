// Holds what the service answers against the API's document: an answer that it does not tell of, a field too many or one too few is a complaint.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isOfDeviceApi } from "../../../openapi/mdm-operations.ts";
import type { Schema } from "../../../openapi/schema.ts";
import { type Document, type Operation, operationsOf, responseOf } from "../../../openapi/types.ts";

/** As it is committed and answered. */
export const document: Document = JSON.parse(readFileSync(join(import.meta.dirname, "../../../docs/openapi.json"), "utf8"));

type Headers = { get(name: string): string | null };

/** `body`: as it was parsed; `undefined` when there was none. */
export type Answered = { readonly status: number; readonly headers: Headers; readonly body: unknown };

const FORMATS: Readonly<Record<string, RegExp>> = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  uri: /^[a-z][a-z\d+.-]*:\S+$/,
};

/** What this checker understands: one that the document comes to use without being understood here would check nothing. */
const UNDERSTOOD = new Set(
  "$ref description type const enum default format pattern minLength maxLength minimum maximum items minItems maxItems properties required additionalProperties allOf anyOf".split(
    " ",
  ),
);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
};

const isOutside = (size: number, low: number | undefined, high: number | undefined): boolean =>
  (low !== undefined && size < low) || (high !== undefined && size > high);

/** Objects are closed here, although they are open to clients: a field that nobody documented is a mistake of the service. */
export const complaintsOf = (document: Document) => {
  const { schemas } = document.components;

  const pointed = (schema: Schema): Schema => {
    if (schema.$ref === undefined) return schema;
    const found = schemas[schema.$ref.replace("#/components/schemas/", "")];
    if (found === undefined) throw new Error(`the document has no ${schema.$ref}`);
    return found;
  };

  /** Every field that a schema tells of, by itself or by what it extends. */
  const fieldsOf = (schema: Schema): readonly string[] => [
    ...Object.keys(schema.properties ?? {}),
    ...(schema.allOf ?? []).flatMap((each) => fieldsOf(pointed(each))),
  ];

  const ofScalar = (schema: Schema, value: unknown, at: string): string[] => {
    const { format, pattern, minLength, maxLength, minimum, maximum } = schema;
    if (typeof value === "number") return isOutside(value, minimum, maximum) ? [`${at} is ${value}`] : [];
    if (typeof value !== "string") return [];
    // Characters are code points. Source: JSON Schema 2020-12, validation, 6.3.1.
    const { length } = [...value];
    const expected = format === undefined ? undefined : FORMATS[format];
    if (format !== undefined && expected === undefined) throw new Error(`nobody checks the format ${format}`);
    return [
      ...(isOutside(length, minLength, maxLength) ? [`${at} has ${length} characters`] : []),
      ...(expected === undefined || expected.test(value) ? [] : [`${at} is no ${format}`]),
      ...(pattern === undefined || new RegExp(pattern).test(value) ? [] : [`${at} does not match ${pattern}`]),
    ];
  };

  const ofObject = (schema: Schema, value: Record<string, unknown>, at: string): string[] => {
    const { properties = {}, required = [], additionalProperties } = schema;
    const missing = required.filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
    const own = Object.entries(properties).flatMap(([name, field]) => (name in value ? of(field, value[name], `${at}.${name}`) : []));
    const others = Object.entries(value).filter(([name]) => !(name in properties));
    const more =
      typeof additionalProperties === "object" ? others.flatMap(([name, each]) => of(additionalProperties, each, `${at}.${name}`)) : [];
    return [...missing, ...own, ...more];
  };

  /** `closed`: whether every field must be told of here, and not by what this one is a part of. */
  const of = (given: Schema, value: unknown, at: string, closed = true): string[] => {
    const stranger = Object.keys(given).find((keyword) => !UNDERSTOOD.has(keyword));
    if (stranger !== undefined) throw new Error(`nobody checks the keyword ${stranger}`);
    if (Object.keys(given).length === 0) return [];
    const schema = pointed(given);
    const { type, allOf = [], anyOf, items, minItems, maxItems, additionalProperties } = schema;
    if (schema !== given) return of(schema, value, at, closed);
    if ("const" in schema && value !== schema.const) return [`${at} is not ${JSON.stringify(schema.const)}`];
    if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is none of ${schema.enum.join(", ")}`];
    if (anyOf !== undefined) {
      const [closest = []] = anyOf.map((each) => of(each, value, at)).toSorted((one, other) => one.length - other.length);
      return closest.length === 0 ? [] : [`${at} is nothing of what it may be`, ...closest];
    }
    const actual = typeOf(value);
    const types = type === undefined ? [actual] : [type].flat();
    if (!types.includes(actual) && !(actual === "integer" && types.includes("number")))
      return [`${at} is ${actual} instead of ${types.join(" or ")}`];
    if (Array.isArray(value))
      return [
        ...(isOutside(value.length, minItems, maxItems) ? [`${at} has ${value.length} elements`] : []),
        ...value.flatMap((each, index) => (items === undefined ? [] : of(items, each, `${at}[${index}]`))),
      ];
    if (!isObject(value)) return ofScalar(schema, value, at);
    const told = new Set(fieldsOf(schema));
    const isOpen = additionalProperties !== undefined && additionalProperties !== false;
    const untold = closed && !isOpen ? Object.keys(value).filter((name) => !told.has(name)) : [];
    return [
      ...untold.map((name) => `${at}.${name} is not documented`),
      ...allOf.flatMap((each) => of(each, value, at, false)),
      ...ofObject(schema, value, at),
    ];
  };
  return of;
};

/** The operation of a request, its path as it was sent. The device API does not mind a slash at the path's end; `undefined` when there is none. */
export const operationFor = (document: Document) => {
  const operations = operationsOf(document).map((each) => {
    const [method = "", path = ""] = each.key.split(" ");
    const pattern = path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+");
    return { ...each, method, pattern: new RegExp(`^${pattern}${isOfDeviceApi(each.key) ? "/*" : ""}$`) };
  });
  // A path without a variable goes before one with it.
  const inOrder = operations.toSorted((one, other) => one.key.split("{").length - other.key.split("{").length);
  return (method: string, path: string): { readonly key: string; readonly operation: Operation } | undefined =>
    inOrder.find((each) => each.method === method && each.pattern.test(path.replace(/\?.*$/s, "")));
};

/** What of an answer to `operation` is not as documented. */
const wrongWith = (document: Document, operation: Operation, { status, headers, body }: Answered): string[] => {
  const documented = operation.responses[String(status)];
  if (documented === undefined) return [`${status} is not documented`];
  const { content, headers: promised = {} } = responseOf(document, documented);
  const given = [...(status < 400 ? ["ETag", "Location", "Link"] : []), "Retry-After"].filter((name) => headers.get(name) !== null);
  const borne = [
    ...given.filter((name) => !(name in promised)).map((name) => `bears ${name}, which is not documented`),
    ...Object.entries(promised).flatMap(([name, { required, schema }]) => {
      const value = headers.get(name);
      if (value === null) return required === true ? [`bears no ${name}`] : [];
      return complaintsOf(document)(schema, value, name);
    }),
  ];
  const type = headers.get("content-type")?.split(";")[0];
  if (content === undefined) return body === undefined ? borne : [...borne, "has a body, which is not documented"];
  const schema = content[type ?? ""]?.schema;
  if (schema === undefined) return [...borne, `is ${type ?? "nothing"} instead of ${Object.keys(content).join(" or ")}`];
  return [...borne, ...complaintsOf(document)(schema, body, "body")];
};

const NO_ROUTE = JSON.stringify({ message: "Not Found" });

/** The answers to requests that the document has no operation for: those of the gateway, and below /mdm those of the device API with these numbers. Paths in Srv are of version 1. */
const isOfNoRoute = (document: Document, path: string, { status, body }: Answered): boolean => {
  if (!isOfDeviceApi(` ${path}`)) return status === 404 && JSON.stringify(body) === NO_ROUTE;
  const { MdmError = {} } = document.components.schemas;
  const isOfVersion1 = /Srv\/*$/.test(path);
  const { status: state, ...error } = isObject(body) ? body : {};
  const isError = complaintsOf(document)(MdmError, error, "body").length === 0 && state === (isOfVersion1 ? -1 : undefined);
  const isPath = ["GET", "POST"].some((method) => operationFor(document)(method, path) !== undefined);
  const [expected, number] = isPath ? [405, 9726] : [410, 9634];
  return isError && error.errorNumber === number && status === (isOfVersion1 ? 200 : expected);
};

/** What of an answer is not as the document says. */
export const undocumented = (document: Document) => {
  const find = operationFor(document);
  return (method: string, path: string, answered: Answered): string[] => {
    const found = find(method, path);
    const complaints =
      found === undefined
        ? isOfNoRoute(document, path, answered)
          ? []
          : [`${answered.status} where there is no route`]
        : wrongWith(document, found.operation, answered);
    return complaints.map((complaint) => `${found?.key ?? `${method} ${path}`} ${answered.status}: ${complaint}`);
  };
};
