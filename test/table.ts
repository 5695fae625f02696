// An empty Records table in the embedded DynamoDB, with the keys and indexes that the stack gives it.
import { CreateTableCommand, DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

const INDEXES = [
  ["byKind", "kind", "sortKey"],
  ["byLocation", "locationId", "sortKey"],
  ["byDue", "due", "dueAt"],
] as const;

const keySchema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: "HASH" as const },
  { AttributeName: range, KeyType: "RANGE" as const },
];

export const makeTable = async (client: DynamoDBDocumentClient, TableName: string): Promise<void> => {
  await client.send(new DeleteTableCommand({ TableName })).catch(() => undefined);
  const names = new Set(["pk", "sk", ...INDEXES.flatMap(([, hash, range]) => [hash, range])]);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [...names].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: keySchema("pk", "sk"),
      GlobalSecondaryIndexes: INDEXES.map(([IndexName, hash, range]) => ({
        IndexName,
        KeySchema: keySchema(hash, range),
        Projection: { ProjectionType: "ALL" as const },
      })),
    }),
  );
};
