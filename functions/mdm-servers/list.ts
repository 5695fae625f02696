// GET /v1/mdm-servers: all that were ever registered, newest first, with what each is linked to.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { type Handle, ok } from "../middleware/handler.ts";
import { placesOfServer } from "./links-of-server.ts";
import { ShownMdmServer, shownMdmServer } from "./shown.ts";

export const ListMdmServersInput = z.strictObject(PageInput);
export const ListMdmServersReply = pageOf(ShownMdmServer);

export const listMdmServers: Handle<
  typeof ListMdmServersInput,
  "servers" | "links" | "locations",
  z.input<typeof ListMdmServersReply>
> = async ({ caller, input }, ports) => {
  assertMay(caller, "mdm-server:manage");
  const { items, ...rest } = await ports.servers.list(input);
  const shown = await Promise.all(items.map(async (server) => shownMdmServer(server, await placesOfServer(server.id, ports))));
  return ok({ items: shown, ...rest });
};
