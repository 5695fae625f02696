// What decides what tokens are worth and who would miss them: the records of everyone who was given their files, their locations, and the links there.

import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import type { ContentToken, Standing } from "../../domain/tokens/content-token.ts";
import type { Ports } from "../ports/ports.ts";
import type { Preconditions } from "../ports/shared.ts";

export type Around = Standing & { readonly links: ReadonlyMap<LocationId, LocationLinks>; readonly now: Date };

/** What the worth of `tokens` hangs on. */
export const standingOf = async (
  tokens: readonly ContentToken[],
  { accounts, locations }: Pick<Ports, "accounts" | "locations">,
): Promise<Standing> => ({
  holders: await accounts.getAll(tokens.flatMap(({ downloadedBy }) => downloadedBy.map(({ accountId }) => accountId))),
  locations: await locations.getAll(tokens.map(({ locationId }) => locationId)),
});

/** The same as what an act on the tokens is conditioned on. */
export const preconditionsOf = ({ holders, locations }: Standing) =>
  ({
    accounts: [...holders.values()],
    locations: [...locations.values()],
  }) satisfies Preconditions;

/** What `tokens` are shown with. */
export const aroundOf = async (
  tokens: readonly ContentToken[],
  ports: Pick<Ports, "accounts" | "locations" | "links" | "now">,
): Promise<Around> => {
  const ground = await standingOf(tokens, ports);
  const links = await ports.links.ofAll(tokens.map(({ locationId }) => locationId));
  return { ...ground, links, now: ports.now() };
};
