// A newer token ends the older ones that it renews: when the overlap is over, or when every MDM server that was linked to one has moved on.
import { type ContentToken, tokenState } from "../domain/content-token.ts";
import { isSuperseded } from "../domain/renewal.ts";
import { standingOf } from "./around.ts";
import { type EndingPorts, endToken } from "./end-token.ts";
import type { Ports } from "./ports.ts";

export type SupersedingPorts = EndingPorts & Pick<Ports, "accounts" | "locations" | "links" | "now">;

/** Usable tokens of the location of `newer` that it renews. */
export const renewedBy = async (
  newer: ContentToken,
  { tokens, accounts, locations, now }: Pick<Ports, "tokens" | "accounts" | "locations" | "now">,
  isWanted: (older: ContentToken) => boolean,
): Promise<readonly ContentToken[]> => {
  const candidates = (await Array.fromAsync(tokens.ofLocation(newer.locationId))).filter(
    (older) => older.id !== newer.id && older.invalidation === undefined && isWanted(older),
  );
  const standing = await standingOf(candidates, { accounts, locations });
  return candidates.filter((older) => tokenState(older, standing, now()).state === "active");
};

/** Harmless when there is nothing to end, and when `listed` is no longer usable itself: then it supersedes nothing. */
export const supersedeOlder = async (listed: ContentToken, ports: SupersedingPorts): Promise<void> => {
  const { links, tokens, now } = ports;
  // A list, and what was read before a claim, may be a moment old.
  const newer = await tokens.get(listed.id);
  if (newer === undefined || tokenState(newer, await standingOf([newer], ports), now()).state !== "active") return;
  const linked = await links.of(newer.locationId);
  const superseded = await renewedBy(newer, ports, (older) => isSuperseded(older, newer, linked, now()));
  for (const older of superseded)
    await endToken(older, { at: now(), cause: "superseded", supersededBy: newer.id }, "service", ports, { tokens: [newer] });
};
