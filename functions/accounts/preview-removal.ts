// GET /v1/accounts/{id}/removal-preview: what would be cut off if the account were disabled or removed now, and what to renew first.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { AccountId } from "../../domain/shared/ids.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { type Advice, cutOffOf, ShownCutOff } from "./cut-off.ts";

export const PreviewRemovalInput = z.strictObject({ id: AccountId });
export const PreviewRemovalReply = ShownCutOff;

const ADVICE: Advice = {
  before:
    "Renew these tokens with another account first, and let their MDM servers fetch or be given the new ones. Then disable or remove this one: the tokens stay dead, even when it is enabled again.",
  nobodyCutOff:
    "No MDM server is known to have any of these tokens. Ask before you disable or remove the account: not every MDM server is registered.",
  personal: "This is a person's account. Download tokens with a dedicated one, which stays when people leave.",
};

type Needs = "accounts" | "tokens" | "locations" | "links" | "servers" | "now";

export const previewRemoval: Handle<typeof PreviewRemovalInput, Needs, z.input<typeof PreviewRemovalReply>> = async (
  { caller, input: { id } },
  ports,
) => {
  assertMay(caller, "account:manage");
  const account = getOrThrow(await ports.accounts.get(id), "account");
  return ok(await cutOffOf(account, ADVICE, ports));
};
