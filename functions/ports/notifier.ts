// Calls of addresses that MDM servers chose.
import type { Delivery, NotificationCall } from "../../domain/device-api/delivery.ts";

/** Calls addresses that MDM servers chose, from where there is nothing to be had. */
export interface Notifier {
  /** True if the service may call the URL. */
  readonly isTarget: (url: string) => boolean;
  /** One attempt. What the other side did or did not do is answered; rejects when nobody could try. */
  deliver(call: NotificationCall): Promise<Delivery>;
}
