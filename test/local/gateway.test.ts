// The HTTP API's stand-in: which route takes a request, what the function is given, and how its answers and failures come back.
import { expect, test } from "vitest";
import { FunctionError, type LocalFunction } from "../../local/functions.ts";
import { gatewayOf, type Scheme } from "../../local/gateway.ts";
import type { Asked } from "../../local/http.ts";
import type { LocalResource } from "../../local/template.ts";

const resource = (type: string, id: string, properties: Record<string, unknown>): LocalResource => ({
  stack: "Service",
  id,
  type: `AWS::ApiGatewayV2::${type}`,
  asset: undefined,
  name: () => id,
  attribute: (name) => `${id}.${name}`,
  properties: () => properties,
});

const gateway = (
  routeKeys: readonly string[],
  answer: (event: Record<string, unknown>) => unknown,
  errors: unknown[] = [],
  scheme: Scheme = "http",
) => {
  const integration = { IntegrationType: "AWS_PROXY", IntegrationUri: "arn", PayloadFormatVersion: "2.0" };
  const routes = routeKeys.map((RouteKey, index) =>
    resource("Route", `r${index}`, { RouteKey, Target: "integrations/i", AuthorizationType: "NONE" }),
  );
  const call: LocalFunction = { invoke: async (event) => answer(event as Record<string, unknown>), close: async () => undefined };
  const limits = { ThrottlingBurstLimit: 10, ThrottlingRateLimit: 15 };
  const stage = { StageName: "$default", RouteSettings: Object.fromEntries(routeKeys.map((key) => [key, limits])) };
  const resources = [resource("Api", "api", {}), resource("Integration", "i", integration), resource("Stage", "s", stage), ...routes];
  return gatewayOf(
    resources,
    () => call,
    (error) => errors.push(error),
    scheme,
  );
};

const asked = (method: string, path: string, over: Partial<Asked> = {}): Asked => ({
  method,
  path,
  query: "",
  headers: { host: "127.0.0.1:1" },
  body: Buffer.alloc(0),
  sourceIp: "127.0.0.1",
  ...over,
});
const echo = (event: Record<string, unknown>) => ({ statusCode: 200, body: JSON.stringify(event) });
const given = async (routeKeys: readonly string[], request: Asked) => JSON.parse(String((await gateway(routeKeys, echo)(request)).body));

test.each([
  ["GET", "/a/b", "GET /a/b"],
  ["GET", "/a/c", "GET /a/{id}"],
  ["GET", "/a/c/d", "GET /{rest+}"],
  ["POST", "/a/b", "POST /a/{id}"],
  ["PUT", "/a/b", "ANY /{rest+}"],
])("%s %s is taken by %s, in whatever order they stand", async (method, path, routeKey) => {
  const keys = ["ANY /{rest+}", "GET /{rest+}", "GET /a/{id}", "POST /a/{id}", "GET /a/b"];
  for (const order of [keys, keys.toReversed()]) expect((await given(order, asked(method, path))).routeKey).toBe(routeKey);
});

test("variables and queries arrive decoded, repeated ones joined", async () => {
  const event = await given(["GET /a/{id}"], asked("GET", "/a/x%2Fy%20z", { query: "q=1&q=2&r=a%26b" }));
  expect(event).toMatchObject({
    pathParameters: { id: "x/y z" },
    queryStringParameters: { q: "1,2", r: "a&b" },
    rawQueryString: "q=1&q=2&r=a%26b",
  });
});

test("a greedy route of any method says which path it took, by whom it was asked and in its own words", async () => {
  const key = "ANY /mdm/{proxy+}";
  const headers = { host: "127.0.0.1:1", "x-forwarded-proto": "https" };
  for (const [method, proxy] of [
    ["GET", "v2/assets"],
    ["POST", "v2/assets/associate"],
    ["DELETE", "v2"],
  ] as const)
    expect(await given(["GET /v1/{id}", key], asked(method, `/mdm/${proxy}`, { query: "pageIndex=1", headers }))).toMatchObject({
      version: "2.0",
      routeKey: key,
      rawPath: `/mdm/${proxy}`,
      rawQueryString: "pageIndex=1",
      headers: { host: "127.0.0.1:1", "x-forwarded-proto": "http" },
      pathParameters: { proxy },
      requestContext: { routeKey: key, domainName: "127.0.0.1:1", http: { method, path: `/mdm/${proxy}` } },
    });
  const beside = gateway([key], echo);
  for (const path of ["/mdm", "/mdmx/v2", "/v1/mdm/v2"]) expect((await beside(asked("GET", path))).status).toBe(404);
});

test("the scheme is the gateway's own, for any headers of a client", async () => {
  for (const scheme of ["http", "https"] as const) {
    const headers = { host: "127.0.0.1:1", "x-forwarded-proto": "gopher" };
    const answer = await gateway(["GET /a"], echo, [], scheme)(asked("GET", "/a", { headers }));
    expect(JSON.parse(String(answer.body))).toMatchObject({ headers: { "x-forwarded-proto": scheme } });
  }
});

test.each([
  ["application/json", true],
  ["application/json; charset=utf-8", true],
  ["text/csv", true],
  ["application/xml", true],
  ["application/octet-stream", false],
  ["application/x-www-form-urlencoded", false],
  ["application/vnd.api+json", false],
  [undefined, false],
])("a body of type %s arrives as text: %s, else as base64", async (type, isText) => {
  const headers = { host: "127.0.0.1:1", ...(type === undefined ? {} : { "content-type": type }) };
  const expected = isText ? { body: "{}", isBase64Encoded: false } : { body: "e30=", isBase64Encoded: true };
  expect(await given(["POST /a"], asked("POST", "/a", { body: Buffer.from("{}"), headers }))).toMatchObject(expected);
});

test("bytes that are not UTF-8 arrive as U+FFFD where the body is handed over as text, and unchanged as base64", async () => {
  const body = Buffer.from([0xff, 0x00]);
  const headers = { host: "127.0.0.1:1", "content-type": "application/octet-stream" };
  expect(await given(["POST /a"], asked("POST", "/a", { body, headers }))).toMatchObject({ body: "/wA=", isBase64Encoded: true });
  const json = { ...headers, "content-type": "application/json" };
  expect(await given(["POST /a"], asked("POST", "/a", { body, headers: json }))).toMatchObject({
    body: "\uFFFD\0",
    isBase64Encoded: false,
  });
});

test("status, headers and body come back; base64 as bytes", async () => {
  const answer = { statusCode: 201, headers: { etag: '"1"' }, body: "/wA=", isBase64Encoded: true };
  expect(await gateway(["GET /a"], () => answer)(asked("GET", "/a"))).toEqual({
    status: 201,
    headers: { etag: '"1"' },
    body: Buffer.from([0xff, 0]),
  });
});

test("a function that fails, or answers nothing that can be read, is 500 without a word why", async () => {
  const errors: unknown[] = [];
  const fails = (): never => {
    throw new FunctionError("Error", "the secret is abc");
  };
  for (const answer of [fails, () => "text", () => ({ body: "no status" })]) {
    const { status, body } = await gateway(["GET /a"], answer, errors)(asked("GET", "/a"));
    expect([status, body]).toEqual([500, '{"message":"Internal Server Error"}']);
  }
  expect(errors).toHaveLength(3);
});

test("a route that wants a bearer and has no authorizer does not start", () => {
  const route = resource("Route", "r", { RouteKey: "GET /a", Target: "integrations/i", AuthorizationType: "JWT", AuthorizerId: "none" });
  const integration = resource("Integration", "i", { IntegrationType: "AWS_PROXY", IntegrationUri: "arn", PayloadFormatVersion: "2.0" });
  const call: LocalFunction = { invoke: async () => undefined, close: async () => undefined };
  expect(() =>
    gatewayOf(
      [resource("Api", "api", {}), integration, route],
      () => call,
      () => undefined,
    ),
  ).toThrow("no authorizer");
});
