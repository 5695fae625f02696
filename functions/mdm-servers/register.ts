// POST /v1/mdm-servers: registers an MDM server and shows the credential it fetches with, this once.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import { IDENTIFIER_BYTES, identifierText, MdmServerId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { FIRST_VERSION } from "../../domain/shared/version.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { created, type Handle } from "../middleware/handler.ts";
import { newCredential } from "./credential.ts";
import { ShownMdmServer, shownMdmServer } from "./shown.ts";

const { name, vendor } = MdmServer.shape;
export const RegisterMdmServerInput = z.strictObject({ name, vendor });
export const RegisterMdmServerReply = ShownMdmServer.extend({ credential: z.string() });

export const registerMdmServer: Handle<
  typeof RegisterMdmServerInput,
  "servers" | "now" | "random",
  z.input<typeof RegisterMdmServerReply>,
  201
> = async ({ caller, input }, { servers, now, random }) => {
  assertMay(caller, "mdm-server:manage");
  const at = now();
  const { credential, sha256 } = newCredential(random);
  const server: MdmServer = {
    ...input,
    id: MdmServerId.parse(`mdm_${identifierText(random(IDENTIFIER_BYTES))}`),
    credentialSha256: sha256,
    earlierCredentials: [],
    createdAt: at,
    version: FIRST_VERSION,
  };
  const { id, name, vendor } = server;
  const effect = createAuditRecord("mdm-server-registered", { subject: id, at, by: caller.id, details: { name, vendor } });
  if (!(await servers.register(server, [effect], { accounts: [caller] })))
    throw new Refusal("busy", "Your account changed at this moment. Try again.");
  return created({ ...shownMdmServer(server, { links: [], reserved: [] }), credential }, server.version);
};
