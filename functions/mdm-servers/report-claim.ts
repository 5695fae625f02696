// POST /v1/content-tokens/{id}/claims: which MDM server a token's device API names. Of a token of Apple's nobody else can tell it: whoever administers the
// other MDM server reads it there, as "managed by another MDM server". It is recorded as a sighting, which authorizes nothing.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { MdmInfo } from "../../domain/mdm-servers/mdm-server.ts";
import { ContentTokenId, MdmServerId } from "../../domain/shared/ids.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import { LinkedToken, shownToken } from "../tokens/shown.ts";
import { loadTokenViewContext } from "../tokens/token-context.ts";
import { type IdentifyPorts, identifyServer } from "./identify.ts";

export const ReportClaimInput = z.strictObject({
  id: ContentTokenId,
  mdmInfo: z.strictObject(MdmInfo.shape),
  mdmServerId: MdmServerId.optional().describe(
    "The registered MDM server whose words these are. Without it an id that is new here is a new MDM server.",
  ),
});
export const ReportClaimReply = LinkedToken;

type Needs = keyof IdentifyPorts | "accounts" | "tokens";

export const reportClaim: Handle<typeof ReportClaimInput, Needs, z.input<typeof ReportClaimReply>> = async (
  { caller, input: { id, ...stated } },
  ports,
) => {
  const { token, after } = await retryOnConflict(async () => {
    const by = await loadCurrentCaller(caller, ports);
    assertMay(by, "mdm-server:manage");
    const token = getOrThrow(await ports.tokens.get(id), "content token");
    const after = await identifyServer(token, { ...stated, how: "reported" }, by, ports);
    return after === undefined ? undefined : { token, after };
  });
  return ok({ ...shownToken(token, await loadTokenViewContext([token], ports)), conflictId: after.conflict?.id });
};
