// The demo organization of a first start, made through the service's own API: a first start that was cut short goes on where it was.
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { callerOf } from "./client.ts";
import type { IdentityProvider } from "./identity/provider.ts";
import { type Provider, signIn } from "./sign-in.ts";

type DemoAccount = { readonly id: string; readonly email: string; readonly password: string };
export type DemoAccounts = { readonly administrator: DemoAccount; readonly contentManager: DemoAccount };

/** A request that must succeed. */
const asked = async (api: string, bearer: string, path: string, body?: object): Promise<unknown> => {
  const { status, body: answered } = await callerOf(api, bearer)(body === undefined ? "GET" : "POST", path, body);
  if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(answered)}`);
  return answered;
};

const Listed = z.object({ items: z.array(z.looseObject({ id: z.string() })) });
const Identified = z.object({ id: z.string() });

/** The identifier of what a list has by `field`, or of what is made with `body`. */
const ensured = async (
  api: string,
  bearer: string,
  path: string,
  [field, value]: readonly [string, unknown],
  body: object,
): Promise<string> => {
  const { items } = Listed.parse(await asked(api, bearer, path));
  return items.find((item) => item[field] === value)?.id ?? Identified.parse(await asked(api, bearer, path, body)).id;
};

const newPassword = (): string => randomBytes(18).toString("base64url");

/** Two locations with a token each, an administrator for all and a content manager for the second location. */
export const seedDemoOrganization = async (
  where: Provider & { readonly api: string },
  provider: Pick<IdentityProvider, "adopt">,
): Promise<DemoAccounts> => {
  const { api } = where;
  // Invited by the first deployment's custom resource: the same person is given a password that the session file tells.
  const administrator = { email: "administrator@example.org", password: newPassword() };
  const manager = { email: "content.manager@example.org", password: newPassword() };
  const administratorSubject = await provider.adopt(administrator.email, administrator.password);
  const subject = await provider.adopt(manager.email, manager.password);
  const bearer = await signIn(where, administrator);
  if (bearer === undefined) throw new Error("the demo's administrator can't sign in. Remove .local to begin anew.");
  const primary = await ensured(api, bearer, "/v1/locations", ["primary", true], {});
  const name = "Pretendco Springfield";
  const second = await ensured(api, bearer, "/v1/locations", ["name", name], { name });
  for (const locationId of [primary, second]) await ensured(api, bearer, "/v1/content-tokens", ["locationId", locationId], { locationId });
  const registration = { subject, email: manager.email, grants: [{ role: "content-manager", location: second }] };
  const contentManager = await ensured(api, bearer, "/v1/accounts", ["subject", subject], registration);
  const administratorId = await ensured(api, bearer, "/v1/accounts", ["subject", administratorSubject], {});
  return { administrator: { id: administratorId, ...administrator }, contentManager: { id: contentManager, ...manager } };
};
