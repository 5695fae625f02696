// POST /v1/content-tokens/{id}/downloads: a short-lived link to a token's file.
import * as z from "zod";
import { type Account, assertMay } from "../../domain/accounts/account.ts";
import { ContentTokenId } from "../../domain/shared/ids.ts";
import {
  assertRoomFor,
  assertUsable,
  type ContentToken,
  DEFAULT_LINK_SECONDS,
  linkEndOf,
  MAX_LINK_SECONDS,
} from "../../domain/tokens/content-token.ts";
import { tokenFileName } from "../../domain/tokens/file-name.ts";
import { createAuditRecord, createEvent, publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { created, getOrThrow, type Handle, retryOnConflict } from "../middleware/handler.ts";
import { ShownLinkTo } from "./shown.ts";
import { loadTokenContext, preconditionsOf } from "./token-context.ts";

export const CreateDownloadInput = z.strictObject({
  id: ContentTokenId,
  linkSeconds: z
    .int()
    .min(1)
    .max(MAX_LINK_SECONDS)
    .default(DEFAULT_LINK_SECONDS)
    .describe("For how many seconds the link is to live. It ends earlier when the token does."),
});
export const CreateDownloadReply = ShownLinkTo.extend({
  advice: z.string().optional().describe("What would make the token last longer."),
});

const PERSONAL =
  "The next password change of this person ends the token. Download tokens with an account that is dedicated to it, and whose password nobody changes in passing.";
const FROM_APPLE =
  "This copy opens Apple's service until the token expires or is ended at Apple. Withdrawing the token here does not end it.";

const adviceFor = ({ dedicated }: Account, { origin }: ContentToken): { readonly advice?: string } => {
  if (origin === "imported") return { advice: FROM_APPLE };
  return dedicated ? {} : { advice: PERSONAL };
};

type Needs = "accounts" | "tokens" | "locations" | "files" | "bus" | "outbox" | "log" | "now" | "random";

export const createDownload: Handle<typeof CreateDownloadInput, Needs, z.input<typeof CreateDownloadReply>, 201> = (
  { caller, input: { id, linkSeconds } },
  ports,
) =>
  retryOnConflict(async () => {
    const { tokens, files, now, random } = ports;
    const to = await loadCurrentCaller(caller, ports);
    const token = getOrThrow(await tokens.get(id), "content token");
    const { locationId, file } = token;
    assertMay(to, "content-token:download", locationId);
    const context = await loadTokenContext([token], ports);
    const at = now();
    assertUsable(token, context, at);
    assertRoomFor(token, to.id);
    const fileName = tokenFileName(getOrThrow(context.locations.get(locationId), "location"));
    const link = await files.signDownload(file, fileName, linkEndOf(token, at, linkSeconds));
    const detail = { tokenId: id, locationId, accountId: to.id, linkExpiresAt: link.expiresAt };
    const details = { linkExpiresAt: link.expiresAt.toISOString() };
    const effects = [
      createEvent("DownloadLinkIssued", detail, { at, random }),
      createAuditRecord("token-downloaded", { subject: id, at, by: to.id, locationId, details }),
    ];
    // Recorded before it is revealed: a link nobody can account for must not exist.
    if (!(await tokens.handOver({ token, to, holders: context.holders, at }, effects, preconditionsOf(context)))) return undefined;
    await publishEffects(effects, ports);
    return created({ ...link, fileName, sha256: file.sha256, ...adviceFor(to, token) });
  });
