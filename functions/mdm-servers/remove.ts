// DELETE /v1/mdm-servers/{id}: it is no longer in use. Its credential opens nothing, and its links are closed.
import * as z from "zod";
import { type Account, assertMay } from "../../domain/accounts/account.ts";
import { MdmServerId } from "../../domain/shared/ids.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { assertReplaced, type Handle, ok } from "../middleware/handler.ts";
import { type UnlinkingPorts, unlinkAll } from "./close-link.ts";
import { registeredServer } from "./find.ts";
import { linksOfServer, placesOfServer } from "./links-of-server.ts";
import { ShownMdmServer, shownMdmServer } from "./shown.ts";

export const RemoveMdmServerInput = z.strictObject({ id: MdmServerId });
export const RemoveMdmServerReply = ShownMdmServer;

const closeLinks = async (id: MdmServerId, caller: Account, ports: UnlinkingPorts): Promise<void> => {
  for (const { location } of await linksOfServer(id, ports)) await unlinkAll(location, id, caller, ports);
};

export const removeMdmServer: Handle<
  typeof RemoveMdmServerInput,
  "servers" | "locations" | keyof UnlinkingPorts,
  z.input<typeof RemoveMdmServerReply>
> = async ({ caller, input: { id } }, ports) => {
  assertMay(caller, "mdm-server:manage");
  const server = await registeredServer(id, ports);
  // Its links first: cut short, it is still registered, and the next attempt finds what is left.
  await closeLinks(id, caller, ports);
  const at = ports.now();
  const removed = { ...server, removedAt: at, version: server.version + 1 };
  assertReplaced(
    await ports.servers.replace(removed, [createAuditRecord("mdm-server-removed", { subject: id, at, by: caller.id })], {
      accounts: [caller],
    }),
  );
  // One that came in between, before the removal forbade it.
  await closeLinks(id, caller, ports);
  return ok(shownMdmServer(removed, await placesOfServer(id, ports)), removed.version);
};
