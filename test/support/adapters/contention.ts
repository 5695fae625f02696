// Conflicts between transactions, as DynamoDB has them and the embedded database never does: while one is under way, every other one that names one of
// its items is canceled, whether it writes the item or only checks it. Source: DynamoDB developer guide, "Managing complex workflows with DynamoDB
// transactions", transaction conflict handling.
import { TransactionCanceledException, TransactionConflictException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

type Item = Readonly<Record<string, unknown>>;
type Named = { readonly TableName?: string; readonly Key?: Item; readonly Item?: Item };
type Input = Named & { readonly TransactItems?: readonly Readonly<Record<string, Named>>[] };

const nameOf = ({ TableName, Key, Item }: Named): string => {
  const { pk, sk, subject, seq } = Key ?? Item ?? {};
  return [TableName, pk ?? subject, sk ?? seq].join(" ");
};

const WRITES = new Set(["PutItemCommand", "UpdateItemCommand", "DeleteItemCommand", "PutCommand", "UpdateCommand", "DeleteCommand"]);

export type Contention = { readonly transactions: number; readonly conflicts: number };

/** Makes the client's transactions conflict; answers how many were sent, and how many of them were canceled for it. */
export const contend = (client: DynamoDBDocumentClient): (() => Contention) => {
  const underWay = new Set<string>();
  let transactions = 0;
  let conflicts = 0;
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const { TransactItems, ...single } = args.input as Input;
        if (TransactItems === undefined) {
          if (WRITES.has(commandName) && underWay.has(nameOf(single)))
            throw new TransactionConflictException({ message: "an item is part of a transaction", $metadata: {} });
          return next(args);
        }
        transactions += 1;
        const names = TransactItems.flatMap((each) => Object.values(each).map(nameOf));
        const taken = names.map((name) => underWay.has(name));
        if (taken.includes(true)) {
          conflicts += 1;
          const CancellationReasons = taken.map((isTaken) => ({ Code: isTaken ? "TransactionConflict" : "None" }));
          throw new TransactionCanceledException({ message: "conflict", CancellationReasons, $metadata: {} });
        }
        for (const name of names) underWay.add(name);
        try {
          return await next(args);
        } finally {
          for (const name of names) underWay.delete(name);
        }
      },
    { step: "initialize", name: "contend" },
  );
  return () => ({ transactions, conflicts });
};
