// Parked facts whose time or whose account has come by now. Run by the hour. What still has to wait is not counted again: it was
// alarmed when it was parked, and an alarm that goes off every hour is one that nobody reads.
import { isTooFarAhead } from "../../domain/accounts/account.ts";
import type { AccountFact } from "../../domain/accounts/account-fact.ts";
import { publishEffects } from "../lib/publish.ts";
import { RetryLater } from "../lib/retry-later.ts";
import type { Ports } from "../ports/ports.ts";
import { endKilledTokens, eventOfFact, type FanOutPorts, recordFact } from "./apply-fact.ts";

type RetryPorts = FanOutPorts & Pick<Ports, "parking">;

/** Answers whether there is no more to do about the fact now. */
const retry = async (fact: AccountFact, ports: RetryPorts, isTimeUp: () => boolean): Promise<boolean> => {
  const at = ports.now();
  const event = eventOfFact(fact, at);
  if (isTooFarAhead(fact.occurredAt, at) || !(await recordFact(fact, ports, [event]))) return true;
  await publishEffects([event], ports);
  const { complete } = await endKilledTokens(fact.accountId, ports, isTimeUp);
  if (complete) await ports.parking.done(fact);
  return complete;
};

/**
 * One fact that fails keeps none of the others: they are tried, then the failure is thrown. `isTimeUp` is asked before each; throws `RetryLater`
 * when it was before all were tried.
 */
export const retryParkedFacts = async (ports: RetryPorts, isTimeUp: () => boolean): Promise<void> => {
  let failed = 0;
  let complete = true;
  for await (const fact of ports.parking.all()) {
    if (isTimeUp()) {
      complete = false;
      break;
    }
    try {
      complete = (await retry(fact, ports, isTimeUp)) && complete;
    } catch (error) {
      failed += 1;
      ports.log.error("a parked fact could not be applied", error, { accountId: fact.accountId, eventId: fact.eventId });
    }
  }
  if (failed > 0) throw new Error(`${failed} parked facts could not be applied`);
  if (!complete) throw new RetryLater("there are more parked facts to try");
};
