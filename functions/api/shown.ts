// How records are shown. Times as ISO 8601 UTC; never a file's key, a secret's hash or another key of the store.
import type { Account } from "../../domain/account.ts";
import { type ContentToken, daysLeft, tokenState } from "../../domain/content-token.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { Location, Organization } from "../../domain/organization.ts";

export const shownAccount = ({ id, subject, email, grants, dedicated, passwordChangedAt, disabledAt }: Account) => ({
  id,
  subject,
  email,
  grants,
  dedicated,
  passwordChangedAt,
  disabledAt,
});

export const shownLocation = ({ id, name, uId, primary }: Location) => ({ id, name, uId, primary });

export const shownOrganization = ({ version: _, ...organization }: Organization) => organization;

export const shownToken = (token: ContentToken, holders: ReadonlyMap<AccountId, Account>, now: Date) => ({
  id: token.id,
  locationId: token.locationId,
  origin: token.origin,
  ...tokenState(token, holders, now),
  ...(token.invalidation === undefined ? {} : { invalidatedAt: token.invalidation.at, reason: token.invalidation.reason }),
  downloadedBy: token.downloadedBy.map(({ accountId }) => accountId),
  issuedAt: token.issuedAt,
  expiresAt: token.expiresAt,
  daysLeft: daysLeft(token, now),
  /** No MDM server is linked to any token yet. */
  links: [],
});
