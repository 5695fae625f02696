// A fact about an account that may end the tokens it was given: its password changed, or it was disabled. All sources of facts use this form.
import * as z from "zod";
import { AccountId } from "../shared/ids.ts";
import { plainText } from "../shared/text.ts";

export const AccountFact = z.object({
  accountId: AccountId,
  /** Identifies repetitions of the same fact. Short enough for a key of the records table. */
  eventId: plainText(256),
  /** `changed`: tokens given before it are dead. `gone`: all of them are. */
  meaning: z.enum(["changed", "gone"]),
  occurredAt: z.date(),
});
export type AccountFact = z.infer<typeof AccountFact>;

/** Which account a subject has, whether it is registered or not. It takes a hash, which rules don't compute. */
export type AccountIdOf = (subject: string) => AccountId;
