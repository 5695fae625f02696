// The links of all locations in which an MDM server ever had a token.
import type { MdmServerId } from "../../domain/ids.ts";
import type { LocationLinks } from "../../domain/links.ts";
import type { Ports } from "../ports.ts";

export const linksOfServer = async (id: MdmServerId, { links }: Pick<Ports, "links">): Promise<readonly LocationLinks[]> => [
  ...(await links.ofAll(await links.locationsOf(id))).values(),
];
