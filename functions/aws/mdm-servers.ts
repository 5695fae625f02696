// MDM servers in the Records table. The look-up by credential keeps every credential ever made: which one is good is told by the server's record. The one
// by what they say of themselves keeps what those in use say now.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import { MdmServerId } from "../../domain/shared/ids.ts";
import { sha256 } from "../lib/hash.ts";
import type { MdmServers } from "../ports/mdm-servers.ts";
import { listIn, readPage } from "./lists.ts";
import { fromItem, keys, listed, readById, readItem, type Table, toItem } from "./table.ts";
import { conditionally, putEdition, putNew, transact } from "./transact.ts";
import type { Write } from "./write.ts";

/** The item of a look-up. */
const Found = z.object({ serverId: MdmServerId });

const serverItem = (server: MdmServer) => ({ ...keys.server(server.id), ...listed("MDM", server.id, server.createdAt), ...toItem(server) });

export const mdmServersIn = (table: Table): MdmServers => {
  const { client, name: TableName } = table;
  const fromStored = (item: Record<string, unknown>): MdmServer => fromItem(MdmServer, item);
  const get = async (id: MdmServerId): Promise<MdmServer | undefined> => {
    const item = await readItem(table, keys.server(id));
    return item === undefined ? undefined : fromStored(item);
  };
  const lookUp = async (key: Record<string, string>): Promise<MdmServer | undefined> => {
    const item = await readItem(table, key);
    return item === undefined ? undefined : get(fromItem(Found, item).serverId);
  };

  const keptCredential = ({ id, credentialSha256 }: MdmServer, before?: MdmServer): Write[] =>
    credentialSha256 === undefined || credentialSha256 === before?.credentialSha256
      ? []
      : [putNew(table, { ...keys.credential(credentialSha256), serverId: id })];

  /** By what it is to be found now, in place of before. */
  const keptInfo = (server: MdmServer, before?: MdmServer): Write[] => {
    const said = server.removedAt === undefined ? server.mdmInfo?.id : undefined;
    const saidBefore = before?.removedAt === undefined ? before?.mdmInfo?.id : undefined;
    if (said === saidBefore) return [];
    return [
      ...(said === undefined ? [] : [putNew(table, { ...keys.mdmInfo(sha256(said)), serverId: server.id })]),
      ...(saidBefore === undefined ? [] : [{ Delete: { TableName, Key: keys.mdmInfo(sha256(saidBefore)) } }]),
    ];
  };

  return {
    get,
    getAll: (ids) => readById(table, ids, keys.server, fromStored),

    findByCredential: (credentialSha256) => lookUp(keys.credential(credentialSha256)),
    findByMdmInfo: (id) => lookUp(keys.mdmInfo(sha256(id))),

    list: (page) => readPage(table, listIn(table, "byKind", "MDM"), page, fromStored),

    register: (server, effects, preconditions) =>
      transact(table, [putNew(table, serverItem(server)), ...keptCredential(server), ...keptInfo(server)], effects, preconditions),

    async replace(server, effects, preconditions) {
      const before = await get(server.id);
      const overBefore = putEdition(table, serverItem(server), server.version);
      return transact(table, [overBefore, ...keptCredential(server, before), ...keptInfo(server, before)], effects, preconditions);
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
