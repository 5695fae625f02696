// GET /v1/subscription. Whoever has any grant may see which location is reserved.
import * as z from "zod";
import { scopeFor } from "../../domain/accounts/account.ts";
import { type Handle, ok } from "../middleware/handler.ts";
import { ShownSubscription, shownSubscription } from "./shown-subscription.ts";

export const ShowSubscriptionInput = z.strictObject({});
export const ShowSubscriptionReply = ShownSubscription;

type Needs = "subscriptions" | "locations" | "links" | "servers";

export const showSubscription: Handle<typeof ShowSubscriptionInput, Needs, z.input<typeof ShowSubscriptionReply>> = async (
  { caller },
  ports,
) => {
  scopeFor(caller, "subscription:read");
  return ok(await shownSubscription(await ports.subscriptions.get(), caller, ports));
};
