// The demo organization of a first start, made through the service's own API: a first start that was cut short goes on where it was.
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { callerOf } from "./client.ts";
import type { IdentityProvider } from "./identity/provider.ts";
import { type Provider, signIn } from "./sign-in.ts";

type DemoAccount = { readonly id: string; readonly email: string; readonly password: string };
type DemoMdmServer = { readonly id: string; readonly name: string; readonly credential: string };
export type DemoOrganization = {
  readonly accounts: { readonly administrator: DemoAccount; readonly contentManager: DemoAccount };
  readonly mdmServers: readonly DemoMdmServer[];
};

/** A request that must succeed. */
const asked = async (api: string, bearer: string, path: string, body?: object): Promise<unknown> => {
  const { status, body: answered } = await callerOf(api, bearer)(body === undefined ? "GET" : "POST", path, body);
  if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(answered)}`);
  return answered;
};

const Listed = z.object({ items: z.array(z.looseObject({ id: z.string() })), next: z.string().optional() });
type Item = z.infer<typeof Listed>["items"][number];
const Identified = z.object({ id: z.string() });

/** Looks through every page of a list. */
const findListed = async (api: string, bearer: string, path: string, isIt: (item: Item) => boolean): Promise<Item | undefined> => {
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ limit: "100", ...(after === undefined ? {} : { after }) });
    const { items, next } = Listed.parse(await asked(api, bearer, `${path}?${query}`));
    const found = items.find(isIt);
    if (found !== undefined) return found;
    after = next;
  } while (after !== undefined);
  return undefined;
};

/** The identifier of the list's item that `isIt` accepts, or of a new one that is created with `body`. */
const ensured = async (api: string, bearer: string, path: string, isIt: (item: Item) => boolean, body: object): Promise<string> => {
  return (await findListed(api, bearer, path, isIt))?.id ?? Identified.parse(await asked(api, bearer, path, body)).id;
};

const newPassword = (): string => randomBytes(18).toString("base64url");

const signedIn = async (where: Provider, person: { readonly email: string; readonly password: string }): Promise<string> => {
  const bearer = await signIn(where, person);
  if (bearer === undefined) throw new Error(`the demo's ${person.email} can't sign in. Remove .local to begin anew.`);
  return bearer;
};

const Credential = z.object({ credential: z.string() });

/** Linked to the token. A credential is shown once: one that nobody kept, since an earlier start was cut short, is replaced. */
const seedMdmServer = async (api: string, bearer: string, tokenId: string): Promise<DemoMdmServer> => {
  const name = "Demo MDM server";
  const id = await ensured(api, bearer, "/v1/mdm-servers", (item) => item.name === name && item.removedAt === undefined, {
    name,
    vendor: "other",
  });
  const { credential } = Credential.parse(await asked(api, bearer, `/v1/mdm-servers/${id}/credential`, { revokeNow: true }));
  const linked = await callerOf(api, bearer)("PUT", `/v1/mdm-servers/${id}/links/${tokenId}`, {});
  if (linked.status !== 200) throw new Error(`linking the demo's MDM server answered ${linked.status}`);
  return { id, name, credential };
};

/**
 * Two locations with a token each, an administrator for all, a content manager for the second location, who issued its token, and an MDM server that
 * is linked to that one.
 */
export const seedDemoOrganization = async (
  where: Provider & { readonly api: string },
  provider: Pick<IdentityProvider, "adopt">,
): Promise<DemoOrganization> => {
  const { api } = where;
  // Invited by the first deployment's custom resource: the same person is given a password that the session file tells.
  const administrator = { email: "administrator@example.org", password: newPassword() };
  const manager = { email: "content.manager@example.org", password: newPassword() };
  const administratorSubject = await provider.adopt(administrator.email, administrator.password);
  const subject = await provider.adopt(manager.email, manager.password);
  const bearer = await signedIn(where, administrator);
  const name = "Pretendco Springfield";
  const primary = await ensured(api, bearer, "/v1/locations", ({ primary }) => primary === true, {});
  const second = await ensured(api, bearer, "/v1/locations", (item) => item.name === name, { name });
  const registration = { subject, email: manager.email, grants: [{ role: "content-manager", location: second }] };
  const contentManager = await ensured(api, bearer, "/v1/accounts", (item) => item.subject === subject, registration);
  const administratorId = await ensured(api, bearer, "/v1/accounts", (item) => item.subject === administratorSubject, {});
  const tokenOf = (locationId: string, issuer: string): Promise<string> =>
    ensured(api, issuer, "/v1/content-tokens", (item) => item.locationId === locationId && item.state === "active", { locationId });
  await tokenOf(primary, bearer);
  const tokenId = await tokenOf(second, await signedIn(where, manager));
  return {
    accounts: { administrator: { id: administratorId, ...administrator }, contentManager: { id: contentManager, ...manager } },
    mdmServers: [await seedMdmServer(api, bearer, tokenId)],
  };
};
