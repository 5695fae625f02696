// A newer token ends the older ones that it renews: when the overlap is over, or when every MDM server that has an older one proved that it has a newer one.
import { type ContentToken, tokenState } from "../../domain/tokens/content-token.ts";
import { isSuperseded } from "../../domain/tokens/renewal.ts";
import type { Ports } from "../ports/ports.ts";
import { type EndingPorts, endToken } from "./end.ts";
import { loadTokenContext } from "./token-context.ts";

export type SupersedingPorts = EndingPorts & Pick<Ports, "accounts" | "locations" | "links" | "now">;

type ReadingPorts = Pick<Ports, "tokens" | "accounts" | "locations" | "now">;

/** The usable ones of the location's tokens that `isWanted` accepts. */
const usableTokens = async (
  { locationId }: ContentToken,
  { tokens, accounts, locations, now }: ReadingPorts,
  isWanted: (token: ContentToken) => boolean = () => true,
): Promise<readonly ContentToken[]> => {
  const listed = await Array.fromAsync(tokens.ofLocation(locationId));
  const candidates = listed.filter((token) => token.invalidation === undefined && isWanted(token));
  const context = await loadTokenContext(candidates, { accounts, locations });
  return candidates.filter((token) => tokenState(token, context, now()).state === "active");
};

/** Usable tokens of the location of `newer` that it renews. */
export const renewedBy = (newer: ContentToken, ports: ReadingPorts, isWanted: (older: ContentToken) => boolean) =>
  usableTokens(newer, ports, (older) => older.id !== newer.id && isWanted(older));

/** Harmless when there is nothing to end, and when `listed` is no longer usable itself: then it supersedes nothing. */
export const supersedeOlder = async (listed: ContentToken, ports: SupersedingPorts): Promise<void> => {
  const { links, tokens, now } = ports;
  // A list may be a moment old.
  const newer = await tokens.get(listed.id);
  if (newer === undefined || tokenState(newer, await loadTokenContext([newer], ports), now()).state !== "active") return;
  const others = (await usableTokens(newer, ports)).filter(({ id }) => id !== newer.id);
  const context = { links: await links.of(newer.locationId), usable: [newer, ...others] };
  for (const older of others.filter((each) => isSuperseded(each, newer, context, now())))
    await endToken(older, { at: now(), cause: "superseded", supersededBy: newer.id }, "service", ports, { tokens: [newer] });
};
