// Grants of an account: the checks that registering and changing share.
import type { Grant } from "../../domain/accounts/account.ts";
import { assertOpen } from "../../domain/organization/organization.ts";
import { getOrThrow } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";

/** Refuses with `not_found` or `location_closed` a grant for a location that is not there: it would let nobody in, and say nothing. */
export const assertLocations = async (grants: readonly Grant[], { locations }: Pick<Ports, "locations">): Promise<void> => {
  for (const { location } of grants)
    if (location !== "all") assertOpen(getOrThrow(await locations.get(location), "location (named in grants)"));
};

/** As the custody log keeps them. */
export const grantsText = (grants: readonly Grant[]): string => grants.map(({ role, location }) => `${role} ${location}`).join(", ");
