// PATCH /v1/mdm-servers/{id}: its name and vendor.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import { MdmServerId } from "../../domain/shared/ids.ts";
import { assertVersion } from "../../domain/shared/version.ts";
import { createAuditRecord } from "../lib/publish.ts";
import { assertReplaced, type Handle, ok } from "../middleware/handler.ts";
import { registeredServer } from "./find.ts";
import { placesOfServer } from "./links-of-server.ts";
import { ShownMdmServer, shownMdmServer } from "./shown.ts";

const { name, vendor } = MdmServer.shape;
export const ChangeMdmServerInput = z.strictObject({ id: MdmServerId, name: name.optional(), vendor: vendor.optional() });
export const ChangeMdmServerReply = ShownMdmServer;

export const changeMdmServer: Handle<
  typeof ChangeMdmServerInput,
  "servers" | "links" | "locations" | "now",
  z.input<typeof ChangeMdmServerReply>,
  200,
  "ifMatch"
> = async ({ caller, input: { id, ...input }, ifMatch }, ports) => {
  assertMay(caller, "mdm-server:manage");
  const before = await registeredServer(id, ports);
  assertVersion(before, ifMatch);
  const after = { ...before, name: input.name ?? before.name, vendor: input.vendor ?? before.vendor, version: before.version + 1 };
  const details = { name: after.name, vendor: after.vendor };
  const effect = createAuditRecord("mdm-server-changed", { subject: id, at: ports.now(), by: caller.id, details });
  assertReplaced(await ports.servers.replace(after, [effect], { accounts: [caller] }));
  return ok(shownMdmServer(after, await placesOfServer(id, ports)), after.version);
};
