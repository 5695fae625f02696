// The account of the person who downloaded an imported token from Apple, as the importer names it. An import is a file that anybody can make up, so it must not
// become a way to ask about accounts of other locations.
import { type Account, isAllowed } from "../accounts/account.ts";
import type { LocationId } from "../shared/ids.ts";
import { Refusal } from "../shared/refusal.ts";

/**
 * Administrators of the organization may name any account; `not_found` refuses an unknown one. Everybody else may name themselves and accounts with a grant
 * for this very location; all other names are refused alike with `not_permitted`.
 */
export const assertMayNameHolder = (caller: Account, account: Account | undefined, locationId: LocationId): void => {
  if (isAllowed(caller, "account:manage")) {
    if (account === undefined) throw new Refusal("not_found", "There is no such account (downloadedBy). Check its identifier.");
    return;
  }
  const isOfLocation = account?.grants.some(({ location }) => location === locationId) ?? false;
  if (account?.id !== caller.id && !isOfLocation)
    throw new Refusal(
      "not_permitted",
      "downloadedBy can be your own account or an account with a grant for this very location. Leave it out, or ask an administrator to import the token.",
    );
};
