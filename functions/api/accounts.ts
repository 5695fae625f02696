// /v1/accounts: administrators register who may sign in or once downloaded a token, change their grants, disable them, and report a new password.
import * as z from "zod";
import { Account, assertMay, type Grant, isTooFarAhead } from "../../domain/account.ts";
import { AccountId } from "../../domain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import { assertVersion, FIRST_VERSION } from "../../domain/version.ts";
import { announce, eventOf } from "../announce.ts";
import { applyParked } from "../events/account-facts.ts";
import { accepted, assertReplaced, created, found, type Handle, ok } from "../handle.ts";
import { accountIdOf } from "../identity.ts";
import type { Ports } from "../ports.ts";
import { PageInput } from "./inputs.ts";
import { shownAccount } from "./shown.ts";

export const ListAccountsInput = z.strictObject(PageInput);

export const listAccounts: Handle<typeof ListAccountsInput, "accounts"> = async ({ caller, input }, { accounts }) => {
  assertMay(caller, "account:manage");
  const { items, ...rest } = await accounts.list(input);
  return ok({ items: items.map(shownAccount), ...rest });
};

const { subject, email, grants } = Account.shape;
export const RegisterAccountInput = z.strictObject({ subject, email, grants: grants.default([]) });

type Telling = "accounts" | "bus" | "outbox" | "log" | "now" | "random";

/** A grant for a location that is not there would let nobody in, and say nothing. */
const assertLocations = async (asked: readonly Grant[], { locations }: Pick<Ports, "locations">): Promise<void> => {
  for (const { location } of asked) if (location !== "all") found(await locations.get(location), "location (grants)");
};

export const registerAccount: Handle<typeof RegisterAccountInput, Telling | "parking" | "locations"> = async ({ caller, input }, ports) => {
  assertMay(caller, "account:manage");
  await assertLocations(input.grants, ports);
  const account: Account = { ...input, id: accountIdOf(input.subject), createdAt: ports.now(), version: FIRST_VERSION };
  if (!(await ports.accounts.register(account))) throw new Refusal("account_exists", `This subject is registered as ${account.id}.`);
  // What was told about the subject before it had an account counts from now on.
  await applyParked(account.id, ports);
  const registered = found(await ports.accounts.get(account.id), "account");
  return created(shownAccount(registered), registered.version);
};

export const ShowAccountInput = z.strictObject({ id: AccountId });

export const showAccount: Handle<typeof ShowAccountInput, "accounts"> = async ({ caller, input: { id } }, { accounts }) => {
  assertMay(caller, "account:manage");
  const account = found(await accounts.get(id), "account");
  return ok(shownAccount(account), account.version);
};

const assertNotOwn = (caller: Account, id: AccountId): void => {
  if (caller.id === id) throw new Refusal("own_account", "Nobody can lock themselves out: let another administrator do this.");
};

export const ChangeGrantsInput = z.strictObject({ id: AccountId, grants });

export const changeGrants: Handle<typeof ChangeGrantsInput, "accounts" | "locations"> = async ({ caller, input, ifMatch }, ports) => {
  const { accounts } = ports;
  assertMay(caller, "account:manage");
  assertNotOwn(caller, input.id);
  await assertLocations(input.grants, ports);
  const before = found(await accounts.get(input.id), "account");
  assertVersion(before, ifMatch);
  const after = { ...before, grants: input.grants, version: before.version + 1 };
  assertReplaced(await accounts.replaceGrants(after));
  return ok(shownAccount(after), after.version);
};

export const disableAccount: Handle<typeof ShowAccountInput, Telling> = async ({ caller, input: { id } }, ports) => {
  assertMay(caller, "account:manage");
  assertNotOwn(caller, id);
  const at = ports.now();
  const event = eventOf("account.disabled", { accountId: id, occurredAt: at }, { ...ports, at });
  if (!(await ports.accounts.recordDisabled(id, at, [event]))) found(undefined, "account");
  await announce([event], ports);
  return ok(shownAccount(found(await ports.accounts.get(id), "account")));
};

export const ReportPasswordChangeInput = z.strictObject({
  id: AccountId,
  occurredAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .optional(),
});

/** The fact counts at once; the files of the tokens that it ends are erased by the function that listens to the event. */
export const reportPasswordChange: Handle<typeof ReportPasswordChangeInput, Telling> = async (
  { caller, input: { id, ...input } },
  ports,
) => {
  assertMay(caller, "account:manage");
  const at = ports.now();
  const occurredAt = input.occurredAt ?? at;
  if (isTooFarAhead(occurredAt, at))
    throw new Refusal("time_in_future", "occurredAt lies in the future. Report the change when it happened.");
  const event = eventOf("account.password-changed", { accountId: id, occurredAt }, { ...ports, at });
  if (!(await ports.accounts.recordPasswordChange(id, occurredAt, [event]))) found(undefined, "account");
  await announce([event], ports);
  return accepted(shownAccount(found(await ports.accounts.get(id), "account")));
};
