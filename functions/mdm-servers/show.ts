// GET /v1/mdm-servers/{id}.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { MdmServerId } from "../../domain/shared/ids.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import { placesOfServer } from "./links-of-server.ts";
import { ShownMdmServer, shownMdmServer } from "./shown.ts";

export const ShowMdmServerInput = z.strictObject({ id: MdmServerId });
export const ShowMdmServerReply = ShownMdmServer;

export const showMdmServer: Handle<
  typeof ShowMdmServerInput,
  "servers" | "links" | "locations",
  z.input<typeof ShowMdmServerReply>
> = async ({ caller, input: { id } }, ports) => {
  assertMay(caller, "mdm-server:manage");
  const server = getOrThrow(await ports.servers.get(id), "MDM server");
  return ok(shownMdmServer(server, await placesOfServer(id, ports)), server.version);
};
