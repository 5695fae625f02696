// Facts about accounts as anyone may tell them on the service's own bus: a script, another identity provider, this service itself.
import * as z from "zod";
import { Subject } from "./account.ts";
import { AccountId } from "./ids.ts";

const Detail = z
  .object({
    accountId: AccountId.optional(),
    subject: Subject.optional(),
    occurredAt: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .optional(),
  })
  .refine(({ accountId, subject }) => (accountId === undefined) !== (subject === undefined), "name either accountId or subject");

const Envelope = z.object({
  id: z.string().min(1),
  "detail-type": z.enum(["account.password-changed", "account.disabled"]),
  time: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  detail: Detail,
});

/** The rule of the service's own bus lets exactly these through. */
export const ACCOUNT_EVENTS: readonly string[] = ["account.password-changed", "account.disabled"];

export type AccountFact = {
  readonly meaning: "changed" | "gone";
  readonly who: { readonly accountId: AccountId } | { readonly subject: string };
  /** What the event says, else the time it was put on the bus. */
  readonly occurredAt: Date;
  readonly eventId: string;
};

/** Reads one event as EventBridge delivers it; `undefined` when it is not as documented. Never throws. */
export const readAccountEvent = (event: unknown): AccountFact | undefined => {
  const { data } = Envelope.safeParse(event);
  if (data === undefined) return undefined;
  const { accountId, subject, occurredAt } = data.detail;
  const who = accountId !== undefined ? { accountId } : subject !== undefined ? { subject } : undefined;
  if (who === undefined) return undefined;
  const meaning = data["detail-type"] === "account.disabled" ? "gone" : "changed";
  return { meaning, who, occurredAt: occurredAt ?? data.time, eventId: data.id };
};
