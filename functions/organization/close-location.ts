// DELETE /v1/locations/{id}: closes it, when no license and no live token is left in it. That is not undone.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { openHoldings, withClosed } from "../../domain/mdm-servers/links.ts";
import { assertClosable, type LeftInLocation } from "../../domain/organization/organization.ts";
import { assertNotReserved } from "../../domain/organization/subscription.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { assertVersion } from "../../domain/shared/version.ts";
import { createAuditRecord, createEvent, publishEffects } from "../lib/publish.ts";
import { resolutionEffects } from "../mdm-servers/record-arrival.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import { liveTokens } from "../tokens/live.ts";
import { ShownLocation, shownLocation } from "./shown.ts";

export const CloseLocationInput = z.strictObject({ id: LocationId });
export const CloseLocationReply = ShownLocation;

/** Loads everything that must be gone before the location can be closed. */
const contentOf = async (
  id: LocationId,
  ports: Pick<Ports, "accounts" | "locations" | "tokens" | "licenses" | "now">,
): Promise<LeftInLocation> => {
  const assets = (await ports.licenses.assets(id)).filter(({ available, assigned }) => available + assigned > 0);
  const sum = (count: "available" | "assigned"): number => assets.reduce((total, asset) => total + asset[count], 0);
  const live = await liveTokens(id, ports);
  return { available: sum("available"), assigned: sum("assigned"), assets: assets.length, liveTokens: live.length };
};

const CLOSED = "the location was closed";

type Needs = "accounts" | "locations" | "tokens" | "licenses" | "links" | "bus" | "outbox" | "log" | "now" | "random";

export const closeLocation: Handle<typeof CloseLocationInput, Needs, z.input<typeof CloseLocationReply>, 200, "ifMatch"> = (
  { caller, input: { id }, ifMatch },
  ports,
) =>
  retryOnConflict(async () => {
    const { locations, links, now, random } = ports;
    const currentCaller = await loadCurrentCaller(caller, ports);
    assertMay(currentCaller, "location:manage");
    const before = getOrThrow(await locations.get(id), "location");
    // Closed again, nothing changes.
    if (before.closedAt !== undefined) return ok(shownLocation(before, undefined), before.version);
    assertVersion(before, ifMatch);
    assertNotReserved(before);
    // Read before what is counted: what comes afterwards is noticed.
    const arrivals = await locations.arrivals(id);
    assertClosable(before, await contentOf(id, ports));
    const at = now();
    const linked = await links.of(id);
    const holdings = openHoldings(linked);
    const { after, settled } = withClosed(linked, holdings, { at, by: caller.id, reason: CLOSED });
    const closed = { ...before, closedAt: at, version: before.version + 1 };
    const effects = [
      createEvent("LocationClosed", { locationId: id }, { at, random }),
      createAuditRecord("location-closed", { subject: id, at, by: caller.id, locationId: id, details: { name: before.name } }),
      ...resolutionEffects(settled, random),
    ];
    const closing = { arrivals, links: holdings.length > 0 ? after : undefined, conflict: settled };
    if (!(await locations.close(closed, closing, effects, { accounts: [currentCaller], links: [linked] }))) return undefined;
    await publishEffects(effects, ports);
    return ok(shownLocation(closed, undefined), closed.version);
  });
