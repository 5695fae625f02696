// The tokens of a location that are good, whether they may be shown or not.

import type { LocationId } from "../../domain/shared/ids.ts";
import { type ContentToken, isLive } from "../../domain/tokens/content-token.ts";
import type { Ports } from "../ports/ports.ts";
import { loadTokenContext } from "./token-context.ts";

export const liveTokens = async (
  location: LocationId,
  ports: Pick<Ports, "accounts" | "locations" | "tokens" | "now">,
): Promise<readonly ContentToken[]> => {
  const tokens = await Array.fromAsync(ports.tokens.ofLocation(location));
  const context = await loadTokenContext(tokens, ports);
  return tokens.filter((token) => isLive(token, context, ports.now()));
};
