// The API as an OpenAPI 3.1 document, made from the routes: their schemas, who may call them, and what they answer and refuse.
// Source: OpenAPI Specification 3.1.1.
import { DEVICE_API } from "./mdm-operations.ts";
import { MDM_SCHEMAS } from "./mdm-responses.ts";
import type { Named } from "./responses.ts";
import { GATEWAY_REFUSAL } from "./responses.ts";
import { namedSchemas } from "./schema.ts";
import type { Described, Document, Operation } from "./types.ts";

const DESCRIPTION = `Keeps an organization's content tokens and hands them to its MDM servers.

Whoever is refused is answered with problem details (RFC 9457), whose \`reason\` is one of a closed list; what the gateway refuses by itself has a \`message\` alone. Lists are paged: \`next\` of a page is the next request's \`after\`. Records that can be edited bear an \`ETag\`, which an edit may send as \`If-Match\`. Answers may gain fields: ignore those you don't know. Below \`/mdm\`, MDM servers are answered in a protocol of their own.`;

const SECURITY_SCHEMES = {
  account: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "An access token of the user pool, for a sign-in after the account's last password change. The account's record decides what it may.",
  },
  mdmServer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "mdmc_…",
    description: "The credential that registering an MDM server showed.",
  },
  contentToken: {
    type: "http",
    scheme: "bearer",
    description: "The text of the content token's file, verbatim. Version 1 of the protocol has it in the body, as `sToken`.",
  },
  contentTokenCookie: { type: "apiKey", in: "cookie", name: "itvt", description: "The text of the content token's file." },
};

/** `described`: what belongs together stands together. */
export const documentOf = (described: readonly Described[]): Document => {
  const all = described.flatMap(({ refusals }) => Object.values(refusals));
  // What several operations answer alike is written once.
  const shared = new Map(all.filter(([name]) => all.filter(([other]) => other === name).length > 1));
  const pointed = ([name, response]: Named) => (shared.has(name) ? { $ref: `#/components/responses/${name}` } : response);

  const paths: Record<string, Record<string, Operation>> = {};
  for (const { key, operation, successes, refusals } of described) {
    const [method = "", path = ""] = key.split(" ");
    const refused = Object.entries(refusals).map(([status, named]) => [status, pointed(named)] as const);
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: { ...operation, responses: { ...successes, ...Object.fromEntries(refused) } },
    };
  }
  const tags = [...new Set(described.flatMap(({ operation }) => operation.tags))];
  return {
    openapi: "3.1.1",
    info: { title: "Content Tokens", version: "1", description: DESCRIPTION },
    servers: [{ url: "/", description: "Where this document comes from." }],
    tags: tags.map((name) => (name === DEVICE_API.name ? DEVICE_API : { name })),
    paths,
    components: {
      schemas: { ...namedSchemas(), ...MDM_SCHEMAS, GatewayRefusal: GATEWAY_REFUSAL },
      responses: Object.fromEntries([...shared].toSorted(([one], [other]) => one.localeCompare(other))),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
};
