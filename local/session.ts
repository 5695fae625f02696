// .local/session.json: where everything is, and who can sign in. Only its owner may read it.
import { join } from "node:path";
import * as z from "zod";
import { seedDemoOrganization } from "./demo-organization.ts";
import { Endpoints } from "./place.ts";
import type { LocalService } from "./service.ts";
import { signIn } from "./sign-in.ts";
import { readKept, SESSION_FILE, writePrivately } from "./state.ts";

const Signed = z.object({
  id: z.string(),
  email: z.string(),
  password: z.string(),
  /** An access token. Left out when the password in this file is no longer the person's. */
  bearer: z.string().optional(),
});

export const Session = z.object({
  api: z.url(),
  /** The certificate authority that a client of `api` has to trust, when it is https. */
  ca: z.string().optional(),
  identity: z.url(),
  userPoolId: z.string(),
  clientId: z.string(),
  endpoints: Endpoints,
  /** The stand-in for Apple's API. POST /control sets its answers. */
  apple: z.url(),
  /** What S3's stand-in checks signatures against; the others take any. */
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  accounts: z.object({ administrator: Signed, contentManager: Signed }),
  mdmServers: z.array(z.object({ id: z.string(), name: z.string(), credential: z.string() })),
});
export type Session = z.infer<typeof Session>;
type Signed = z.infer<typeof Signed>;

export const sessionFile = (directory: string): string => join(directory, SESSION_FILE);

const START_AGAIN = "Remove the file and start again: it is written again.";

/** `undefined` before the first start is complete. */
export const readSession = (directory: string): Session | undefined => readKept(sessionFile(directory), Session, START_AGAIN);

/** The part of the file that is kept from start to start, also of a file of an earlier version. */
const Seeded = Session.pick({ accounts: true, mdmServers: true });

const readSeeded = (directory: string): z.infer<typeof Seeded> | undefined => readKept(sessionFile(directory), Seeded, START_AGAIN);

/** Seeds at the first start, and writes the file with fresh bearers. */
export const writeSession = async (directory: string, service: LocalService): Promise<Session> => {
  const { api, ca, identity, endpoints, apple, access, provider } = service;
  const where = {
    api,
    ...(ca === undefined ? {} : { ca }),
    identity,
    userPoolId: provider.pool.id,
    clientId: provider.pool.clientId,
    endpoints,
    apple,
    credentials: access.credentials,
  };
  const { accounts, mdmServers } = readSeeded(directory) ?? (await seedDemoOrganization(where, provider));
  const withBearer = async ({ bearer: _, ...account }: Signed): Promise<Signed> => {
    const bearer = await signIn(where, account);
    return bearer === undefined ? account : { ...account, bearer };
  };
  const { administrator, contentManager } = accounts;
  // Parsing drops unknown fields: AWS clients add a `$source` to the credentials that they are given.
  const session = Session.parse({
    ...where,
    accounts: { administrator: await withBearer(administrator), contentManager: await withBearer(contentManager) },
    mdmServers,
  });
  writePrivately(sessionFile(directory), JSON.stringify(session, undefined, 2));
  return session;
};
