// DELETE /v1/accounts/{id}: removes it for good. It signs in no more, the tokens it was given die, and nothing tells any more who it was; its record
// stays, for what refers to it. The function that listens to the event erases the tokens' files.
import * as z from "zod";
import { assertMay, removedFrom } from "../../domain/accounts/account.ts";
import { AccountId } from "../../domain/shared/ids.ts";
import { createAuditRecord, createEvent, publishEffects } from "../lib/publish.ts";
import { assertReplaced, getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { assertNotOwn } from "./not-own.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

export const RemoveAccountInput = z.strictObject({ id: AccountId });
export const RemoveAccountReply = ShownAccount;

type Needs = "accounts" | "people" | "bus" | "outbox" | "log" | "now" | "random";

export const removeAccount: Handle<typeof RemoveAccountInput, Needs, z.input<typeof RemoveAccountReply>> = async (
  { caller, input: { id } },
  ports,
) => {
  assertMay(caller, "account:manage");
  assertNotOwn(caller, id);
  const before = getOrThrow(await ports.accounts.get(id), "account");
  const at = ports.now();
  const after = before.removedAt === undefined ? { ...removedFrom(before, at), version: before.version + 1 } : before;
  if (after !== before) {
    const effects = [
      createEvent("account.disabled", { accountId: id, occurredAt: after.disabledAt ?? at }, { ...ports, at }),
      createAuditRecord("account-removed", { subject: id, at, by: caller.id }),
    ];
    // The caller is a precondition too: two administrators who remove each other at once must not both succeed.
    assertReplaced(await ports.accounts.replace(after, effects, { accounts: [caller] }));
    await publishEffects(effects, ports);
  }
  // After the record, so that the tokens are dead whatever happens. Asked again after a crash, it is done again.
  await ports.people.remove(after.subject);
  return ok(shownAccount(after), after.version);
};
