// The representation of the monthly subscription: the reserved location, and the MDM servers from which its token has to be removed.
import * as z from "zod";
import { type Account, isAllowed } from "../../domain/accounts/account.ts";
import { openHoldings } from "../../domain/mdm-servers/links.ts";
import { Vendor } from "../../domain/mdm-servers/mdm-server.ts";
import { Plan, type Subscription } from "../../domain/organization/subscription.ts";
import { ContentTokenId, LocationId, MdmServerId } from "../../domain/shared/ids.ts";
import type { Ports } from "../ports/ports.ts";

const ToBeRemoved = z.object({
  mdmServerId: MdmServerId,
  name: z.string(),
  vendor: Vendor,
  tokenId: ContentTokenId,
  firstAt: z.date().describe("When it was linked to the token, or first seen with it."),
});

export const ShownSubscription = z.object({
  plan: Plan,
  sinceAt: z.date().optional().describe("When the plan that there is now began."),
  locationId: LocationId.optional().describe("The built-in service's own location, while the plan is monthly."),
  isPrimaryReserved: z.boolean().describe("Whether that is the primary location: its token is not shown or given out."),
  toBeRemoved: z
    .array(ToBeRemoved)
    .describe(
      "MDM servers that hold a token of the built-in service's location. Remove it there, then say so: DELETE the link. Shown to whoever may see that location's tokens.",
    ),
});

/** MDM servers at a location are shown to whoever may see its tokens. */
export const shownSubscription = async (
  subscription: Subscription,
  caller: Account,
  ports: Pick<Ports, "locations" | "links" | "servers">,
): Promise<z.input<typeof ShownSubscription>> => {
  const { plan, sinceAt } = subscription;
  if (subscription.plan === "none") return { plan, sinceAt, isPrimaryReserved: false, toBeRemoved: [] };
  const { locationId } = subscription;
  const isShown = isAllowed(caller, "content-token:read", locationId);
  const held = isShown ? openHoldings(await ports.links.of(locationId)) : [];
  const servers = await ports.servers.getAll(held.map(({ mdmServerId }) => mdmServerId));
  const toBeRemoved = held.flatMap(({ mdmServerId, tokenId, firstAt }) => {
    const server = servers.get(mdmServerId);
    return server === undefined ? [] : [{ mdmServerId, name: server.name, vendor: server.vendor, tokenId, firstAt }];
  });
  const isPrimaryReserved = (await ports.locations.primary()).id === locationId;
  return { plan, sinceAt, locationId, isPrimaryReserved, toBeRemoved };
};
