// The demo organization of a first start, and the file that says where everything is and who can sign in. Only its owner may read it.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AdminInitiateAuthCommand, CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import { callerOf } from "./client.ts";
import { ANY_ACCESS } from "./place.ts";
import type { LocalService } from "./service.ts";
import { writePrivately } from "./state.ts";

const Signed = z.object({
  id: z.string(),
  email: z.string(),
  password: z.string(),
  /** An access token. Left out when the password in this file is no longer the person's. */
  bearer: z.string().optional(),
});

export const Session = z.object({
  api: z.url(),
  identity: z.url(),
  userPoolId: z.string(),
  clientId: z.string(),
  endpoints: z.object({ dynamodb: z.url(), s3: z.url(), eventbridge: z.url(), lambda: z.url(), sqs: z.url() }),
  /** What S3's stand-in checks signatures against; the others take any. */
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  accounts: z.object({ administrator: Signed, contentManager: Signed }),
  mdmServers: z.array(z.object({ id: z.string(), name: z.string(), credential: z.string() })),
});
export type Session = z.infer<typeof Session>;
type Signed = z.infer<typeof Signed>;

export const sessionFile = (directory: string): string => join(directory, "session.json");

/** `undefined` before the first start is complete. */
export const readSession = (directory: string): Session | undefined => {
  const file = sessionFile(directory);
  return existsSync(file) ? Session.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
};

type Provider = Pick<Session, "identity" | "userPoolId" | "clientId">;

/** An access token, or `undefined` when the password is another one or the person may not sign in. */
export const signIn = async (
  { identity, userPoolId, clientId }: Provider,
  { email, password }: Pick<Signed, "email" | "password">,
): Promise<string | undefined> => {
  const client = new CognitoIdentityProviderClient({ endpoint: identity, ...ANY_ACCESS });
  const AuthParameters = { USERNAME: email, PASSWORD: password };
  try {
    const { AuthenticationResult } = await client.send(
      new AdminInitiateAuthCommand({ UserPoolId: userPoolId, ClientId: clientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters }),
    );
    return AuthenticationResult?.AccessToken;
  } catch (error) {
    if (error instanceof Error && /^(NotAuthorized|UserNotFound|PasswordResetRequired)Exception$/.test(error.name)) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
};

/** A request that must succeed. */
const asked = async (api: string, bearer: string, path: string, body?: object): Promise<unknown> => {
  const { status, body: answered } = await callerOf(api, bearer)(body === undefined ? "GET" : "POST", path, body);
  if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(answered)}`);
  return answered;
};

const Listed = z.object({ items: z.array(z.looseObject({ id: z.string() })) });
const Identified = z.object({ id: z.string() });

/** What a list has by `field`, or what `make` makes: a first start that was cut short goes on where it was. */
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
const seed = async (where: Provider & { readonly api: string }, { provider }: LocalService): Promise<Session["accounts"]> => {
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

/** Seeds at the first start, and writes the file with fresh bearers. */
export const writeSession = async (directory: string, service: LocalService): Promise<Session> => {
  const { api, identity, endpoints, access, provider } = service;
  const where = {
    api,
    identity,
    userPoolId: provider.pool.id,
    clientId: provider.pool.clientId,
    endpoints,
    credentials: access.credentials,
  };
  const accounts = readSession(directory)?.accounts ?? (await seed(where, service));
  const withBearer = async ({ bearer: _, ...account }: Signed): Promise<Signed> => {
    const bearer = await signIn(where, account);
    return bearer === undefined ? account : { ...account, bearer };
  };
  const { administrator, contentManager } = accounts;
  const session: Session = {
    ...where,
    accounts: { administrator: await withBearer(administrator), contentManager: await withBearer(contentManager) },
    mdmServers: [],
  };
  writePrivately(sessionFile(directory), JSON.stringify(session, undefined, 2));
  return session;
};
