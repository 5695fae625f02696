// MDM servers in the Records table. The look-up by credential keeps every credential ever made: which one is good is told by the server's record.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { MdmServerId } from "../../domain/ids.ts";
import { MdmServer } from "../../domain/mdm-server.ts";
import type { MdmServers } from "../ports/records.ts";
import { listIn, readPage } from "./lists.ts";
import { fromItem, keys, listed, readById, readItem, type Table, toItem } from "./table.ts";
import { conditionally, putEdition, putNew, transact } from "./transact.ts";

const Credential = z.object({ serverId: MdmServerId });

const serverItem = (server: MdmServer) => ({ ...keys.server(server.id), ...listed("MDM", server.id, server.createdAt), ...toItem(server) });

export const mdmServersIn = (table: Table): MdmServers => {
  const { client, name: TableName } = table;
  const fromStored = (item: Record<string, unknown>): MdmServer => fromItem(MdmServer, item);
  const get = async (id: MdmServerId): Promise<MdmServer | undefined> => {
    const item = await readItem(table, keys.server(id));
    return item === undefined ? undefined : fromStored(item);
  };
  const credentialItem = ({ id, credentialSha256 }: MdmServer) => ({ ...keys.credential(credentialSha256), serverId: id });

  return {
    get,
    getAll: (ids) => readById(table, ids, keys.server, fromStored),

    async findByCredential(sha256) {
      const item = await readItem(table, keys.credential(sha256));
      return item === undefined ? undefined : get(fromItem(Credential, item).serverId);
    },

    list: (page) => readPage(table, listIn(table, "byKind", "MDM"), page, fromStored),

    register: (server, traces, judged) =>
      transact(table, [putNew(table, serverItem(server)), putNew(table, credentialItem(server))], traces, judged),

    async replace(server, traces, judged) {
      const before = await get(server.id);
      const overBefore = putEdition(table, serverItem(server), server.version);
      const isNew = before?.credentialSha256 !== server.credentialSha256;
      return transact(table, [overBefore, ...(isNew ? [putNew(table, credentialItem(server))] : [])], traces, judged);
    },

    async seen(id, at) {
      const update = {
        TableName,
        Key: keys.server(id),
        UpdateExpression: "SET lastSeenAt = :at",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":at": at.toISOString() },
      };
      // Another call may hold the item at this moment: then that one notes it.
      await conditionally(() => client.send(new UpdateCommand(update))).catch(() => false);
    },
  };
};
