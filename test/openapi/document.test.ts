// The API's document: up to date, whole in itself, and of the form that OpenAPI 3.1 asks for.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { REASONS } from "../../domain/refusal.ts";
import { ADMIN_ROUTES, CUSTODY_ROUTES, OPEN_ROUTES } from "../../functions/routes.ts";
import { type Operation, operationsOf, type Parameter, responseOf } from "../../openapi/document.ts";
import { writtenFiles } from "../../openapi/written.ts";
import { complaintsOf, document } from "../answers.ts";

const root = join(import.meta.dirname, "../..");
const operations = operationsOf(document);

/** Everything that `$ref` points at, anywhere. */
const refsIn = (value: unknown): string[] => {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => (name === "$ref" && typeof each === "string" ? [each] : refsIn(each)));
};

const at = (pointer: string): unknown =>
  pointer
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (value, name) => (typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined),
      document,
    );

const namesIn = ({ parameters = [] }: Operation, place: Parameter["in"]): string[] =>
  parameters.filter((each) => each.in === place).map(({ name }) => name);

describe("what is made from the routes", () => {
  test.each(Object.entries(writtenFiles()))("%s is up to date: `npm run openapi` writes it", (file, text) => {
    expect(readFileSync(join(root, file), "utf8")).toBe(text);
  });
});

describe("the document", () => {
  test("has exactly the routes that are served", () => {
    expect(operations.map(({ key }) => key).toSorted()).toEqual([...ADMIN_ROUTES, ...CUSTODY_ROUTES].toSorted());
  });

  test("points nowhere but into itself, and holds nothing that nobody points at", () => {
    const refs = new Set(refsIn(document));
    expect(refs.size).toBeGreaterThan(20);
    expect([...refs].filter((ref) => at(ref) === undefined)).toEqual([]);
    const { schemas, responses } = document.components;
    const kept = [
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
      ...Object.keys(responses).map((name) => `#/components/responses/${name}`),
    ];
    expect(kept.filter((ref) => !refs.has(ref))).toEqual([]);
    for (const name of [...Object.keys(schemas), ...Object.keys(responses)]) expect(name).toMatch(/^[\w.-]+$/);
  });

  test("has the fields that OpenAPI requires", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    const schemes = new Set(Object.keys(document.components.securitySchemes));
    for (const { operation } of operations) {
      expect(operation.tags.every((tag) => document.tags.some(({ name }) => name === tag))).toBe(true);
      expect(operation.security.flatMap(Object.keys).filter((scheme) => !schemes.has(scheme))).toEqual([]);
      for (const response of Object.values(operation.responses)) expect(responseOf(document, response).description).toMatch(/\w/);
    }
  });

  test("names each operation once, in a sentence without its full stop", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-z]\w+$/);
      expect(operation.summary).toMatch(/^[A-Z].*[^.\s]$/);
    }
  });

  test.each(operations)("$key declares what is in its path, takes a body or a query, and can succeed", ({ key, path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(namesIn(operation, "path")).toEqual(inPath);
    const names = (operation.parameters ?? []).map(({ name, in: place }) => `${place} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(key.startsWith("GET ") ? operation.requestBody : namesIn(operation, "query")).toEqual(key.startsWith("GET ") ? undefined : []);
    const statuses = Object.keys(operation.responses);
    expect(statuses.some((status) => /^[23]\d\d$/.test(status))).toBe(true);
    expect(statuses.every((status) => /^[2-5]\d\d$/.test(status))).toBe(true);
  });

  test("says which routes take no bearer of people", () => {
    const open = operations.filter(({ operation }) => operation.security.every(({ account }) => account === undefined));
    expect(open.map(({ key }) => key).toSorted()).toEqual(OPEN_ROUTES.toSorted());
  });

  test("closes the list of reasons, and every reason is some route's", () => {
    expect(document.components.schemas.Problem?.properties?.reason?.enum).toEqual(REASONS);
    const told = operations.flatMap(({ operation }) =>
      Object.values(operation.responses).flatMap((response) => {
        const { content } = responseOf(document, response);
        return content?.["application/problem+json"]?.schema.properties?.reason?.enum ?? [];
      }),
    );
    expect([...new Set(told)].toSorted()).toEqual(REASONS.toSorted());
  });

  test("has only defaults that its own schemas take", () => {
    const complaints = operations.flatMap(({ operation: { parameters = [] } }) =>
      parameters.flatMap(({ name, schema }) => (schema.default === undefined ? [] : complaintsOf(document)(schema, schema.default, name))),
    );
    expect(complaints).toEqual([]);
  });
});

describe("a named schema", () => {
  test("is referred to where the very same one, or one that extends it, is answered", () => {
    const { responses } = document.paths["/v1/content-tokens"]?.post ?? {};
    const schema =
      responses?.["201"] === undefined ? undefined : responseOf(document, responses["201"]).content?.["application/json"]?.schema;
    expect(schema?.allOf).toEqual([{ $ref: "#/components/schemas/ContentToken" }]);
    expect(Object.keys(schema?.properties ?? {})).toEqual(["renews", "overlapEndsAt"]);
  });

  test("is open to further fields when it is answered, and closed when it is asked", () => {
    expect(document.components.schemas.ContentToken?.additionalProperties).toBeUndefined();
    const body = document.paths["/v1/content-tokens"]?.post?.requestBody?.content["application/json"]?.schema;
    expect(body).toMatchObject({ additionalProperties: false, required: ["locationId"] });
  });

  test("says times as they are written, and how long a text may be although it is trimmed first", () => {
    expect(document.components.schemas.ContentToken?.properties?.expiresAt).toEqual({ type: "string", format: "date-time" });
    const body = document.paths["/v1/locations"]?.post?.requestBody?.content["application/json"]?.schema;
    expect(body?.properties?.name).toMatchObject({ type: "string", minLength: 1, maxLength: 100 });
  });
});
