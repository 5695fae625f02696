// Uses of `Idempotency-Key`, stored for a day: a repeated request returns the first result, and a key stands for one request.
import * as z from "zod";
import type { Requests } from "../ports/requests.ts";
import type { Idempotency } from "../ports/shared.ts";
import { fromItem, keys, readItem, type Table } from "./table.ts";
import type { Write } from "./write.ts";

const DAY_SECONDS = 86_400;

const Used = z.object({ made: z.string(), requestSha256: z.string(), ttl: z.number() });

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1000);

/** The use of a key as a part of the act that it stands for; no write without one. One whose day is over, and that is not cleaned up yet, is no use. */
export const usedKey = ({ name: TableName }: Table, idempotency: Idempotency | undefined, made: string, at: Date): Write[] => {
  if (idempotency === undefined) return [];
  const { accountId, key, requestSha256 } = idempotency;
  const Item = { ...keys.idempotency(accountId, key), made, requestSha256, ttl: secondsOf(at) + DAY_SECONDS };
  const put = {
    TableName,
    Item,
    ConditionExpression: "attribute_not_exists(pk) OR #ttl <= :now",
    ExpressionAttributeNames: { "#ttl": "ttl" },
    ExpressionAttributeValues: { ":now": secondsOf(at) },
  };
  return [{ Put: put }];
};

export const requestsIn = (table: Table): Requests => ({
  async earlier({ accountId, key }, now) {
    const item = await readItem(table, keys.idempotency(accountId, key));
    const used = item === undefined ? undefined : fromItem(Used, item);
    return used === undefined || used.ttl <= secondsOf(now) ? undefined : { made: used.made, requestSha256: used.requestSha256 };
  },
});
