// What an operation answers: its successes as the route tells them, its refusals by status, and what the gateway answers by itself.
import { type Reason, Refusal } from "../domain/shared/refusal.ts";
import { problemOf } from "../functions/middleware/problem.ts";
import { type AnyRoute, reasonsOf } from "./reasons.ts";
import { refTo, type Schema, schemaOf } from "./schema.ts";

type Header = { readonly description: string; readonly required?: boolean; readonly schema: Schema };
export type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export type Response = {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Content;
};

export const GATEWAY_REFUSAL: Schema = {
  type: "object",
  description: "What the gateway answers by itself, before the service is asked.",
  properties: { message: { type: "string" } },
  required: ["message"],
};

const RESPONSES_OF_GATEWAY: Readonly<Record<number, string>> = {
  401: "The gateway takes no such bearer",
  413: "The body is beyond the gateway's ten megabytes",
  429: "Too many requests a second",
  500: "The gateway was not answered",
  503: "The gateway found nobody to answer",
};

const ETAG: Header = { description: "Tells this edition from others.", required: true, schema: { type: "string", pattern: '^"[^"]+"$' } };
const LOCATION: Header = { description: "The link.", required: true, schema: { type: "string", format: "uri" } };
const LINK: Header = {
  description: 'Related resources (RFC 8288): `rel="alternate"` names the same resource of each other location.',
  schema: { type: "string" },
};
export const RETRY_AFTER: Header = { description: "After how many seconds to try again.", schema: { type: "string" } };

export const successes = ({ answers, etag, link, reply }: AnyRoute): Record<string, Response> =>
  Object.fromEntries(
    Object.entries(answers).map(([status, description]) => {
      const headers = {
        ...(etag ? { ETag: ETAG } : {}),
        ...(status === "303" ? { Location: LOCATION } : {}),
        ...(link ? { Link: LINK } : {}),
      };
      const hasBody = Number(status) < 300;
      return [
        status,
        {
          description,
          ...(Object.keys(headers).length === 0 ? {} : { headers }),
          ...(hasBody ? { content: { "application/json": { schema: schemaOf(reply, "output") } } } : {}),
        },
      ];
    }),
  );

const problems = (status: number, reasons: readonly Reason[]): Schema => ({
  allOf: [{ $ref: refTo("Problem") }],
  properties: { status: { const: status }, reason: { enum: reasons } },
});

const refusal = (status: number, reasons: readonly Reason[], gateway: string | undefined): Response => {
  const titles = reasons.map((reason) => problemOf(new Refusal(reason, ""), "").title);
  return {
    description: [...titles, ...(gateway === undefined ? [] : [gateway])].join("; "),
    ...(status === 503 ? { headers: { "Retry-After": RETRY_AFTER } } : {}),
    content: {
      ...(reasons.length === 0 ? {} : { "application/problem+json": { schema: problems(status, reasons) } }),
      ...(gateway === undefined ? {} : { "application/json": { schema: { $ref: refTo("GatewayRefusal") } } }),
    },
  };
};

/** By status. `signedIn`: whether it is behind the user pool's authorizer. */
export const gatewayAnswers = (key: string, { signedIn }: { readonly signedIn: boolean }): ReadonlyMap<number, string> => {
  const answers = Object.entries(RESPONSES_OF_GATEWAY).filter(([status]) => {
    if (status === "401") return signedIn;
    return status !== "413" || !key.startsWith("GET ");
  });
  return new Map(answers.map(([status, description]) => [Number(status), description]));
};

export type Named = readonly [name: string, response: Response];

/** Every refusal by its status, with a name that stands for what is in it. */
export const refusals = (key: string, route: AnyRoute): Readonly<Record<string, Named>> => {
  const byStatus = new Map<number, Reason[]>();
  for (const reason of reasonsOf(key, route)) {
    const { status } = problemOf(new Refusal(reason, ""), "");
    byStatus.set(status, [...(byStatus.get(status) ?? []), reason]);
  }
  const gateway = gatewayAnswers(key, { signedIn: route.who === "administrator" || route.who === "content-manager" });
  const statuses = [...new Set([...byStatus.keys(), ...gateway.keys()])].toSorted();
  return Object.fromEntries(
    statuses.map((status) => {
      const reasons = byStatus.get(status) ?? [];
      const name = [status, ...reasons, ...(gateway.has(status) ? ["gateway"] : [])].join(".");
      return [status, [name, refusal(status, reasons, gateway.get(status))]];
    }),
  );
};
