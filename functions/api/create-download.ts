// POST /v1/content-tokens/{id}/downloads: a short-lived link to a token's file.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { assertUsable, MAX_HOLDERS } from "../../domain/content-token.ts";
import { ContentTokenId } from "../../domain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import { tokenFileName } from "../../domain/token-file.ts";
import { announce, custodyOf, eventOf } from "../announce.ts";
import { created, found, type Handle } from "../handle.ts";
import { holdersOf } from "../holders.ts";
import type { Ports } from "../ports.ts";

/** A link that circulates longer is a secret in more places: short unless asked, and never beyond what the bucket's policy allows a signature. */
const DEFAULT_LINK_SECONDS = 60;
const MAX_LINK_SECONDS = 15 * 60;

export const DownloadInput = z.strictObject({
  id: ContentTokenId,
  linkSeconds: z.int().min(1).max(MAX_LINK_SECONDS).default(DEFAULT_LINK_SECONDS),
});

const ATTEMPTS = 5;

type Needs = Exclude<keyof Ports, "organizations" | "erasures" | "parking">;

export const createDownload: Handle<typeof DownloadInput, Needs> = async ({ caller, input: { id, linkSeconds } }, ports) => {
  const { tokens, locations, files, now, random } = ports;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const token = found(await tokens.get(id), "content token");
    assertMay(caller, "content-token:download", token.locationId);
    const location = found(await locations.get(token.locationId), "location");
    const holders = await holdersOf([token], ports);
    const at = now();
    assertUsable(token, holders, at);
    if (!holders.has(caller.id) && holders.size >= MAX_HOLDERS)
      throw new Refusal("too_many_holders", `This file was given to ${holders.size} accounts, the most there may be. Issue a new token.`);
    const fileName = tokenFileName(location.name);
    const link = await files.signDownload(token.file, fileName, new Date(at.getTime() + linkSeconds * 1000));
    const detail = { tokenId: id, locationId: token.locationId, accountId: caller.id, linkExpiresAt: link.expiresAt };
    const traces = [
      eventOf("DownloadLinkIssued", detail, { at, random }),
      custodyOf("token-downloaded", {
        subject: id,
        at,
        by: caller.id,
        locationId: token.locationId,
        details: { linkExpiresAt: link.expiresAt.toISOString() },
      }),
    ];
    // Recorded before it is revealed: a link nobody can account for must not exist. Overtaken by a change, it is judged again.
    if (await tokens.handOver({ token, to: caller, holders, at }, traces)) {
      await announce(traces, ports);
      return created({ ...link, fileName, sha256: token.file.sha256 });
    }
    const self = await ports.accounts.get(caller.id);
    if (self?.passwordChangedAt?.getTime() !== caller.passwordChangedAt?.getTime() || self?.disabledAt !== undefined)
      throw new Refusal("sign_in_outdated", "This account changed during the request. Sign in again.");
  }
  throw new Refusal("busy", "Others were given this file at the same moment. Try again.");
};
