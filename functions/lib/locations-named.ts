// Looks locations up by name, for warnings and notes. No rule depends on the answer: the list may be a moment old, and is read up to a bound.
import { type Account, isAllowed } from "../../domain/accounts/account.ts";
import { comparableName, MAX_NAMED, type NameWarnings, sameNameWarnings } from "../../domain/organization/location-names.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { asciiName, parseLocationName } from "../../domain/tokens/file-name.ts";
import type { Ports } from "../ports/ports.ts";

const PAGE = 100;
const MAX_PAGES = 10;

/** The first few open locations, other than `location`, that the caller may see and whose name `isMeant` accepts. */
const otherLocationsNamed = async (
  isMeant: (name: string) => boolean,
  { id: self }: Pick<Location, "id">,
  caller: Account,
  { locations }: Pick<Ports, "locations">,
): Promise<readonly LocationId[]> => {
  const found: LocationId[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES && found.length < MAX_NAMED; pages++) {
    const page = await locations.list({ limit: PAGE, after });
    for (const { id, name } of page.items) if (id !== self && isMeant(name) && isAllowed(caller, "location:read", id)) found.push(id);
    after = page.next;
    if (after === undefined) break;
  }
  return found.slice(0, MAX_NAMED);
};

/** Apple writes every character outside of ASCII as `_`, so a name of such characters alone could be that of any location. */
const isDistinctive = (name: string): boolean => /[A-Za-z0-9]/.test(name);

/** Other open locations that the caller may see and whose name is in the file's name; none if the name of `locationId` is in it. */
export const findLocationsInFileName = async (
  fileName: string,
  locationId: LocationId,
  caller: Account,
  ports: Pick<Ports, "locations">,
): Promise<readonly LocationId[]> => {
  const named = parseLocationName(fileName)?.toLowerCase();
  const location = await ports.locations.get(locationId);
  if (named === undefined || !isDistinctive(named) || location === undefined) return [];
  const isMeant = (name: string): boolean => asciiName(name.normalize("NFC")).toLowerCase() === named;
  return isMeant(location.name) ? [] : otherLocationsNamed(isMeant, location, caller, ports);
};

/** Warns of other locations with the name that `location` was just given. */
export const findNameWarnings = async (location: Location, caller: Account, ports: Pick<Ports, "locations">): Promise<NameWarnings> => {
  const name = comparableName(location.name);
  return sameNameWarnings(await otherLocationsNamed((other) => comparableName(other) === name, location, caller, ports));
};
