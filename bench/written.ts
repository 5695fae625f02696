// Counts the write units that a client's writes cost, as the table tells them: a transaction's item 2 for each KB begun, any other write 1. That the embedded
// database tells what AWS's rule says is tested. Source: DynamoDB developer guide, "Read and write capacity modes", transactional write requests.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

const WRITES = new Set(["PutItemCommand", "UpdateItemCommand", "DeleteItemCommand", "TransactWriteItemsCommand"]);

const Capacity = z.object({ CapacityUnits: z.number() });
const Answer = z.object({ ConsumedCapacity: z.union([Capacity, z.array(Capacity)]) });

export type Written = { readonly transactions: number; readonly units: number };

/** Counts from now on; what it returns tells what was written since it was last asked. Of a write that fails nothing is counted: its answer tells nothing. */
export const countWrites = (client: DynamoDBDocumentClient): (() => Written) => {
  let transactions = 0;
  let units = 0;
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        if (!WRITES.has(commandName)) return next(args);
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
        const { ConsumedCapacity } = Answer.parse(result.output);
        units += [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
        if (commandName === "TransactWriteItemsCommand") transactions += 1;
        return result;
      },
    { step: "initialize", name: "countWrites" },
  );
  return () => {
    const since = { transactions, units };
    [transactions, units] = [0, 0];
    return since;
  };
};
