// PATCH /v1/accounts/{id}: its grants, whether it is dedicated to downloading tokens, and whether it is disabled or enabled again. Disabled, it may
// do nothing, and the tokens it was given die: the function that listens to the event erases their files.
import * as z from "zod";
import { Account, assertMay, assertNotRemoved, disabledFrom, enabledAgain } from "../../domain/accounts/account.ts";
import { AccountId } from "../../domain/shared/ids.ts";
import { assertVersion } from "../../domain/shared/version.ts";
import { createAuditRecord, createEvent, publishEffects } from "../lib/publish.ts";
import { assertReplaced, getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect } from "../ports/shared.ts";
import { assertLocations, grantsText } from "./grants.ts";
import { assertNotOwn } from "./not-own.ts";
import { ShownAccount, shownAccount } from "./shown.ts";

const { grants } = Account.shape;
export const ChangeAccountInput = z.strictObject({
  id: AccountId,
  grants: grants.optional(),
  dedicated: z.boolean().optional(),
  enabled: z
    .boolean()
    .optional()
    .describe("False disables it and ends the tokens it was given. True enables it again; tokens that it was given before stay dead."),
});
export const ChangeAccountReply = ShownAccount;

type Needs = "accounts" | "locations" | "bus" | "outbox" | "log" | "now" | "random";
type Change = Omit<z.infer<typeof ChangeAccountInput>, "id">;

const changed = (before: Account, { grants = before.grants, dedicated = before.dedicated, enabled }: Change, at: Date): Account => {
  const able = enabled === undefined ? before : enabled ? enabledAgain(before, at) : disabledFrom(before, at);
  return { ...able, grants, dedicated, version: before.version + 1 };
};

/** Disabling is an act of its own beside what else is changed. Told again, it is no second act: but it is announced, which resumes an interrupted fan-out. */
const effectsOf = (before: Account, after: Account, change: Change, by: Account, when: { at: Date } & Pick<Ports, "random">): Effect[] => {
  const { id, grants, dedicated, disabledAt } = after;
  const entry = { subject: id, at: when.at, by: by.id };
  const details = { grants: grantsText(grants), dedicated: String(dedicated), ...(change.enabled ? { enabled: "true" } : {}) };
  const isMore = change.enabled !== false || change.grants !== undefined || change.dedicated !== undefined;
  return [
    ...(isMore ? [createAuditRecord("account-changed", { ...entry, details })] : []),
    ...(disabledAt !== undefined && before.disabledAt === undefined ? [createAuditRecord("account-disabled", entry)] : []),
    ...(change.enabled === false ? [createEvent("account.disabled", { accountId: id, occurredAt: disabledAt ?? when.at }, when)] : []),
  ];
};

export const changeAccount: Handle<typeof ChangeAccountInput, Needs, z.input<typeof ChangeAccountReply>, 200, "ifMatch"> = async (
  { caller, input: { id, ...change }, ifMatch },
  ports,
) => {
  const { accounts, now } = ports;
  assertMay(caller, "account:manage");
  if (change.grants !== undefined || change.enabled === false) assertNotOwn(caller, id);
  if (change.grants !== undefined) await assertLocations(change.grants, ports);
  const before = getOrThrow(await accounts.get(id), "account");
  assertNotRemoved(before);
  assertVersion(before, ifMatch);
  const at = now();
  const after = changed(before, change, at);
  const effects = effectsOf(before, after, change, caller, { ...ports, at });
  // The caller is a precondition too: two administrators who take each other's grants at once must not both succeed.
  assertReplaced(await accounts.replace(after, effects, { accounts: [caller] }));
  await publishEffects(effects, ports);
  return ok(shownAccount(after), after.version);
};
