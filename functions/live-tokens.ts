// The tokens of a location that are good, whether they may be shown or not.
import { type ContentToken, tokenState } from "../domain/content-token.ts";
import type { LocationId } from "../domain/ids.ts";
import { groundOf } from "./around.ts";
import type { Ports } from "./ports.ts";

export const liveTokens = async (
  location: LocationId,
  ports: Pick<Ports, "accounts" | "locations" | "tokens" | "now">,
): Promise<readonly ContentToken[]> => {
  const tokens = await Array.fromAsync(ports.tokens.ofLocation(location));
  const ground = await groundOf(tokens, ports);
  return tokens.filter((token) => ["active", "reserved"].includes(tokenState(token, ground, ports.now()).state));
};
