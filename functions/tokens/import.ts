// POST /v1/content-tokens/import: takes in a token that Apple issued. Its file is kept as one line of base64, which strict MDM servers read. A check with
// Apple follows.
import * as z from "zod";
import { type Account, assertMay, isAllowed, isKilledByPassword } from "../../domain/accounts/account.ts";
import { ManagedAppleId } from "../../domain/licenses/client-user.ts";
import { assertOpen, Location } from "../../domain/organization/organization.ts";
import { assertNotReserved } from "../../domain/organization/subscription.ts";
import { AccountId, LocationId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { fileBase64, nameText } from "../../domain/shared/text.ts";
import { addYears } from "../../domain/shared/time.ts";
import type { Doubt } from "../../domain/tokens/apple-check.ts";
import type { AppleDownload, ContentToken } from "../../domain/tokens/content-token.ts";
import { assertMayNameHolder } from "../../domain/tokens/import-holder.ts";
import { answeredCheck, checkOfLocation, type LocationCheck, LocationCheckOutcome, learnt } from "../../domain/tokens/location-check.ts";
import { assertNotExpired, parseTokenFile } from "../../domain/tokens/token-file.ts";
import { sha256 } from "../lib/hash.ts";
import { findLocationsInFileName } from "../lib/locations-named.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { created, getOrThrow, type Handle, retryOnConflict } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import { ShownToken, shownToken } from "./shown.ts";
import { type StoringPorts, storeToken } from "./store.ts";
import { loadTokenViewContext } from "./token-context.ts";

export const ImportContentTokenInput = z.strictObject({
  locationId: LocationId,
  fileName: z.string().min(1).max(255),
  file: fileBase64().describe(
    "Base64 of the file's bytes; white space in it is ignored. The file is base64 itself: it is encoded once more.",
  ),
  downloadedBy: z
    .union([AccountId, z.literal("unknown")])
    .default("unknown")
    .describe(
      "The person who downloaded it from Apple, if they have an account here. Identity events about them lead to a check with Apple; they end nothing by themselves.",
    ),
  managedAppleAccount: ManagedAppleId.optional().describe(
    "The Managed Apple Account that downloaded it: a password change of it ends the token at Apple. Shown to administrators only.",
  ),
  appleUId: Location.shape.appleUId.describe("What Apple calls the location, as an MDM server shows it that has this token."),
  force: z
    .strictObject({ reason: nameText(500) })
    .optional()
    .describe("For administrators: imports it although it seems to be another location's. The custody log keeps the reason."),
});
export const ImportContentTokenReply = ShownToken.extend({
  locationCheck: z.object({
    outcome: LocationCheckOutcome,
    note: z.string(),
    namedLocationIds: z
      .array(LocationId)
      .optional()
      .describe("Other locations whose name is in the file's name, as far as the caller may see them."),
  }),
});

/**
 * The earlier record of the same file, which ended; `undefined` if there is none. Refuses with `already_held` if it is live, or was issued here. A record that
 * expired before the date in its file, by Apple's answer, has ended too: its file was erased, and that answer may prove wrong.
 */
const endedRecord = async (secretSha256: string, { tokens, now }: Pick<Ports, "tokens" | "now">): Promise<ContentToken | undefined> => {
  const id = await tokens.findBySecret(secretSha256);
  const earlier = id === undefined ? undefined : await tokens.get(id);
  if (earlier === undefined) return undefined;
  if (earlier.origin === "issued")
    throw new Refusal("already_held", "This content token was issued by this service, so it can't be imported. Issue a new one instead.");
  if (earlier.invalidation === undefined && now() < earlier.expiresAt)
    throw new Refusal("already_held", "This content token is held already. Nothing was changed.");
  return earlier;
};

/**
 * The doubt that an import begins with, if the person's account changed after the download. Apple's answer resolves it. Left out where it would reveal facts about
 * somebody else to a content manager: the check with Apple that follows decides anyway.
 */
const doubtAbout = (person: Account | undefined, issuedAt: Date, importer: Account): { readonly doubt?: Doubt } => {
  if (person?.id !== importer.id && !isAllowed(importer, "account:manage")) return {};
  if (person?.disabledAt !== undefined) return { doubt: { reason: "account-disabled", at: person.disabledAt } };
  if (person?.passwordChangedAt === undefined || !isKilledByPassword(issuedAt, person)) return {};
  return { doubt: { reason: "password-changed", at: person.passwordChangedAt } };
};

const downloadOf = (managedAppleAccount: string | undefined, person: Account | undefined): { readonly appleDownload?: AppleDownload } =>
  managedAppleAccount === undefined && person === undefined
    ? {}
    : {
        appleDownload: {
          ...(managedAppleAccount === undefined ? {} : { managedAppleAccount }),
          ...(person === undefined ? {} : { accountId: person.id }),
        },
      };

/** A first token tells what the later ones are compared with: that is kept with it. */
const learning = (location: Location, check: LocationCheck, by: AccountId, at: Date) => {
  const known = learnt(location, check, at);
  if (known === undefined) return {};
  const { id } = location;
  const details = { learntFrom: "an imported token", ...(known.appleUId === undefined ? {} : { appleUId: known.appleUId }) };
  return { learnt: known, effects: [createAuditRecord("location-changed", { subject: id, at, by, locationId: id, details })] };
};

export const importContentToken: Handle<
  typeof ImportContentTokenInput,
  StoringPorts | "organizations",
  z.input<typeof ImportContentTokenReply>,
  201
> = async ({ caller, input: { locationId, fileName, file, downloadedBy, managedAppleAccount, appleUId, force } }, ports) => {
  const { locations, organizations, accounts, now } = ports;
  const { token, check } = await retryOnConflict(async () => {
    const currentCaller = await loadCurrentCaller(caller, ports);
    assertMay(currentCaller, "content-token:import", locationId);
    if (force !== undefined) assertMay(currentCaller, "content-token:force-import");
    const location = getOrThrow(await locations.get(locationId), "location");
    assertOpen(location);
    assertNotReserved(location);
    const { secret, expiresAt, orgName, text } = parseTokenFile(new Uint8Array(Buffer.from(file, "base64")), fileName);
    const at = now();
    assertNotExpired({ expiresAt }, at);
    const secretSha256 = sha256(secret);
    const earlier = await endedRecord(secretSha256, ports);
    const check = checkOfLocation(location, { orgName, appleUId }, force !== undefined);

    // Apple's tokens live one year from their download, so that is when its downloader was given it. One that says it ends later than that can't
    // have been downloaded in the future.
    const yearBefore = addYears(expiresAt, -1);
    const issuedAt = yearBefore < at ? yearBefore : at;
    const holder = downloadedBy === "unknown" ? undefined : await accounts.get(downloadedBy);
    if (downloadedBy !== "unknown") assertMayNameHolder(currentCaller, holder, locationId);

    const facts = {
      locationId,
      origin: "imported" as const,
      issuedAt,
      expiresAt,
      secretSha256,
      downloadedBy: holder === undefined ? [] : [{ accountId: holder.id, givenAt: issuedAt }],
      bytes: new TextEncoder().encode(text),
    };
    const fromApple = {
      ...downloadOf(managedAppleAccount, holder),
      ...doubtAbout(holder, issuedAt, currentCaller),
      ...(earlier === undefined ? {} : { earlierRecord: earlier.id }),
    };
    const basis = { caller: currentCaller, holder, organization: await organizations.get(), location };
    const token = await storeToken({ ...facts, ...fromApple }, basis, ports, {
      earlier,
      reason: check.outcome === "forced" ? force?.reason : undefined,
      ...learning(location, check, caller.id, at),
    });
    return token === undefined ? undefined : { token, check };
  });
  const locationCheck = answeredCheck(check, await findLocationsInFileName(fileName, locationId, caller, ports));
  return created({ ...shownToken(token, await loadTokenViewContext([token], ports), caller), locationCheck });
};
