// The routes of the device management API as operations.

import type { AnyMdmRoute } from "./mdm-numbers.ts";
import { mdmRefusals, mdmSuccesses, UNKNOWN_TOKEN } from "./mdm-responses.ts";
import { parameterOf } from "./operations.ts";
import { type Schema, schemaOf } from "./schema.ts";
import type { Described, Operation } from "./types.ts";

export const DEVICE_API = {
  name: "Device management API",
  description: `Apple's App and Book Management API, version 2, as MDM servers speak it, at this deployment's address instead of \`https://vpp.itunes.apple.com\`. Who asks is told by the content token alone: the text of its file, verbatim, is the bearer.

An error is \`{errorNumber, errorMessage, errorInfo?}\`, and each number has its status. A token that this service did not issue is answered with 9622 and status 200, as Apple's service does, and so is one that a newer token superseded. Version 1 answers every error with status 200 and \`"status": -1\` in the body. A path that there is not is answered with 9634, a method that a path does not have with 9726; on a path that ends in \`Srv\`, in the form of version 1. 9646 answers requests that come too often, and requests for jobs while too much of the location is pending, of which nothing is recorded. An error with 429 or 503 says in \`Retry-After\` after how many seconds to ask again.`,
};

export const isOfDeviceApi = (key: string): boolean => key.includes(" /mdm/");

/** Whether there is nothing but errors: a path that the protocol has and this service does not serve. */
export const isAlwaysRefused = ({ responses }: Operation): boolean => {
  const success = responses["200"];
  return success !== undefined && "content" in success && success.content?.["application/json"]?.schema.$ref === UNKNOWN_TOKEN;
};

/** From the method and the path: several routes may have one handler. */
const operationIdOf = (key: string): string => {
  const [method = "", path = ""] = key.split(" ");
  const parts = path.replace("/mdm/", "").split("/");
  return [method.toLowerCase(), ...parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1))].join("");
};

const BEARER: Operation["security"] = [{ contentToken: [] }];

const securityOf = (route: AnyMdmRoute): Operation["security"] => {
  if (!("input" in route) || route.token === "body") return [];
  return route.token === "cookie" ? [...BEARER, { contentTokenCookie: [] }] : BEARER;
};

const STOKEN: Schema = { type: "string", description: "The text of the content token's file, verbatim." };

/** A read is asked by its query, all else by its body. */
const askedOf = (key: string, route: AnyMdmRoute): Pick<Operation, "parameters" | "requestBody"> => {
  if (!("input" in route)) return {};
  const { properties = {}, required = [], ...schema } = schemaOf(route.input, "input");
  if (key.startsWith("GET ")) {
    const parameters = Object.entries(properties).map(([name, field]) => parameterOf(name, "query", field, required.includes(name)));
    return parameters.length === 0 ? {} : { parameters };
  }
  const inBody = route.token === "body";
  const fields = { ...(inBody ? { sToken: STOKEN } : {}), ...properties };
  const needed = [...(inBody ? ["sToken"] : []), ...required];
  const body = { ...schema, properties: fields, ...(needed.length === 0 ? {} : { required: needed }) };
  if (Object.keys(fields).length === 0) return {};
  return { requestBody: { required: needed.length > 0, content: { "application/json": { schema: body } } } };
};

export const describedMdmRoutes = (routes: Readonly<Record<string, AnyMdmRoute>>): readonly Described[] =>
  Object.entries(routes).map(([key, route]) => ({
    key,
    operation: {
      operationId: operationIdOf(key),
      summary: route.does,
      tags: [DEVICE_API.name],
      security: securityOf(route),
      ...askedOf(key, route),
    },
    successes: mdmSuccesses(key, route),
    refusals: mdmRefusals(key, route),
  }));
