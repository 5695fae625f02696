// The account that downloaded an imported token from Apple, as the importer names it. An import is a file that anybody can make up, so it must not become a
// way to ask about accounts of other locations.
import { type Account, isAllowed, isKilledByPassword } from "./account.ts";
import type { LocationId } from "./ids.ts";
import { Refusal } from "./refusal.ts";

export type NamedHolder = {
  /** `undefined` if no account has the identifier. */
  readonly account: Account | undefined;
  readonly locationId: LocationId;
  /** When the token was downloaded, by its own expiry date. */
  readonly givenAt: Date;
};

/** One text for every cause, so that it tells nothing about the account. */
const notNameable = (): Refusal =>
  new Refusal(
    "not_permitted",
    "downloadedBy can be your own account or an enabled account with a grant for this very location whose password is older than the download. Leave it out, or ask an administrator to import the token.",
  );

/** The reason why the account does not hold the token; `undefined` if it does. */
const faultOf = ({ account, givenAt }: NamedHolder): Refusal | undefined => {
  if (account === undefined) return new Refusal("not_found", "There is no such account (downloadedBy). Check its identifier.");
  if (account.disabledAt !== undefined)
    return new Refusal(
      "account_disabled",
      "The account that downloaded this token is disabled, which ended the token. Download a new one with an account that is enabled.",
    );
  if (isKilledByPassword(givenAt, account))
    return new Refusal(
      "password_changed_since_download",
      "The password of the account that downloaded this token changed after the download, which ended the token. Download a new one.",
    );
  return undefined;
};

/**
 * Administrators of the organization, and callers who name themselves, are told what is wrong with the account: `not_found`, `account_disabled` or
 * `password_changed_since_download`. Everybody else may name accounts with a grant for this very location; all other names are refused alike with
 * `not_permitted`.
 */
export const assertMayNameHolder = (caller: Account, named: NamedHolder): void => {
  const { account, locationId } = named;
  const fault = faultOf(named);
  if (isAllowed(caller, "account:manage") || account?.id === caller.id) {
    if (fault !== undefined) throw fault;
    return;
  }
  const isOfLocation = account?.grants.some(({ location }) => location === locationId) ?? false;
  if (!isOfLocation || fault !== undefined) throw notNameable();
};
