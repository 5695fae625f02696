// POST /v1/mdm-servers/{id}/credential: another credential, shown this once. The one before goes on opening for a day, unless it is revoked at once.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { withCredential } from "../../domain/mdm-servers/mdm-server.ts";
import { MdmServerId } from "../../domain/shared/ids.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { assertReplaced, created, type Handle } from "../middleware/handler.ts";
import { newCredential } from "./credential.ts";
import { registeredServer } from "./find.ts";

export const ReplaceCredentialInput = z.strictObject({
  id: MdmServerId,
  revokeNow: z
    .boolean()
    .default(false)
    .describe("Ends all earlier credentials at once. Use it when one leaked; without it the earlier one works for another 24 hours."),
});
export const ReplaceCredentialReply = z.object({
  credential: z.string(),
  earlierEndsAt: z.date().optional().describe("Until when the one before still opens."),
});

export const replaceCredential: Handle<
  typeof ReplaceCredentialInput,
  "servers" | "now" | "random",
  z.input<typeof ReplaceCredentialReply>,
  201
> = async ({ caller, input: { id, revokeNow } }, { servers, now, random }) => {
  assertMay(caller, "mdm-server:manage");
  const before = await registeredServer(id, { servers });
  const at = now();
  const { credential, sha256 } = newCredential(random);
  const after = withCredential(before, sha256, at, revokeNow);
  const effect = createAuditRecord("credential-replaced", { subject: id, at, by: caller.id, details: { revokeNow: String(revokeNow) } });
  assertReplaced(await servers.replace(after, [effect], { accounts: [caller] }));
  return created({ credential, earlierEndsAt: after.earlierCredentials[0]?.endsAt }, after.version);
};
