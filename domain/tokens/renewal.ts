// Renewing: a newer token of a location, while an older one is still good. Both work side by side for a while, so that nobody is cut off; then the
// older one is superseded, sooner when every MDM server that has it proved that it has a newer one.
// Source: none of Apple's: it does not say whether an earlier token outlives a new download. This is the organization's own policy.

import { haveAllMovedOn } from "../mdm-servers/holders.ts";
import type { LocationLinks } from "../mdm-servers/links.ts";
import { byNewest, type ContentToken, isOverlapOver, worksWith } from "./content-token.ts";

/** True if `newer` renews `older`: same location, issued later, same service. A token of Apple does not renew a token of this service. */
export const isRenewalOf = (newer: ContentToken, older: ContentToken): boolean =>
  newer.locationId === older.locationId && worksWith(newer) === worksWith(older) && byNewest(newer, older) < 0;

/** The links and sightings of the location, and its tokens that are usable now. */
export type RenewalContext = { readonly links: LocationLinks; readonly usable: readonly ContentToken[] };

/** True if `newer`, one of the usable tokens, ends `older` at `now`: after the overlap, or since every holder proved a usable renewal of `older`. */
export const isSuperseded = (older: ContentToken, newer: ContentToken, { links, usable }: RenewalContext, now: Date): boolean => {
  if (!isRenewalOf(newer, older)) return false;
  const renewals = new Set(usable.filter((token) => isRenewalOf(token, older)).map(({ id }) => id));
  return isOverlapOver(newer, now) || haveAllMovedOn(links, { id: older.id, worksWith: worksWith(older) }, renewals);
};
