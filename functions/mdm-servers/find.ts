// An MDM server that is registered and was not removed.

import type { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import type { MdmServerId } from "../../domain/shared/ids.ts";
import { notFound } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";

/** Refuses with `not_found`. */
export const registeredServer = async (id: MdmServerId, { servers }: Pick<Ports, "servers">): Promise<MdmServer> => {
  const server = await servers.get(id);
  if (server === undefined || server.removedAt !== undefined) throw notFound("MDM server");
  return server;
};
