// The template's tables in the embedded DynamoDB, made at the first start and kept.
import { CreateTableCommand, type CreateTableCommandInput, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AwsAccess } from "./place.ts";
import type { LocalResource } from "./template.ts";

type Kept = Pick<CreateTableCommandInput, "AttributeDefinitions" | "KeySchema" | "GlobalSecondaryIndexes" | "BillingMode">;

const indexesOf = (indexes: readonly { readonly IndexName?: string | undefined }[] = []): string =>
  indexes
    .map(({ IndexName }) => IndexName)
    .toSorted()
    .join(", ");

/** Makes each table that is not there, and answers whether it made one. Throws when a table has other indexes than the template. */
export const makeTables = async (tables: readonly LocalResource[], endpoint: string, access: AwsAccess): Promise<boolean> => {
  const client = new DynamoDBClient({ ...access, endpoint });
  let isAnyNew = false;
  try {
    for (const table of tables) {
      const TableName = table.name();
      const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = table.properties() as Kept;
      const known = await client.send(new DescribeTableCommand({ TableName })).catch((error: unknown) => {
        if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
        throw error;
      });
      if (known === undefined) {
        await client.send(new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }));
        isAnyNew = true;
      } else if (indexesOf(known.Table?.GlobalSecondaryIndexes) !== indexesOf(GlobalSecondaryIndexes))
        throw new Error(`The table ${TableName} was made with other indexes than the template's. Remove .local to begin anew.`);
    }
    return isAnyNew;
  } finally {
    client.destroy();
  }
};
