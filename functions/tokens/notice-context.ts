// Loads the records that a notice about a token names: its location, and the MDM servers that depend on it.

import { holdingServers } from "../../domain/mdm-servers/holders.ts";
import type { Where } from "../../domain/shared/notice.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import type { Ports } from "../ports/ports.ts";

export type WherePorts = Pick<Ports, "locations" | "links" | "servers">;

export const whereOf = async ({ id, locationId }: ContentToken, { locations, links, servers }: WherePorts): Promise<Where> => {
  const location = await locations.get(locationId);
  if (location === undefined) throw new Error(`${locationId}, which has a token, is not recorded`);
  const known = await servers.getAll(holdingServers(await links.of(locationId), id));
  return { location, servers: [...known.values()] };
};
