// The look-up of a content token by its secret, as MDM servers ask for by the second. Who was given it is remembered in the instance, so that all its worth
// hangs on is read at once; what is remembered says only where to look, never what is there.
import { Account } from "../../domain/accounts/account.ts";
import { ClientConfig, noClientConfig } from "../../domain/device-api/client-config.ts";
import { LocationLinks, noLinks } from "../../domain/mdm-servers/links.ts";
import { Location } from "../../domain/organization/organization.ts";
import type { AccountId, ContentTokenId, LocationId } from "../../domain/shared/ids.ts";
import type { BearerFound, Bearers } from "../ports/bearers.ts";
import { contentTokensIn, fromStored } from "./content-tokens.ts";
import { fromItem, keys, readItems, type Table } from "./table.ts";

/** The ids of all records that authentication with a token reads. */
type Places = { readonly tokenId: ContentTokenId; readonly locationId: LocationId; readonly holders: readonly AccountId[] };

/** Instances live for hours, and an organization has few tokens in use. */
const MOST_REMEMBERED = 1000;

export const bearersIn = (table: Table): Bearers => {
  const tokens = contentTokensIn(table);
  const remembered = new Map<string, Places>();

  /** `name`: the key of the look-up, which is the secret's SHA-256 or the token's identifier. */
  const remember = (name: string, places: Places): void => {
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size >= MOST_REMEMBERED && !remembered.has(name)) remembered.delete(oldest);
    remembered.set(name, places);
  };

  const placesOf = async (id: ContentTokenId | undefined): Promise<Places | undefined> => {
    const token = id === undefined ? undefined : await tokens.get(id);
    return token === undefined
      ? undefined
      : { tokenId: token.id, locationId: token.locationId, holders: token.downloadedBy.map(({ accountId }) => accountId) };
  };

  const foundAt = async (name: string, places: Places): Promise<BearerFound> => {
    const { tokenId, locationId } = places;
    const items = await readItems(table, [
      keys.contentToken(tokenId),
      keys.location(locationId),
      keys.links(locationId),
      keys.clientConfig(locationId),
      ...places.holders.map(keys.account),
    ]);
    const at = ({ pk, sk }: { readonly pk: string; readonly sk: string }) => items.find((item) => item.pk === pk && item.sk === sk);
    const stored = at(keys.contentToken(tokenId));
    const location = at(keys.location(locationId));
    if (stored === undefined || location === undefined) throw new Error(`${tokenId} or its location is not recorded`);
    const token = fromStored(stored);
    const [links, config] = [at(keys.links(locationId)), at(keys.clientConfig(locationId))];
    const holders = new Map(
      token.downloadedBy.flatMap(({ accountId }): [AccountId, Account][] => {
        const item = at(keys.account(accountId));
        return item === undefined ? [] : [[accountId, fromItem(Account, item)]];
      }),
    );
    const now = { ...places, holders: token.downloadedBy.map(({ accountId }) => accountId) };
    remember(name, now);
    // Somebody was given it meanwhile: now it is known whom to ask for.
    if (holders.size < token.downloadedBy.length && places.holders.length < token.downloadedBy.length) return foundAt(name, now);
    return {
      token,
      location: fromItem(Location, location),
      links: links === undefined ? noLinks(locationId) : fromItem(LocationLinks, links),
      config: config === undefined ? noClientConfig(locationId) : fromItem(ClientConfig, config),
      holders,
    };
  };

  return {
    async find(secretSha256) {
      const places = remembered.get(secretSha256) ?? (await placesOf(await tokens.findBySecret(secretSha256)));
      return places === undefined ? undefined : foundAt(secretSha256, places);
    },
    async get(id) {
      const places = remembered.get(id) ?? (await placesOf(id));
      if (places === undefined) throw new Error(`${id} is not recorded`);
      return foundAt(id, places);
    },
  };
};
