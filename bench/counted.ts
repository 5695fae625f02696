// Counts what a client reads, from within the client: the product's code does not know. What it can't classify it refuses to count.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Reads } from "./reads.ts";

const READS = new Set(["GetItemCommand", "BatchGetItemCommand", "QueryCommand", "ScanCommand"]);
const WRITES = new Set(["PutItemCommand", "UpdateItemCommand", "DeleteItemCommand", "TransactWriteItemsCommand"]);

const Capacity = z.object({ CapacityUnits: z.number() });
const Answer = z.object({
  ConsumedCapacity: z.union([Capacity, z.array(Capacity)]),
  /** Of a query: what it looked at, before any filter. */
  ScannedCount: z.number().optional(),
  Item: z.unknown().optional(),
  Responses: z.record(z.string(), z.array(z.unknown())).optional(),
});

const NOTHING: Reads = { requests: 0, items: 0, units: 0 };

const readsOf = (output: unknown): Reads => {
  const { ConsumedCapacity, ScannedCount, Item, Responses = {} } = Answer.parse(output);
  return {
    requests: 1,
    items: (ScannedCount ?? 0) + (Item === undefined ? 0 : 1) + Object.values(Responses).flat().length,
    units: [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0),
  };
};

/** Counts from now on; what it returns tells what was read since it was last asked. */
export const countReads = (client: DynamoDBDocumentClient): (() => Reads) => {
  let counted = NOTHING;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === undefined || !(READS.has(commandName) || WRITES.has(commandName)))
          throw new Error(`${commandName} is neither a known read nor a known write: say in bench/counted.ts which it is`);
        if (WRITES.has(commandName)) return next(args);
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
        const { requests, items, units } = readsOf(result.output);
        counted = { requests: counted.requests + requests, items: counted.items + items, units: counted.units + units };
        return result;
      },
    { step: "initialize", name: "countReads" },
  );
  return () => {
    const since = counted;
    counted = NOTHING;
    return since;
  };
};
