// GET /v1/accounts/{id}/password-change-preview: what would be cut off if the account's password changed now, and what to renew first.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { AccountId } from "../../domain/shared/ids.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { type Advice, cutOffOf, ShownCutOff } from "./cut-off.ts";

export const PreviewPasswordChangeInput = z.strictObject({ id: AccountId });
export const PreviewPasswordChangeReply = ShownCutOff;

const ADVICE: Advice = {
  before:
    "Renew these tokens with another account first, and let their MDM servers fetch or be given the new ones. Then change the password.",
  nobodyCutOff:
    "No MDM server is known to have any of these tokens. Ask before you change the password: not every MDM server is registered.",
  personal: "This is a person's account. Download tokens with a dedicated one, whose password nobody changes in passing.",
};

type Needs = "accounts" | "tokens" | "locations" | "links" | "servers" | "now";

export const previewPasswordChange: Handle<typeof PreviewPasswordChangeInput, Needs, z.input<typeof PreviewPasswordChangeReply>> = async (
  { caller, input: { id } },
  ports,
) => {
  assertMay(caller, "account:manage");
  const account = getOrThrow(await ports.accounts.get(id), "account");
  return ok(await cutOffOf(account, ADVICE, ports));
};
