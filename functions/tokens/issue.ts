// POST /v1/content-tokens: a new token of a location, for one calendar year. The file is fetched by a download of its own.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { assertOpen } from "../../domain/organization/organization.ts";
import { assertNotReserved } from "../../domain/organization/subscription.ts";
import { ContentTokenId, LocationId } from "../../domain/shared/ids.ts";
import { floorToSecond } from "../../domain/shared/time.ts";
import { assertShown, expiryOf } from "../../domain/tokens/content-token.ts";
import { isRenewalOf } from "../../domain/tokens/renewal.ts";
import { renderTokenFile, SECRET_BYTES } from "../../domain/tokens/token-file.ts";
import { sha256 } from "../lib/hash.ts";
import { madeBefore, useIn } from "../lib/idempotency.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { created, getOrThrow, type Handle, retryOnConflict } from "../middleware/handler.ts";
import { ShownToken, shownToken } from "./shown.ts";
import { type StoringPorts, storeToken } from "./store.ts";
import { renewedBy } from "./supersede.ts";
import { loadTokenViewContext } from "./token-context.ts";

export const IssueContentTokenInput = z.strictObject({ locationId: LocationId });
export const IssueContentTokenReply = ShownToken.extend({
  renews: z
    .array(ContentTokenId)
    .describe("Usable tokens that it renews: they work beside it until `overlapEndsAt`, or until their MDM servers have all moved on."),
  overlapEndsAt: z.date().optional(),
});

export const issueContentToken: Handle<
  typeof IssueContentTokenInput,
  StoringPorts | "organizations" | "requests",
  z.input<typeof IssueContentTokenReply>,
  201,
  "idempotencyKey"
> = async ({ caller, input: { locationId }, idempotencyKey }, ports) => {
  const { locations, organizations, tokens, now, random } = ports;
  const idempotency = useIn(caller, idempotencyKey, { locationId });

  const token = await retryOnConflict(async () => {
    const currentCaller = await loadCurrentCaller(caller, ports);
    assertMay(currentCaller, "content-token:issue", locationId);
    const location = getOrThrow(await locations.get(locationId), "location");
    // Two concurrent requests with one key: the second one returns the result of the first.
    const earlier = await madeBefore(idempotency, ports);
    if (earlier !== undefined) return getOrThrow(await tokens.get(ContentTokenId.parse(earlier)), "content token");
    assertOpen(location);
    assertNotReserved(location);
    const organization = await organizations.get();
    const at = now();
    const secret = Buffer.from(random(SECRET_BYTES)).toString("base64");
    const expiresAt = floorToSecond(expiryOf(at));
    const bytes = new TextEncoder().encode(renderTokenFile({ secret, expiresAt, orgName: organization.name }));
    const downloadedBy = [{ accountId: caller.id, givenAt: at }];
    const facts = { locationId, origin: "issued" as const, issuedAt: at, expiresAt, secretSha256: sha256(secret), downloadedBy, bytes };
    return storeToken(facts, { caller: currentCaller, holder: undefined, organization, location }, ports, { idempotency });
  });

  const context = await loadTokenViewContext([token], ports);
  // A repeated request may return a token whose location was reserved since.
  assertShown(token, context, context.now);
  const renews = (await renewedBy(token, ports, (older) => isRenewalOf(token, older))).map(({ id }) => id);
  const overlapEndsAt = renews.length === 0 ? undefined : token.supersedesAt;
  return created({ ...shownToken(token, context), renews, overlapEndsAt });
};
