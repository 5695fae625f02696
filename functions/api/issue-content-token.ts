// POST /v1/content-tokens: a new token of a location, for one calendar year. The file is fetched by a download of its own.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { expiryOf } from "../../domain/content-token.ts";
import { LocationId } from "../../domain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import { floorToSecond } from "../../domain/time.ts";
import { renderTokenFile, SECRET_BYTES } from "../../domain/token-file.ts";
import { created, found, type Handle } from "../handle.ts";
import { holdersOf } from "../holders.ts";
import { sha256 } from "../identity.ts";
import { shownToken } from "./shown.ts";
import { type StoringPorts, storeToken } from "./store-token.ts";

export const IssueInput = z.strictObject({ locationId: LocationId });

export const issueContentToken: Handle<typeof IssueInput, keyof StoringPorts | "locations" | "accounts"> = async (
  { caller, input: { locationId }, idempotencyKey },
  ports,
) => {
  const { locations, organizations, tokens, now, random } = ports;
  assertMay(caller, "content-token:issue", locationId);
  const location = found(await locations.get(locationId), "location");
  const organization = found(await organizations.get(), "organization");
  const use = idempotencyKey === undefined ? undefined : { accountId: caller.id, key: idempotencyKey, requestSha256: sha256(locationId) };

  const replayed = async () => {
    const earlier = use === undefined ? undefined : await tokens.findByIdempotencyKey(use);
    if (earlier === undefined) return undefined;
    if (earlier.requestSha256 !== use?.requestSha256)
      throw new Refusal("idempotency_key_reused", "This Idempotency-Key stands for another request. Use a new one for each request.");
    return tokens.get(earlier.tokenId);
  };

  const issued = async () => {
    const at = now();
    const secret = Buffer.from(random(SECRET_BYTES)).toString("base64");
    const expiresAt = floorToSecond(expiryOf(at));
    const bytes = new TextEncoder().encode(renderTokenFile({ secret, expiresAt, orgName: organization.name }));
    const facts = { locationId: location.id, origin: "issued" as const, issuedAt: at, expiresAt, secretSha256: sha256(secret) };
    return storeToken({ ...facts, downloadedBy: [{ accountId: caller.id, givenAt: at }], bytes }, { accountId: caller.id }, ports, use);
  };

  // Of two requests at once with one key, the second one finds what the first one made.
  const token = (await replayed()) ?? (await issued()) ?? (await replayed());
  if (token === undefined) throw new Refusal("busy", "The token could not be recorded. Try again.");
  return created(shownToken(token, await holdersOf([token], ports), now()));
};
