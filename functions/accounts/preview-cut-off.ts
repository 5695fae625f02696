// GET /v1/accounts/{id}/password-change-preview and /removal-preview: the tokens that the account's password change or removal would end now, the
// MDM servers that this would cut off, and what to renew first.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { AccountId } from "../../domain/shared/ids.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { type Advice, cutOffOf, ShownCutOff } from "./cut-off.ts";

export const PreviewInput = z.strictObject({ id: AccountId });
export const PreviewReply = ShownCutOff;

const PASSWORD_CHANGE: Advice = {
  before:
    "Renew these tokens with another account first, and let their MDM servers fetch or be given the new ones. Then change the password.",
  nobodyCutOff:
    "No MDM server is known to have any of these tokens. Ask before you change the password: not every MDM server is registered.",
  personal: "This is a person's account. Download tokens with a dedicated one, whose password nobody changes in passing.",
};

const REMOVAL: Advice = {
  before:
    "Renew these tokens with another account first, and let their MDM servers fetch or be given the new ones. Then disable or remove this one: the tokens stay dead, even when it is enabled again.",
  nobodyCutOff:
    "No MDM server is known to have any of these tokens. Ask before you disable or remove the account: not every MDM server is registered.",
  personal: "This is a person's account. Download tokens with a dedicated one, which stays when people leave.",
};

type Needs = "accounts" | "tokens" | "locations" | "links" | "servers" | "now";
type Preview = Handle<typeof PreviewInput, Needs, z.input<typeof PreviewReply>>;

const preview = async (advice: Advice, ...[{ caller, input }, ports]: Parameters<Preview>): ReturnType<Preview> => {
  assertMay(caller, "account:manage");
  const account = getOrThrow(await ports.accounts.get(input.id), "account");
  return ok(await cutOffOf(account, advice, ports));
};

export const previewPasswordChange: Preview = (request, ports) => preview(PASSWORD_CHANGE, request, ports);
export const previewRemoval: Preview = (request, ports) => preview(REMOVAL, request, ports);
