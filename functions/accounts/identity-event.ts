// One event about an account, from the identity provider or from an accepted source on the service's own bus. What can't be read is an error: the queue
// keeps it and an alarm tells.
import { readAccountEvent } from "../../domain/accounts/account-event.ts";
import { readIdentityEvent } from "../../domain/accounts/identity-event.ts";
import { secondsSince } from "../../domain/shared/time.ts";
import { accountIdOf } from "../lib/account-id.ts";
import { RetryLater } from "../lib/retry-later.ts";
import { applyFact, endKilledTokens, type FactPorts, type FanOutPorts } from "./apply-fact.ts";

/** Throws `RetryLater` when its time was up before every token was ended: the same event has to come again. */
export const takeIdentityEvent = async (
  event: unknown,
  userPoolId: string,
  ports: FactPorts & FanOutPorts,
  isTimeUp: () => boolean,
): Promise<void> => {
  const own = readAccountEvent(event, accountIdOf);
  const reading = own === undefined ? readIdentityEvent(event, userPoolId, accountIdOf) : { kind: "fact" as const, fact: own };
  if (reading.kind === "unreadable") throw new Error(`an identity event can't be read: ${reading.why}`);
  if (reading.kind === "ignored") {
    ports.log.info("an identity event ends no token", { why: reading.why });
    return;
  }
  const { fact } = reading;
  if (!(await applyFact(fact, ports))) return;
  // Until now the tokens it kills passed for good. What somebody reports on our own bus may be long past, and tells nothing of the way here.
  if (own === undefined) ports.log.gauge("IdentityEventDelaySeconds", secondsSince(fact.occurredAt, ports.now()));
  const { ended, complete } = await endKilledTokens(fact.accountId, ports, isTimeUp);
  if (!complete) throw new RetryLater(`${ended} tokens of ${fact.accountId} were ended, and more are to be`);
  await ports.parking.done(fact);
  ports.log.info("an account's fact was applied", { accountId: fact.accountId, meaning: fact.meaning, ended });
};
