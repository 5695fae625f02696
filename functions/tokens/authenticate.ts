// Authentication with a content token: the text of its file, verbatim, is the bearer token. Its validity is checked at each request.

import { mayHoldersManage } from "../../domain/device-api/job.ts";
import { type MdmErrorNumber, MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { isReserved } from "../../domain/organization/subscription.ts";
import { type ContentToken, type TokenState, tokenState } from "../../domain/tokens/content-token.ts";
import { secretIn } from "../../domain/tokens/token-file.ts";
import { sha256 } from "../lib/hash.ts";
import type { TokenBearer } from "../middleware/mdm-handler.ts";
import type { BearerFound } from "../ports/bearers.ts";
import type { Ports } from "../ports/ports.ts";

/**
 * Refuses with 9621, 9622 or 9625. One that is reserved opens, to read. A superseded token answers as an unknown one does: MDM servers then load the newer
 * token that they were given, whereas 9625 stops them. Source: zentral apps_books.py, which reloads its token on status 200 with 9622.
 */
const assertOpens = (current: TokenState, { expiresAt }: ContentToken): void => {
  if (current.state === "expired") throw new MdmRefusal(9621, { detail: `It expired at ${expiresAt.toISOString()}.` });
  if (current.state === "invalidated" && current.cause === "superseded")
    throw new MdmRefusal(9622, { detail: "A newer content token of this location took its place: use that one." });
  if (current.state === "invalidated") throw new MdmRefusal(9625, { detail: `Why: ${current.cause}.` });
};

/**
 * Why the token may only read: its location is the built-in service's own, or nobody who was given it may manage licenses there any more. Source: Apple, "a
 * content manager's token has the content manager's privileges".
 */
const managesNot = ({ location, holders }: BearerFound): MdmErrorNumber | undefined => {
  if (isReserved(location)) return 9645;
  return mayHoldersManage({ location, holders }) ? undefined : 9637;
};

/**
 * The token that this text is the bearer of. Refuses with 9622 when this service issued none such: one that Apple issued means nothing here, since it
 * opens Apple's API and may be known to anybody; and when it ended.
 */
export const bearerOf = async (text: string, { bearers, now }: Pick<Ports, "bearers" | "now">): Promise<TokenBearer> => {
  const secret = secretIn(text);
  const found = secret === undefined ? undefined : await bearers.find(sha256(secret));
  if (found === undefined || found.token.origin !== "issued") throw new MdmRefusal(9622);
  const { holders, ...bearer } = found;
  const { token, location } = bearer;
  assertOpens(tokenState(token, { holders, locations: new Map([[location.id, location]]) }, now()), token);
  return { ...bearer, managesNot: managesNot(found) };
};

/** Refuses with 9645 or 9637 when the token may only read. */
export const assertMayManage = ({ managesNot: why }: TokenBearer): void => {
  if (why !== undefined) throw new MdmRefusal(why);
};
