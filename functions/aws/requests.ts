// What was asked with an `Idempotency-Key`, kept for a day: a repeated request finds what the first one made, and a key stands for one request.
import * as z from "zod";
import type { Requests } from "../ports/records.ts";
import type { Idempotency } from "../ports.ts";
import { fromItem, keys, readItem, type Table } from "./table.ts";
import { putNew, type Write } from "./transact.ts";

const DAY_SECONDS = 86_400;

const Used = z.object({ made: z.string(), requestSha256: z.string() });

/** The use of a key as a part of the act that it stands for; no write without one. */
export const usedKey = (table: Table, idempotency: Idempotency | undefined, made: string, at: Date): Write[] =>
  idempotency === undefined
    ? []
    : [
        putNew(table, {
          ...keys.idempotency(idempotency.accountId, idempotency.key),
          made,
          requestSha256: idempotency.requestSha256,
          ttl: Math.floor(at.getTime() / 1000) + DAY_SECONDS,
        }),
      ];

export const requestsIn = (table: Table): Requests => ({
  async earlier({ accountId, key }) {
    const item = await readItem(table, keys.idempotency(accountId, key));
    return item === undefined ? undefined : fromItem(Used, item);
  },
});
