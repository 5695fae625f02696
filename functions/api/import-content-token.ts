// POST /v1/content-tokens/import: takes in a token that Apple issued. Its exact bytes are kept.
import * as z from "zod";
import { assertMay, isKilledByPassword } from "../../domain/account.ts";
import { AccountId, LocationId } from "../../domain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import { addYears } from "../../domain/time.ts";
import { assertNotExpired, parseTokenFile } from "../../domain/token-file.ts";
import { created, found, type Handle } from "../handle.ts";
import { holdersOf } from "../holders.ts";
import { sha256 } from "../identity.ts";
import { shownToken } from "./shown.ts";
import { type StoringPorts, storeToken } from "./store-token.ts";

export const ImportInput = z.strictObject({
  locationId: LocationId,
  fileName: z.string().min(1).max(255),
  /** Base64 of the file's bytes. */
  file: z.base64().min(1),
  /** Who downloaded it from Apple: their next password change ends it. */
  downloadedBy: z.union([AccountId, z.literal("unknown")]).default("unknown"),
});

const alreadyHeld = (): Refusal => new Refusal("already_held", "This content token is held already. Nothing was changed.");

export const importContentToken: Handle<typeof ImportInput, keyof StoringPorts | "locations" | "accounts"> = async (
  { caller, input: { locationId, fileName, file, downloadedBy } },
  ports,
) => {
  const { locations, accounts, tokens, now } = ports;
  assertMay(caller, "content-token:import", locationId);
  found(await locations.get(locationId), "location");
  const bytes = new Uint8Array(Buffer.from(file, "base64"));
  const { secret, expiresAt } = parseTokenFile(bytes, fileName);
  assertNotExpired({ expiresAt }, now());
  const secretSha256 = sha256(secret);
  if ((await tokens.findBySecret(secretSha256)) !== undefined) throw alreadyHeld();

  // Apple's tokens live one year from their download, so that is when its downloader was given it.
  const issuedAt = addYears(expiresAt, -1);
  const holder = downloadedBy === "unknown" ? undefined : found(await accounts.get(downloadedBy), "account (downloadedBy)");
  if (holder?.disabledAt !== undefined) throw new Refusal("account_disabled", "The account that downloaded this token is disabled.");
  if (holder !== undefined && isKilledByPassword(issuedAt, holder))
    throw new Refusal(
      "password_changed_since_download",
      "The account's password changed after it downloaded this token. Download a new one.",
    );

  const held = holder === undefined ? [] : [{ accountId: holder.id, givenAt: issuedAt }];
  const facts = { locationId, origin: "imported" as const, issuedAt, expiresAt, secretSha256, downloadedBy: held, bytes };
  const token = await storeToken(facts, { accountId: caller.id }, ports);
  if (token === undefined) throw alreadyHeld();
  return created(shownToken(token, await holdersOf([token], ports), now()));
};
