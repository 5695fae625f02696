// Facts about accounts on the service's own bus, from the service itself or from a source that the configuration names: another identity provider or
// a script. The rule of the bus checks the source.
import * as z from "zod";
import { AccountId } from "../shared/ids.ts";
import { IsoTime } from "../shared/time.ts";
import { Subject } from "./account.ts";
import { AccountFact, type AccountIdOf } from "./account-fact.ts";

/** The rule of the service's own bus lets exactly these through. */
export const ACCOUNT_EVENTS = ["account.password-changed", "account.disabled"] as const;

const { eventId } = AccountFact.shape;
const when = { id: eventId.optional().catch(undefined), occurredAt: IsoTime.optional() };

const Envelope = z.object({
  id: eventId,
  "detail-type": z.enum(ACCOUNT_EVENTS),
  time: IsoTime,
  // Either names the account, never both.
  detail: z.union([
    z.object({ ...when, accountId: AccountId, subject: z.never().optional() }),
    z.object({ ...when, accountId: z.never().optional(), subject: Subject }),
  ]),
});

/**
 * Reads one event as EventBridge delivers it; `undefined` when it is not as documented. Never throws.
 * It happened when the event says, else when it was put on the bus. `detail.id` names the fact, however often it is put there: the bus gives every
 * repetition another `id`.
 */
export const readAccountEvent = (event: unknown, accountIdOf: AccountIdOf): AccountFact | undefined => {
  const { data } = Envelope.safeParse(event);
  if (data === undefined) return undefined;
  const { id = data.id, occurredAt = data.time, ...who } = data.detail;
  return {
    accountId: who.accountId ?? accountIdOf(who.subject),
    eventId: id,
    meaning: data["detail-type"] === "account.disabled" ? "gone" : "changed",
    occurredAt,
  };
};
