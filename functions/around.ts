// What decides what tokens are worth and who would miss them: the records of everyone who was given their files, and the links of their locations.
import type { Account } from "../domain/account.ts";
import type { ContentToken } from "../domain/content-token.ts";
import type { AccountId, LocationId } from "../domain/ids.ts";
import type { LocationLinks } from "../domain/links.ts";
import type { Ports } from "./ports.ts";

export type Around = {
  readonly holders: ReadonlyMap<AccountId, Account>;
  readonly links: ReadonlyMap<LocationId, LocationLinks>;
  readonly now: Date;
};

/** The records of all who were given any of `tokens`. */
export const holdersOf = (
  tokens: readonly ContentToken[],
  { accounts }: Pick<Ports, "accounts">,
): Promise<ReadonlyMap<AccountId, Account>> =>
  accounts.getAll(tokens.flatMap(({ downloadedBy }) => downloadedBy.map(({ accountId }) => accountId)));

/** What `tokens` are shown with. */
export const aroundOf = async (tokens: readonly ContentToken[], ports: Pick<Ports, "accounts" | "links" | "now">): Promise<Around> => {
  const holders = await holdersOf(tokens, ports);
  const links = await ports.links.ofAll(tokens.map(({ locationId }) => locationId));
  return { holders, links, now: ports.now() };
};
