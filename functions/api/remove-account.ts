// DELETE /v1/accounts/{id}: disables it. It signs in no more, and the tokens it was given die. The function that listens to the event erases their files.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { AccountId } from "../../domain/ids.ts";
import { announce, custodyOf, eventOf } from "../announce.ts";
import { assertReplaced, existing, type Handle, ok } from "../handle.ts";
import { assertNotOwn } from "./not-own.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

export const DisableAccountInput = z.strictObject({ id: AccountId });
export const DisableAccountReply = ShownAccount;

type Needs = "accounts" | "bus" | "outbox" | "log" | "now" | "random";

export const disableAccount: Handle<typeof DisableAccountInput, Needs, z.input<typeof DisableAccountReply>> = async (
  { caller, input: { id } },
  ports,
) => {
  const { accounts, now } = ports;
  assertMay(caller, "account:manage");
  assertNotOwn(caller, id);
  existing(await accounts.get(id), "account");
  const at = now();
  const traces = [
    eventOf("account.disabled", { accountId: id, occurredAt: at }, { ...ports, at }),
    custodyOf("account-disabled", { subject: id, at, by: caller.id }),
  ];
  assertReplaced(await accounts.recordDisabled(id, at, traces, { accounts: [caller] }));
  await announce(traces, ports);
  return ok(shownAccount(existing(await accounts.get(id), "account")));
};
