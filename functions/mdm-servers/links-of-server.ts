// The links of all locations in which an MDM server ever had a token.

import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import { isReserved } from "../../domain/organization/subscription.ts";
import type { MdmServerId } from "../../domain/shared/ids.ts";
import type { Ports } from "../ports/ports.ts";

export const linksOfServer = async (id: MdmServerId, { links }: Pick<Ports, "links">): Promise<readonly LocationLinks[]> => [
  ...(await links.ofAll(await links.locationsOf(id))).values(),
];

/** The same, with those of these locations that the built-in service has as its own. */
export const placesOfServer = async (id: MdmServerId, ports: Pick<Ports, "links" | "locations">) => {
  const links = await linksOfServer(id, ports);
  const locations = await ports.locations.getAll(links.map(({ location }) => location));
  return { links, reserved: [...locations.values()].filter(isReserved).map((location) => location.id) };
};
