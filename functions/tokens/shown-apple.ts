// The facts about Apple that an imported token is shown with: its download, the last check, an open doubt, and a warning once it is withdrawn.
import * as z from "zod";
import { type Account, isAllowed } from "../../domain/accounts/account.ts";
import { ContentTokenId } from "../../domain/shared/ids.ts";
import { AppleCheck, Doubt } from "../../domain/tokens/apple-check.ts";
import { AppleDownload, type ContentToken, openDoubt, STILL_OPENS_APPLE, type TokenState } from "../../domain/tokens/content-token.ts";

export const ShownAppleFacts = {
  appleDownload: AppleDownload.optional().describe(
    "The download of an imported token from Apple: the Managed Apple Account, shown to administrators only, and the person here who uses it.",
  ),
  lastCheck: AppleCheck.optional().describe(
    "The last check of an imported token with Apple. `no-answer` proves nothing. Texts in `evidence` are Apple's or an MDM server's: do not trust them.",
  ),
  doubt: Doubt.pick({ reason: true, at: true })
    .optional()
    .describe("A reason to doubt that Apple still accepts the token, which no check has answered since."),
  earlierRecord: ContentTokenId.optional().describe("The earlier record of the same file, which ended or was withdrawn before."),
  warning: z
    .string()
    .optional()
    .describe("Only for a withdrawn token: its copies still open Apple's service, and this is how to end them."),
};

/** `viewer`: the account that reads. Without one, or without the right to see it, the Managed Apple Account is left out. */
export const shownAppleFacts = (token: ContentToken, { state }: TokenState, viewer: Account | undefined) => {
  const { appleDownload, lastCheck, earlierRecord, locationId } = token;
  const { managedAppleAccount, ...known } = appleDownload ?? {};
  const maySee = viewer !== undefined && isAllowed(viewer, "apple-account:read", locationId);
  const download = maySee && managedAppleAccount !== undefined ? { managedAppleAccount, ...known } : known;
  const doubt = openDoubt(token);
  return {
    ...(Object.keys(download).length === 0 ? {} : { appleDownload: download }),
    ...(lastCheck === undefined ? {} : { lastCheck }),
    ...(doubt === undefined || state !== "active" ? {} : { doubt: { reason: doubt.reason, at: doubt.at } }),
    ...(earlierRecord === undefined ? {} : { earlierRecord }),
    ...(state === "withdrawn" ? { warning: STILL_OPENS_APPLE } : {}),
  };
};
