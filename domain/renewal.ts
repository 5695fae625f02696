// Renewing: a newer token of a location, while an older one is still good. Both work side by side for a while, so that nobody is cut off; then the
// older one is superseded, sooner when every MDM server that was linked to it has moved on.
// Source: none of Apple's: it does not say whether an earlier token outlives a new download. This is the organization's own policy.
import { byNewest, type ContentToken, isOverlapOver, worksWith } from "./content-token.ts";
import { isLeft, type LocationLinks } from "./links.ts";

/** Whether `newer` renews `older`: of the same location, issued later, works with the same service. One of Apple's does not renew one of ours. */
export const isRenewalOf = (newer: ContentToken, older: ContentToken): boolean =>
  newer.locationId === older.locationId && worksWith(newer) === worksWith(older) && byNewest(newer, older) < 0;

/** Whether a newer token, which must be usable itself, ends an older one at `now`. */
export const isSuperseded = (older: ContentToken, newer: ContentToken, links: LocationLinks, now: Date): boolean =>
  isRenewalOf(newer, older) && (isOverlapOver(newer, now) || isLeft(links, older));
