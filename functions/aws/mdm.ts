// What the device management API keeps of MDM servers in the Records table: where they want to be told, how often they asked within a second, and what they
// last used a token for.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { ClientConfig } from "../../domain/device-api/client-config.ts";
import { ContentTokenId, MdmServerId } from "../../domain/shared/ids.ts";
import type { ClientConfigs, Rates, TokenUses } from "../ports/mdm.ts";
import { fromItem, itemsOf, keys, readItem, type Table, toItem } from "./table.ts";
import { conditionally } from "./transact.ts";

export const clientConfigsIn = (table: Table): ClientConfigs => ({
  async get(location) {
    const item = await readItem(table, keys.clientConfig(location));
    return item === undefined ? undefined : fromItem(ClientConfig, item);
  },
  async change({ locationId, ...said }) {
    const fields = Object.entries(toItem(said));
    const update = new UpdateCommand({
      TableName: table.name,
      Key: keys.clientConfig(locationId),
      UpdateExpression: `SET ${["locationId", ...fields.map(([name]) => name)].map((name) => `${name} = :${name}`).join(", ")}`,
      ExpressionAttributeValues: Object.fromEntries([[":locationId", locationId], ...fields.map(([name, value]) => [`:${name}`, value])]),
      ReturnValues: "ALL_NEW",
    });
    const { Attributes = {} } = await table.client.send(update);
    return fromItem(ClientConfig, { ...Attributes, ...keys.clientConfig(locationId) });
  },
});

const Use = z.object({ tokenId: ContentTokenId, mdmServerId: MdmServerId.optional(), what: z.string(), at: z.date() });

/** Stands for an unknown MDM server. */
const UNKNOWN = "UNKNOWN";

export const tokenUsesIn = (table: Table): TokenUses => ({
  async note(use, afterSeconds) {
    const update = new UpdateCommand({
      TableName: table.name,
      Key: keys.tokenUse(use.tokenId, use.mdmServerId ?? UNKNOWN),
      UpdateExpression: `SET #at = :at, what = :what, tokenId = :tokenId${use.mdmServerId === undefined ? "" : ", mdmServerId = :server"}`,
      ConditionExpression: "attribute_not_exists(pk) OR #at < :before",
      ExpressionAttributeNames: { "#at": "at" },
      ExpressionAttributeValues: {
        ":at": use.at.toISOString(),
        ":what": use.what,
        ":tokenId": use.tokenId,
        ":before": new Date(use.at.getTime() - afterSeconds * 1000).toISOString(),
        ...(use.mdmServerId === undefined ? {} : { ":server": use.mdmServerId }),
      },
    });
    await conditionally(() => table.client.send(update));
  },
  async of(token) {
    const query = {
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": keys.tokenUse(token, UNKNOWN).pk },
    };
    return (await Array.fromAsync(itemsOf(table, query))).map((item) => fromItem(Use, item));
  },
});

/** Long enough that a counter is not gone while its span lasts, whatever a clock says. */
const COUNTED_SECONDS = 600;

export const ratesIn = ({ client, name: TableName }: Table): Rates => ({
  take(of, what, { seconds, number }, most) {
    const update = new UpdateCommand({
      TableName,
      Key: keys.rate(of, what, number),
      UpdateExpression: "ADD asked :one SET #ttl = :ttl",
      ConditionExpression: "attribute_not_exists(asked) OR asked < :most",
      ExpressionAttributeNames: { "#ttl": "ttl" },
      ExpressionAttributeValues: { ":one": 1, ":most": most, ":ttl": (number + 1) * seconds + COUNTED_SECONDS },
    });
    return conditionally(() => client.send(update));
  },
});
