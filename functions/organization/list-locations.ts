// GET /v1/locations: all of them, or those that a content manager has grants for.
import * as z from "zod";
import { type Account, scopeFor } from "../../domain/accounts/account.ts";
import type { Location } from "../../domain/organization/organization.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { cursorOf } from "../lib/cursor.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { type Handle, ok } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import type { Page, PageRequest } from "../ports/shared.ts";
import { ShownLocation, shownLocation } from "./shown.ts";

export const ListLocationsInput = z.strictObject(PageInput);
export const ListLocationsReply = pageOf(ShownLocation);

const cursor = cursorOf(z.object({ last: LocationId }));

/** By identifier, since that is how a scope is sorted. */
const pageOfScope = async (
  scope: readonly LocationId[],
  { limit, after }: PageRequest,
  { locations }: Pick<Ports, "locations">,
): Promise<Page<Location>> => {
  const { last } = after === undefined ? { last: undefined } : cursor.read(after);
  const rest = last === undefined ? scope : scope.filter((id) => id > last);
  const asked = rest.slice(0, limit);
  const known = await locations.getAll(asked);
  const end = asked.at(-1);
  return {
    items: asked.flatMap((id) => known.get(id) ?? []).filter(({ closedAt }) => closedAt === undefined),
    ...(rest.length > limit && end !== undefined ? { next: cursor.write({ last: end }) } : {}),
  };
};

const pageFor = (caller: Account, page: PageRequest, ports: Pick<Ports, "locations">): Promise<Page<Location>> => {
  const scope = scopeFor(caller, "location:read");
  return scope === "all" ? ports.locations.list(page) : pageOfScope(scope, page, ports);
};

export const listLocations: Handle<typeof ListLocationsInput, "locations" | "links", z.input<typeof ListLocationsReply>> = async (
  { caller, input },
  ports,
) => {
  const { items, ...rest } = await pageFor(caller, input, ports);
  const links = await ports.links.ofAll(items.map(({ id }) => id));
  return ok({ items: items.map((location) => shownLocation(location, links.get(location.id))), ...rest });
};
