// The record ports on both their backends, the fake and a real DynamoDB over a socket: a battery that is given here holds both to one contract.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import type { Table } from "../../../functions/aws/table.ts";
import type { Adding } from "../../../functions/ports/content-tokens.ts";
import type { Effect } from "../../../functions/ports/shared.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../../local/dynamodb.ts";
import { makeWorld, type World } from "../adapters/world.ts";
import { aContentToken, accountId, anAccount, at } from "../builders/make.ts";
import { TO_TEST } from "../http/http.ts";
import { makeTables, TABLES } from "./table.ts";

export const NOW = at("2026-06-01T00:00:00.500Z");
export const ada = anAccount();
export const bob = anAccount({ id: accountId(2), subject: "bob" });

/** Where the file of the token with that number lies. */
export const aFile = (seed: number) => ({ key: `tokens/${seed}`, version: "1", sha256: "b".repeat(64) });

/** `maxAttempts`: the SDK's own, of what it tries again. */
export const clientOf = (endpoint: string, maxAttempts = 3): DynamoDBDocumentClient => {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ ...TO_TEST, endpoint, maxAttempts }));
};

/** The embedded DynamoDB, for all tests of a file. */
export const databaseForTests = () => {
  let database: LocalDynamoDb;
  let client: DynamoDBDocumentClient;
  beforeAll(async () => {
    database = await startDynamoDb();
    client = clientOf(database.endpoint);
  });
  afterAll(async () => {
    client.destroy();
    await database.close();
  });
  return {
    endpoint: () => database.endpoint,
    /** An empty table, made anew. */
    async table(): Promise<Table> {
      const table = { client, ...TABLES };
      await makeTables(client);
      return table;
    },
  };
};

/** The record ports of the test at hand, and what every battery does with them. */
const emptyHanded = () => {
  const records = {} as World;
  /** As the service adds a token: its file was stored under a plan to erase it. */
  const add = async (token: ContentToken, ...rest: [(readonly Effect[])?, Adding?]) => {
    await records.erasures.plan(token.file.key, token.issuedAt);
    return records.tokens.add(token, ...rest);
  };
  return Object.assign(records, {
    add,
    /** A token with the accounts that the batteries speak of. */
    async withToken(token = aContentToken()) {
      await records.accounts.register(ada);
      await records.accounts.register(bob);
      await add(token);
      return token;
    },
    untold: () => Array.fromAsync(records.outbox.pending(at("2030-01-01"))),
    toErase: () => Array.fromAsync(records.erasures.planned(at("2030-01-01"))),
  });
};

/** Runs `tests` on each backend, before each test on an empty world. */
export const battery = (what: string, tests: (records: ReturnType<typeof emptyHanded>) => void): void => {
  const database = databaseForTests();
  describe.each([
    ["in memory", async () => makeWorld()],
    ["in DynamoDB", async () => recordsIn(await database.table())],
  ])(`${what} %s`, (_, open) => {
    const records = emptyHanded();
    beforeEach(async () => void Object.assign(records, await open()));
    tests(records);
  });
};
