// Whom a content token lets in: the text of its file, verbatim, is the bearer. What it is worth is judged anew at each request.
import { isAllowed } from "../domain/account.ts";
import { type ContentToken, type TokenState, tokenState } from "../domain/content-token.ts";
import { MdmRefusal } from "../domain/mdm-error.ts";
import { isReserved } from "../domain/subscription.ts";
import { secretIn } from "../domain/token-file.ts";
import { sha256 } from "./hash.ts";
import type { Found } from "./ports/bearers.ts";
import type { Ports } from "./ports.ts";

/** Refuses with 9621 or 9625. One that is reserved opens, to read. */
const assertOpens = (current: TokenState, { expiresAt }: ContentToken): void => {
  if (current.state === "expired") throw new MdmRefusal(9621, { detail: `It expired at ${expiresAt.toISOString()}.` });
  if (current.state === "invalidated") throw new MdmRefusal(9625, { detail: `Why: ${current.cause}.` });
};

/**
 * The token that this text is the bearer of. Refuses with 9622 when this service issued none such: one that Apple issued means nothing here, since it
 * opens Apple's API and may be known to anybody; and with 9621 or 9625 when it ended.
 */
export const bearerOf = async (text: string, { bearers, now }: Pick<Ports, "bearers" | "now">): Promise<Found> => {
  const secret = secretIn(text);
  const found = secret === undefined ? undefined : await bearers.find(sha256(secret));
  if (found === undefined || found.token.origin !== "issued") throw new MdmRefusal(9622);
  const { token, location, holders } = found;
  assertOpens(tokenState(token, { holders, locations: new Map([[location.id, location]]) }, now()), token);
  return found;
};

/**
 * Refuses with 9645 at the built-in service's location, and with 9637 when nobody who was given the token may manage licenses there any more. Source: Apple,
 * "a content manager's token has the content manager's privileges".
 */
export const assertMayManage = ({ location, holders }: Found): void => {
  if (isReserved(location)) throw new MdmRefusal(9645);
  if (![...holders.values()].some((holder) => isAllowed(holder, "license:assign", location.id))) throw new MdmRefusal(9637);
};
