// One notification to an address that an MDM server chose: what is sent, and what became of it. Why it did not arrive is one of these words: nothing
// that the other side says is passed on, since it may be anybody.
import * as z from "zod";
import { MDM_LIMITS } from "./mdm-limits.ts";

/** The bearer that the MDM server expects. Its characters are those of a header value. */
export const NotificationBearer = z
  .string()
  .min(1)
  .max(MDM_LIMITS.maxNotificationLength)
  .regex(/^[ -~]+$/, "expected printable ASCII");

export const NotificationCall = z.object({
  /** Judged where it is called. */
  url: z.string(),
  bearer: NotificationBearer,
  /** JSON. */
  body: z.string(),
});
export type NotificationCall = Readonly<z.infer<typeof NotificationCall>>;

export const Undelivered = z.enum([
  /** The rule of URLs refuses it. */
  "url_not_allowed",
  "unresolvable",
  /** Or one of several is not. */
  "address_not_public",
  "unreachable",
  "certificate_refused",
  "timed_out",
  /** It is not HTTP, or its headers are too long. */
  "answer_unreadable",
  /** Redirects are not followed. */
  "status_3xx",
  "status_4xx",
  "status_5xx",
]);
export type Undelivered = z.infer<typeof Undelivered>;

export const Delivery = z.discriminatedUnion("delivered", [
  z.object({ delivered: z.literal(true) }),
  z.object({ delivered: z.literal(false), why: Undelivered }),
]);
export type Delivery = Readonly<z.infer<typeof Delivery>>;
