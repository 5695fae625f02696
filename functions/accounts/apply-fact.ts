// Facts about accounts, from wherever they are told: applied, or parked until they can be. Applying one twice, late or out of order changes nothing.
import { isKilledByPassword, isTooFarAhead } from "../../domain/accounts/account.ts";
import type { AccountFact } from "../../domain/accounts/account-fact.ts";
import type { DomainEvent } from "../../domain/shared/events.ts";
import type { AccountId } from "../../domain/shared/ids.ts";
import { sha256 } from "../lib/hash.ts";
import { createAuditRecord, eraseFile, publishEffects } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect } from "../ports/shared.ts";
import { doubtDownload } from "../tokens/doubt.ts";
import { type EndingPorts, recordEnd } from "../tokens/end.ts";

export type FactPorts = Pick<Ports, "accounts" | "parking" | "log" | "now">;
export type FanOutPorts = EndingPorts & Pick<Ports, "accounts" | "now">;

/** Records the fact and its effects. False when the account is not registered. */
export const recordFact = (
  { accountId, meaning, occurredAt, eventId }: AccountFact,
  { accounts, now }: Pick<Ports, "accounts" | "now">,
  effects: readonly Effect[] = [],
): Promise<boolean> => {
  const told = { subject: accountId, at: now(), by: "service" as const, details: { occurredAt: occurredAt.toISOString(), eventId } };
  return meaning === "changed"
    ? accounts.recordPasswordChange(accountId, occurredAt, [createAuditRecord("password-changed", told), ...effects])
    : accounts.recordDisabled(accountId, occurredAt, [createAuditRecord("account-disabled", told), ...effects]);
};

/** Returns true if the fact was applied. Otherwise it is parked: with `max`, a future time would end every later token. */
export const applyFact = async (fact: AccountFact, ports: FactPorts): Promise<boolean> => {
  const { parking, log, now } = ports;
  if (isTooFarAhead(fact.occurredAt, now())) {
    await parking.park(fact);
    log.count("FutureFactParked", 1);
    return false;
  }
  if (await recordFact(fact, ports)) return true;
  await parking.park(fact);
  log.count("UnknownSubjectParked", 1);
  log.info("a fact about an account that nobody registered was parked", { accountId: fact.accountId, eventId: fact.eventId });
  // Registered between the two writes: then its registration may have looked for parked facts before this one stood.
  return recordFact(fact, ports);
};

/** The event that tells a parked fact when it counts at last. However often it has to be told, it is the same one. */
export const eventOfFact = ({ accountId, eventId, meaning, occurredAt }: AccountFact, at: Date): DomainEvent => ({
  kind: "event",
  id: `evt_${sha256(`${accountId} ${eventId}`).slice(0, 26)}`,
  type: meaning === "changed" ? "account.password-changed" : "account.disabled",
  recordedAt: at,
  detail: { accountId, occurredAt },
});

/**
 * Applies what was parked about an account and says so on the bus, where the fan-out listens: the tokens it ends die at once, their files soon.
 */
export const applyParked = async (accountId: AccountId, ports: FactPorts & Pick<Ports, "bus" | "outbox">): Promise<void> => {
  const { parking, now } = ports;
  for (const fact of await parking.of(accountId)) {
    const at = now();
    if (isTooFarAhead(fact.occurredAt, at)) continue;
    const event = eventOfFact(fact, at);
    if (!(await recordFact(fact, ports, [event]))) continue;
    await publishEffects([event], ports);
    await parking.done(fact);
  }
};

/**
 * Ends every issued token that the account's facts end, and doubts the imported ones that the person downloaded from Apple. All are marked before any
 * is announced, so that no event of one token is published while another one still works.
 * Cut short, or out of time, it goes on where it was: an ended token is no longer among those given to the account. `isTimeUp` is asked before each.
 */
export const endKilledTokens = async (
  accountId: AccountId,
  ports: FanOutPorts,
  isTimeUp: () => boolean,
): Promise<{ readonly ended: number; readonly complete: boolean }> => {
  const account = await ports.accounts.get(accountId);
  if (account === undefined) return { ended: 0, complete: true };
  const effects: Effect[] = [];
  const fileKeys: string[] = [];
  let complete = true;
  for await (const { tokenId, holding } of ports.tokens.givenTo(accountId)) {
    const killed = isKilledByPassword(holding.givenAt, account);
    if (!killed && account.disabledAt === undefined) continue;
    if (isTimeUp()) {
      complete = false;
      break;
    }
    const token = await ports.tokens.get(tokenId);
    if (token === undefined) continue;
    const cause = killed ? ("password-changed" as const) : ("account-disabled" as const);
    if (token.origin === "imported") {
      await doubtDownload(token, account, cause, ports);
      continue;
    }
    const invalidation = { at: ports.now(), cause };
    const left = await recordEnd(token, invalidation, accountId, ports);
    if (left === undefined) continue;
    effects.push(...left);
    fileKeys.push(token.file.key);
  }
  await publishEffects(effects, ports);
  for (const fileKey of fileKeys) {
    // The plans to erase them were recorded with their ends: the outbox function finishes what time does not allow here.
    if (isTimeUp()) break;
    await eraseFile(fileKey, ports);
  }
  return { ended: fileKeys.length, complete };
};
