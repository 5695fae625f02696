// One event about an account, from the identity provider or from anyone on the service's own bus. What can't be read is an error: the queue
// keeps it and an alarm tells.
import { isTooFarAhead } from "../../domain/account.ts";
import { readAccountEvent } from "../../domain/account-event.ts";
import { readIdentityEvent } from "../../domain/identity-event.ts";
import { accountIdOf } from "../identity.ts";
import type { ParkedFact, Ports } from "../ports.ts";
import { applyFact, endKilledTokens, type FactPorts, type FanOutPorts, recordFact } from "./account-facts.ts";

type Reading = { readonly fact: ParkedFact } | { readonly ignored: string };

const readAny = (event: unknown, userPoolId: string): Reading => {
  const own = readAccountEvent(event);
  if (own !== undefined) {
    const accountId = "accountId" in own.who ? own.who.accountId : accountIdOf(own.who.subject);
    return { fact: { accountId, eventId: own.eventId, meaning: own.meaning, occurredAt: own.occurredAt } };
  }
  const reading = readIdentityEvent(event, userPoolId);
  if (reading.kind === "unreadable") throw new Error(`an identity event can't be read: ${reading.why}`);
  if (reading.kind === "ignored") return { ignored: reading.why };
  const { meaning, subject, occurredAt, eventId } = reading;
  if (meaning === "started") return { ignored: "a new password was only asked for" };
  return { fact: { accountId: accountIdOf(subject), eventId, meaning, occurredAt } };
};

export const takeIdentityEvent = async (event: unknown, userPoolId: string, ports: FactPorts & FanOutPorts): Promise<void> => {
  const reading = readAny(event, userPoolId);
  if ("ignored" in reading) {
    ports.log.info("an identity event says nothing about a password", { why: reading.ignored });
    return;
  }
  const { fact } = reading;
  if (!(await applyFact(fact, ports))) return;
  const ended = await endKilledTokens(fact.accountId, ports);
  await ports.parking.done(fact);
  ports.log.info("an account's fact was applied", { accountId: fact.accountId, meaning: fact.meaning, ended });
};

/**
 * Parked facts whose time or whose account has come by now. Run by the hour. What still has to wait is not counted again: it was
 * alarmed when it was parked, and an alarm that goes off every hour is one that nobody reads.
 */
export const retryParked = async (ports: FanOutPorts & Pick<Ports, "parking">): Promise<void> => {
  for await (const fact of ports.parking.all()) {
    if (isTooFarAhead(fact.occurredAt, ports.now()) || !(await recordFact(fact, ports))) continue;
    await endKilledTokens(fact.accountId, ports);
    await ports.parking.done(fact);
  }
};
