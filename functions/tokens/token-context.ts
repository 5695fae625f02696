// Loads the records that the state of tokens depends on: their holders, their locations, and the links of those.

import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import type { ContentToken, TokenContext } from "../../domain/tokens/content-token.ts";
import type { Ports } from "../ports/ports.ts";
import type { Preconditions } from "../ports/shared.ts";

/** The token context and everything else that a token's representation shows. */
export type TokenViewContext = TokenContext & { readonly links: ReadonlyMap<LocationId, LocationLinks>; readonly now: Date };

/** Loads the token context of `tokens`. */
export const loadTokenContext = async (
  tokens: readonly ContentToken[],
  { accounts, locations }: Pick<Ports, "accounts" | "locations">,
): Promise<TokenContext> => ({
  holders: await accounts.getAll(tokens.flatMap(({ downloadedBy }) => downloadedBy.map(({ accountId }) => accountId))),
  locations: await locations.getAll(tokens.map(({ locationId }) => locationId)),
});

/** The records of a token context as the preconditions of a write. */
export const preconditionsOf = ({ holders, locations }: TokenContext) =>
  ({
    accounts: [...holders.values()],
    locations: [...locations.values()],
  }) satisfies Preconditions;

/** Loads the token context of `tokens`, and the links of their locations. */
export const loadTokenViewContext = async (
  tokens: readonly ContentToken[],
  ports: Pick<Ports, "accounts" | "locations" | "links" | "now">,
): Promise<TokenViewContext> => {
  const context = await loadTokenContext(tokens, ports);
  const links = await ports.links.ofAll(tokens.map(({ locationId }) => locationId));
  return { ...context, links, now: ports.now() };
};
