// Writes that carry their rule as a condition, and the one way in which an act is recorded: with what it leaves behind, all or nothing.
import { setTimeout as sleep } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import type { Announcement } from "../../domain/events.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { Trace } from "../ports.ts";
import { nextEntries } from "./custody.ts";
import { keys, type Table, toItem } from "./table.ts";

export type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** Where in the write a condition did not hold; `undefined` when that is not what failed. */
const failedConditions = (error: unknown): readonly number[] | undefined => {
  if (error instanceof Error && error.name === "ConditionalCheckFailedException") return [0];
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const failed = (error.CancellationReasons ?? []).flatMap(({ Code }, index) => (Code === "ConditionalCheckFailed" ? [index] : []));
  return failed.length === 0 ? undefined : failed;
};

/** Another transaction held one of the items, or the table was asked too much: the same write may succeed a moment later. */
const PASSING = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

const isPassing = (error: unknown): boolean =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).some(({ Code }) => PASSING.has(Code ?? ""))
    : error instanceof Error && error.name === "TransactionConflictException";

/** The table was asked too much, and the SDK has tried as often as it does: more attempts would only add to it. */
const THROTTLED = new Set(["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]);

const isThrottled = (error: unknown): boolean => error instanceof Error && THROTTLED.has(error.name);

const ATTEMPTS = 6;
const FIRST_PAUSE_MILLISECONDS = 20;

const pause = (attempt: number): Promise<void> => sleep(Math.random() * FIRST_PAUSE_MILLISECONDS * 2 ** attempt);

const busy = (): Refusal => new Refusal("busy", "Too much is written to these records at this moment. Try again.");

/** Which conditions did not hold, none when it was written. What passes is tried again, since the SDK does not retry a canceled transaction. */
const written = async (write: () => Promise<unknown>): Promise<readonly number[]> => {
  for (let attempt = 0; ; attempt++) {
    try {
      await write();
      return [];
    } catch (error) {
      const failed = failedConditions(error);
      if (failed !== undefined) return failed;
      if (!isPassing(error) && !isThrottled(error)) throw error;
      if (attempt === ATTEMPTS - 1 || isThrottled(error)) throw busy();
      await pause(attempt);
    }
  }
};

/** Runs a write that carries its rule as a condition: false when the condition did not hold. Refuses as `busy` what does not pass in time. */
export const conditionally = async (write: () => Promise<unknown>): Promise<boolean> => (await written(write)).length === 0;

export const putNew = ({ name: TableName }: Table, item: Record<string, unknown>): Write => ({
  Put: { TableName, Item: item, ConditionExpression: "attribute_not_exists(pk)" },
});

const outboxRow = (table: Table, announcement: Announcement): Write =>
  putNew(table, { ...keys.outbox(announcement), ...toItem(announcement) });

/**
 * All of `writes` and of what the act leaves, or nothing: false when a condition of `writes` did not hold. When another act took the place in a
 * custody chain, the entries are tied to that one instead and all is tried again.
 */
export const transact = async (table: Table, writes: readonly Write[], traces: readonly Trace[] = []): Promise<boolean> => {
  const rows = traces.flatMap((trace) => (trace.kind === "custody" ? [] : [outboxRow(table, trace)]));
  const records = traces.filter((trace) => trace.kind === "custody");
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const TransactItems = [...writes, ...rows, ...(await nextEntries(table, records))];
    const failed = await written(() => table.client.send(new TransactWriteCommand({ TransactItems })));
    if (failed.length === 0) return true;
    if (failed.some((index) => index < writes.length)) return false;
    await pause(attempt);
  }
  throw busy();
};
