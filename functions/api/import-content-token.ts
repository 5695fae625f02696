// POST /v1/content-tokens/import: takes in a token that Apple issued. Its file is kept as one line of base64, which strict MDM servers read.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { AccountId, LocationId } from "../../domain/ids.ts";
import { assertMayNameHolder } from "../../domain/import-holder.ts";
import { answeredCheck, checkOfLocation, type LocationCheck, LocationCheckOutcome, learnt } from "../../domain/location-check.ts";
import { assertOpen, Location } from "../../domain/organization.ts";
import { Refusal } from "../../domain/refusal.ts";
import { assertNotReserved } from "../../domain/subscription.ts";
import { nameText } from "../../domain/text.ts";
import { addYears } from "../../domain/time.ts";
import { assertNotExpired, parseTokenFile } from "../../domain/token-file.ts";
import { custodyOf } from "../announce.ts";
import { aroundOf } from "../around.ts";
import { callerNow } from "../caller.ts";
import { created, existing, type Handle, judgedAgain } from "../handle.ts";
import { sha256 } from "../hash.ts";
import { locationsInFileName } from "../locations-named.ts";
import { ShownToken, shownToken } from "./shown.ts";
import { type StoringPorts, storeToken } from "./store-token.ts";

export const ImportContentTokenInput = z.strictObject({
  locationId: LocationId,
  fileName: z.string().min(1).max(255),
  file: z
    .string()
    .transform((text) => text.replace(/\s+/g, ""))
    .pipe(z.base64("must be the base64 of the file's bytes").min(1))
    .describe("Base64 of the file's bytes; white space in it is ignored. The file is base64 itself: it is encoded once more."),
  downloadedBy: z
    .union([AccountId, z.literal("unknown")])
    .default("unknown")
    .describe("Who downloaded it from Apple: their next password change ends it. Unknown, no password change can be seen to end it."),
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

const alreadyHeld = (): Refusal => new Refusal("already_held", "This content token is held already. Nothing was changed.");

/** A first token tells what the later ones are compared with: that is kept with it. */
const learning = (location: Location, check: LocationCheck, by: AccountId, at: Date) => {
  const known = learnt(location, check, at);
  if (known === undefined) return {};
  const { id } = location;
  const details = { learntFrom: "an imported token", ...(known.appleUId === undefined ? {} : { appleUId: known.appleUId }) };
  return { learnt: known, traces: [custodyOf("location-changed", { subject: id, at, by, locationId: id, details })] };
};

export const importContentToken: Handle<
  typeof ImportContentTokenInput,
  StoringPorts | "organizations",
  z.input<typeof ImportContentTokenReply>,
  201
> = async ({ caller, input: { locationId, fileName, file, downloadedBy, appleUId, force } }, ports) => {
  const { locations, organizations, accounts, tokens, now } = ports;
  const { token, check } = await judgedAgain(async () => {
    const judged = await callerNow(caller, ports);
    assertMay(judged, "content-token:import", locationId);
    if (force !== undefined) assertMay(judged, "content-token:force-import");
    const location = existing(await locations.get(locationId), "location");
    assertOpen(location);
    assertNotReserved(location);
    const { secret, expiresAt, orgName, text } = parseTokenFile(new Uint8Array(Buffer.from(file, "base64")), fileName);
    const at = now();
    assertNotExpired({ expiresAt }, at);
    const secretSha256 = sha256(secret);
    if ((await tokens.findBySecret(secretSha256)) !== undefined) throw alreadyHeld();
    const check = checkOfLocation(location, { orgName, appleUId }, force !== undefined);

    // Apple's tokens live one year from their download, so that is when its downloader was given it. One that says it ends later than that can't
    // have been downloaded in the future.
    const yearBefore = addYears(expiresAt, -1);
    const issuedAt = yearBefore < at ? yearBefore : at;
    const holder = downloadedBy === "unknown" ? undefined : await accounts.get(downloadedBy);
    if (downloadedBy !== "unknown") assertMayNameHolder(judged, { account: holder, locationId, givenAt: issuedAt });

    const held = holder === undefined ? [] : [{ accountId: holder.id, givenAt: issuedAt }];
    const facts = {
      locationId,
      origin: "imported" as const,
      issuedAt,
      expiresAt,
      secretSha256,
      downloadedBy: held,
      bytes: new TextEncoder().encode(text),
    };
    const basis = { caller: judged, holder, organization: await organizations.get(), location };
    const token = await storeToken(facts, basis, ports, {
      reason: check.outcome === "forced" ? force?.reason : undefined,
      ...learning(location, check, caller.id, at),
    });
    return token === undefined ? undefined : { token, check };
  });
  const locationCheck = answeredCheck(check, await locationsInFileName(fileName, locationId, caller, ports));
  return created({ ...shownToken(token, await aroundOf([token], ports)), locationCheck });
};
