// The template's HTTP API on one machine: its routes, its JWT authorizer, its functions, with events and refusals shaped as API Gateway's.
// Source: API Gateway developer guide, "Lambda proxy integrations for HTTP APIs" (payload 2.0) and "Control access with JWT authorizers".
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { authorizerOf, type Claims } from "./authorizer.ts";
import type { LocalFunction } from "./functions.ts";
import { type Answered, type Asked, json } from "./http.ts";
import { ACCOUNT_ID } from "./place.ts";
import type { LocalResource } from "./template.ts";

const Route = z.object({
  RouteKey: z.string(),
  Target: z.string().startsWith("integrations/"),
  AuthorizationType: z.enum(["JWT", "NONE"]).default("NONE"),
  AuthorizerId: z.string().optional(),
});
const Integration = z.object({
  IntegrationType: z.literal("AWS_PROXY"),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal("2.0"),
});

const Answer = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  body: z.string().default(""),
  isBase64Encoded: z.boolean().default(false),
});

/** `undefined` when the bearer opens nothing. */
export type Authorize = (authorization: string | undefined) => Promise<Claims | undefined>;

type Served = {
  readonly routeKey: string;
  readonly method: string;
  readonly segments: readonly string[];
  readonly authorize: Authorize | undefined;
  readonly call: LocalFunction;
};

const segmentsOf = (path: string): string[] => path.split("/").slice(1);
const isVariable = (segment: string): boolean => /^\{\w+\+?\}$/.test(segment);
const isGreedy = (segment: string): boolean => /^\{\w+\+\}$/.test(segment);
const variableOf = (segment: string): string => segment.replace(/^\{(\w+)\+?\}$/, "$1");

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** The path's variables, or `undefined` when the route is another one. */
const variables = ({ segments }: Served, path: readonly string[]): Record<string, string> | undefined => {
  const found: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    if (isGreedy(segment)) {
      found[variableOf(segment)] = path.slice(index).map(decoded).join("/");
      return index < path.length ? found : undefined;
    }
    const given = path[index];
    if (given === undefined || given === "") return undefined;
    if (isVariable(segment)) found[variableOf(segment)] = decoded(given);
    else if (segment !== given) return undefined;
  }
  return segments.length === path.length ? found : undefined;
};

/** A fixed segment goes before a variable, a variable before a greedy one, segment by segment from the left. */
const rank = ({ segments, method }: Served): string =>
  segments.map((segment) => (isGreedy(segment) ? "2" : isVariable(segment) ? "1" : "0")).join("") + (method === "ANY" ? "1" : "0");

const queryOf = (query: string): Record<string, string> | undefined => {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return values.size === 0 ? undefined : Object.fromEntries([...values].map(([name, all]) => [name, all.join(",")]));
};

/**
 * The content types whose bodies the gateway hands over as text; all others, and bodies without a type, arrive as base64. AWS does not list them.
 * Source: observed against the real service by github.com/ministackorg/ministack, pull request 766.
 */
const isText = (contentType = ""): boolean => /^(text\/[^;]*|application\/(json|javascript|xml))\s*(;|$)/i.test(contentType);

/** The gateway gives every claim as text. */
const asText = (claims: Claims): Record<string, string> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, Array.isArray(value) ? `[${value.join(" ")}]` : String(value)]));

export type Scheme = "http" | "https";
type Place = { readonly apiId: string; readonly scheme: Scheme };
type Matched = { readonly route: Served; readonly pathParameters: Record<string, string>; readonly claims: Claims | undefined };

const createEvent = (
  { method, path, query, headers, body, sourceIp }: Asked,
  { route, pathParameters, claims }: Matched,
  { apiId, scheme }: Place,
) => {
  const now = new Date();
  const text = isText(headers["content-type"]);
  const queryStringParameters = queryOf(query);
  return {
    version: "2.0",
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: query,
    // The gateway's own word, whatever the client says of itself.
    headers: { ...headers, "x-forwarded-proto": scheme },
    ...(queryStringParameters === undefined ? {} : { queryStringParameters }),
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId,
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims: asText(claims), scopes: null } } }),
      domainName: headers.host,
      domainPrefix: apiId,
      http: { method, path, protocol: "HTTP/1.1", sourceIp, userAgent: headers["user-agent"] ?? "" },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: "$default",
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    // Bytes that are not UTF-8 become U+FFFD here. AWS does not document its behavior: this is the worst case, in which the function no longer sees the bytes.
    ...(body.length === 0 ? {} : { body: body.toString(text ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !text,
  };
};

/** What answers at the API's address. `functionOf` finds a function by its ARN. */
export const gatewayOf = (
  resources: readonly LocalResource[],
  functionOf: (arn: string) => LocalFunction,
  onError: (error: unknown) => void,
  scheme: Scheme = "http",
) => {
  const of = (kind: string) => resources.filter(({ type }) => type === `AWS::ApiGatewayV2::${kind}`);
  const [api, ...others] = of("Api");
  if (api === undefined || others.length > 0) throw new Error("the template must have exactly one HTTP API");
  const integrations = new Map(of("Integration").map((each) => [each.name(), Integration.parse(each.properties())]));
  const authorizers = new Map(of("Authorizer").map((each) => [each.name(), authorizerOf(each.properties())]));

  const served = of("Route").map((resource): Served => {
    const { RouteKey, Target, AuthorizationType, AuthorizerId } = Route.parse(resource.properties());
    const integration = integrations.get(Target.slice("integrations/".length));
    if (integration === undefined) throw new Error(`the route ${RouteKey} has no integration`);
    const [method = "", path = ""] = RouteKey.split(" ");
    const authorize = authorizers.get(AuthorizerId ?? "");
    if (AuthorizationType === "JWT" && authorize === undefined) throw new Error(`the route ${RouteKey} has no authorizer`);
    return {
      routeKey: RouteKey,
      method,
      segments: segmentsOf(path),
      authorize: AuthorizationType === "JWT" ? authorize : undefined,
      call: functionOf(integration.IntegrationUri),
    };
  });
  const routes = served.toSorted((a, b) => rank(a).localeCompare(rank(b)));

  const find = ({ method, path }: Asked) => {
    const segments = segmentsOf(path);
    for (const route of routes) {
      if (route.method !== method && route.method !== "ANY") continue;
      const pathParameters = variables(route, segments);
      if (pathParameters !== undefined) return { route, pathParameters };
    }
    return undefined;
  };

  return async (asked: Asked): Promise<Answered> => {
    const match = find(asked);
    if (match === undefined) return json(404, { message: "Not Found" });
    let claims: Claims | undefined;
    if (match.route.authorize !== undefined) {
      claims = await match.route.authorize(asked.headers.authorization);
      if (claims === undefined) return json(401, { message: "Unauthorized" }, { "www-authenticate": "Bearer" });
    }
    try {
      const answer = Answer.parse(await match.route.call.invoke(createEvent(asked, { ...match, claims }, { apiId: api.name(), scheme })));
      const body = answer.isBase64Encoded ? Buffer.from(answer.body, "base64") : answer.body;
      return { status: answer.statusCode, headers: answer.headers, body };
    } catch (error) {
      onError(error);
      return json(500, { message: "Internal Server Error" });
    }
  };
};
