// Empty tables in the embedded DynamoDB, with the keys and indexes that the stack gives them.
import { CreateTableCommand, DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** What they are called in tests. */
export const TABLES = { name: "Records", custodyLog: "CustodyLog" } as const;

type Attribute = readonly [name: string, type: "S" | "N"];
type Keys = readonly [hash: Attribute, range: Attribute];

const text = (name: string): Attribute => [name, "S"];

const keySchema = ([[hash], [range]]: Keys) => [
  { AttributeName: hash, KeyType: "HASH" as const },
  { AttributeName: range, KeyType: "RANGE" as const },
];

const makeTable = async (client: DynamoDBDocumentClient, TableName: string, keys: Keys, indexes: Record<string, Keys>): Promise<void> => {
  await client.send(new DeleteTableCommand({ TableName })).catch(() => undefined);
  const types = new Map([keys, ...Object.values(indexes)].flat());
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
      KeySchema: keySchema(keys),
      GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, indexKeys]) => ({
        IndexName,
        KeySchema: keySchema(indexKeys),
        Projection: { ProjectionType: "ALL" as const },
      })),
    }),
  );
};

export const makeTables = async (client: DynamoDBDocumentClient): Promise<void> => {
  await makeTable(client, TABLES.name, [text("pk"), text("sk")], {
    byKind: [text("kind"), text("sortKey")],
    byLocation: [text("locationId"), text("sortKey")],
    byDue: [text("due"), text("dueAt")],
  });
  await makeTable(client, TABLES.custodyLog, [text("subject"), ["seq", "N"]], { byTime: [text("log"), text("timeKey")] });
};
