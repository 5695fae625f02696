// /v1/accounts: administrators register who may sign in or once downloaded a token, change their grants, disable them, and report a new password.
import * as z from "zod";
import { Account, assertMay, type Grant, isTooFarAhead } from "../../domain/account.ts";
import { AccountId } from "../../domain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import { assertVersion, FIRST_VERSION } from "../../domain/version.ts";
import { applyParked } from "../account-facts.ts";
import { announce, custodyOf, eventOf } from "../announce.ts";
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

const { subject, email, grants, dedicated } = Account.shape;
export const RegisterAccountInput = z.strictObject({ subject, email, grants: grants.default([]), dedicated });

/** As the custody log keeps them: who may do what, where. */
const grantsText = (given: readonly Grant[]): string => given.map(({ role, location }) => `${role} ${location}`).join(", ");

type Telling = "accounts" | "bus" | "outbox" | "log" | "now" | "random";

/** A grant for a location that is not there would let nobody in, and say nothing. */
const assertLocations = async (asked: readonly Grant[], { locations }: Pick<Ports, "locations">): Promise<void> => {
  for (const { location } of asked) if (location !== "all") found(await locations.get(location), "location (grants)");
};

export const registerAccount: Handle<typeof RegisterAccountInput, Telling | "parking" | "locations"> = async ({ caller, input }, ports) => {
  assertMay(caller, "account:manage");
  await assertLocations(input.grants, ports);
  const at = ports.now();
  const account: Account = { ...input, id: accountIdOf(input.subject), createdAt: at, version: FIRST_VERSION };
  const details = { grants: grantsText(account.grants), dedicated: String(account.dedicated) };
  const trace = custodyOf("account-registered", { subject: account.id, at, by: caller.id, details });
  if (!(await ports.accounts.register(account, [trace])))
    throw new Refusal("account_exists", `This subject is registered as ${account.id}.`);
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

export const ChangeAccountInput = z.strictObject({ id: AccountId, grants: grants.optional(), dedicated: z.boolean().optional() });

export const changeAccount: Handle<typeof ChangeAccountInput, "accounts" | "locations" | "now"> = async (
  { caller, input, ifMatch },
  ports,
) => {
  const { accounts, now } = ports;
  assertMay(caller, "account:manage");
  if (input.grants !== undefined) {
    assertNotOwn(caller, input.id);
    await assertLocations(input.grants, ports);
  }
  const before = found(await accounts.get(input.id), "account");
  assertVersion(before, ifMatch);
  const { grants = before.grants, dedicated = before.dedicated } = input;
  const after = { ...before, grants, dedicated, version: before.version + 1 };
  const details = { grants: grantsText(grants), dedicated: String(dedicated) };
  const trace = custodyOf("account-changed", { subject: before.id, at: now(), by: caller.id, details });
  assertReplaced(await accounts.replace(after, [trace]));
  return ok(shownAccount(after), after.version);
};

export const disableAccount: Handle<typeof ShowAccountInput, Telling> = async ({ caller, input: { id } }, ports) => {
  assertMay(caller, "account:manage");
  assertNotOwn(caller, id);
  const at = ports.now();
  const traces = [
    eventOf("account.disabled", { accountId: id, occurredAt: at }, { ...ports, at }),
    custodyOf("account-disabled", { subject: id, at, by: caller.id }),
  ];
  if (!(await ports.accounts.recordDisabled(id, at, traces))) found(undefined, "account");
  await announce(traces, ports);
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
  const traces = [
    eventOf("account.password-changed", { accountId: id, occurredAt }, { ...ports, at }),
    custodyOf("password-changed", { subject: id, at, by: caller.id, details: { occurredAt: occurredAt.toISOString() } }),
  ];
  if (!(await ports.accounts.recordPasswordChange(id, occurredAt, traces))) found(undefined, "account");
  await announce(traces, ports);
  return accepted(shownAccount(found(await ports.accounts.get(id), "account")));
};
