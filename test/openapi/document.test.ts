// The API's document: up to date, whole in itself, and of the form that OpenAPI 3.1 asks for.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { MDM_ERROR_NUMBERS, statusOfNumber } from "../../domain/device-api/mdm-error.ts";
import { REASONS } from "../../domain/shared/refusal.ts";
import { ADMIN_ROUTES, CUSTODY_ROUTES, MDM_ROUTES, OPEN_ROUTES } from "../../functions/contract/routes.ts";
import { mdmRoutes } from "../../functions/device-api/routes.ts";
import { numbersOf } from "../../openapi/mdm-numbers.ts";
import { describedMdmRoutes, isAlwaysRefused, isOfDeviceApi } from "../../openapi/mdm-operations.ts";
import { partOf } from "../../openapi/part.ts";
import type { Schema } from "../../openapi/schema.ts";
import { type Operation, operationsOf, type Parameter, responseOf } from "../../openapi/types.ts";
import { writtenFiles } from "../../openapi/written.ts";
import { complaintsOf, document } from "../support/http/answers.ts";

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
    expect(operations.map(({ key }) => key).toSorted()).toEqual(
      [...ADMIN_ROUTES, ...CUSTODY_ROUTES, ...Object.keys(mdmRoutes())].toSorted(),
    );
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
    const keys = open.map(({ key }) => key).filter((key) => !isOfDeviceApi(key));
    // The gateway has one route for all that is below /mdm.
    expect([...keys, ...MDM_ROUTES].toSorted()).toEqual(OPEN_ROUTES.toSorted());
    expect(operations.filter(({ key }) => isOfDeviceApi(key)).every((each) => open.includes(each))).toBe(true);
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

describe("the device API in the document", () => {
  const routes = mdmRoutes();

  /** The numbers of a schema of errors, wherever in it they are. */
  const numbersIn = ({ $ref, anyOf = [], properties }: Schema): unknown[] => [
    ...($ref?.endsWith("/UnknownContentToken") ? [9622] : []),
    ...(properties?.errorNumber?.enum ?? []),
    ...anyOf.flatMap(numbersIn),
  ];

  const told = ({ responses }: Operation) =>
    Object.entries(responses).flatMap(([status, response]) =>
      numbersIn(responseOf(document, response).content?.["application/json"]?.schema ?? {}).map((number) => [
        Number(number),
        Number(status),
      ]),
    );

  test.each(Object.entries(routes))("%s tells of each number at its status, and of no other", (key, route) => {
    const operation = operations.find((each) => each.key === key)?.operation;
    const isVersion1 = "version" in route;
    const expected = numbersOf(key, route).map((number) => [number, isVersion1 ? 200 : statusOfNumber(number)]);
    expect((operation === undefined ? [] : told(operation)).toSorted(([one = 0], [other = 0]) => one - other)).toEqual(expected);
  });

  test("tells of an unknown token with a success, and of nothing else where no route answers", () => {
    const { "200": shown } = document.paths["/mdm/v2/users"]?.get?.responses ?? {};
    expect(shown).toMatchObject({
      content: {
        "application/json": {
          schema: {
            anyOf: [{ allOf: [{ $ref: "#/components/schemas/MdmAnswer" }] }, { $ref: "#/components/schemas/UnknownContentToken" }],
          },
        },
      },
    });
    const refused = operations.filter(({ operation }) => isAlwaysRefused(operation)).map(({ path }) => path);
    expect(refused).toHaveLength(9);
    expect(refused.every((path) => path.startsWith("/mdm/v2/subscriptions"))).toBe(true);
  });

  test("asks for a token where one is needed: as a bearer, or in the body of version 1", () => {
    expect(document.paths["/mdm/v2/service/config"]?.get?.security).toEqual([]);
    expect(document.paths["/mdm/v2/users"]?.get?.security).toEqual([{ contentToken: [] }]);
    const { security, requestBody } = document.paths["/mdm/registerVPPUserSrv"]?.post ?? {};
    expect(security).toEqual([]);
    expect(requestBody?.content["application/json"]?.schema.required).toEqual(["sToken", "clientUserIdStr"]);
    const words = { input: z.object({}), reply: z.object({}), does: "Look up", answers: "Names" };
    const [lookUp] = describedMdmRoutes({ "GET /mdm/v2/lookup": { ...words, token: "cookie" } });
    expect(lookUp?.operation).toMatchObject({ operationId: "getV2Lookup", security: [{ contentToken: [] }, { contentTokenCookie: [] }] });
  });

  test("closes the list of numbers", () => {
    expect(document.components.schemas.MdmError?.properties?.errorNumber?.enum).toEqual(MDM_ERROR_NUMBERS);
  });
});

describe("the part of the document that the client is made from", () => {
  const part = partOf(document, (key) => !isOfDeviceApi(key));

  test("has every other operation, and what they refer to", () => {
    expect(operationsOf(part)).toEqual(operations.filter(({ key }) => !isOfDeviceApi(key)));
    const { schemas, responses } = part.components;
    const kept = [
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
      ...Object.keys(responses).map((name) => `#/components/responses/${name}`),
    ];
    expect([...new Set(refsIn(part))].toSorted()).toEqual(kept.toSorted());
    expect(Object.keys(schemas)).not.toContain("MdmError");
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
