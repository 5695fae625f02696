// Work of MDM servers and checks of their tokens, measured in tiny turns: what they count is what was written and read, and the report tells it.
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { measureWork, type Way } from "../../bench/device-work.ts";
import { checksTable, workTable } from "../../bench/report.ts";
import { measureChecks } from "../../bench/token-checks.ts";
import { countWrites } from "../../bench/written.ts";
import { databaseForTests } from "../support/database/records.ts";
import { someChecks, someWork } from "./measured.ts";

const database = databaseForTests();
const SECONDS = 60;

test("one request costs a step for each asset and 85 devices; a small one pays for everything by itself", {
  timeout: 120_000,
}, async () => {
  const size = { assets: 2, devices: 100 };
  const { turns } = await measureWork({ turns: 2, seconds: SECONDS, size, actsPerTurn: 1 });
  const of = (way: Way) => turns.map((turn) => ({ licenses: turn[way].licenses, transactions: turn[way].transactions }));
  // Its order, and four steps.
  expect(of("large")).toEqual([{ licenses: 200, transactions: 5 }]);
  expect(of("small")).toEqual([{ licenses: 1, transactions: 2 }]);
  expect(of("person")).toEqual([{ licenses: 1, transactions: 1 }]);
  const [turn] = turns;
  if (turn === undefined) throw new Error("nothing was measured");
  // An assignment, the counts and the event of it, 2 each; and that the event was told.
  expect(turn.person.units).toBe(7);
  // The job, its part, its order, and that it was sent; its place in the list and in the count of pending jobs. Then the assignment, the counts, the job, the
  // location, the token, the event, and that it was told; and the two places again.
  expect(turn.small.units).toBe(7 + 4 + 13 + 4);
  // The order with two parts; 200 assignments; and what each of four steps pays for once.
  expect(turn.large.units).toBeGreaterThan(2 * 200);
  expect(turn.large.units).toBeLessThan(2.5 * 200);
});

const put = (pk: string, more: object = {}) => ({ Put: { TableName: "Records", Item: { pk, sk: "s", ...more } } });
const Key = { pk: "a", sk: "s" };
const exists = { ConditionExpression: "attribute_exists(pk)" };
const large = { text: "x".repeat(1500) };

// Source: DynamoDB developer guide, "Read and write capacity modes": of an item that is replaced or removed, the larger size counts.
test.each<[string, NonNullable<TransactWriteCommandInput["TransactItems"]>, number]>([
  ["an item of at most 1 KB", [put("a")], 2],
  ["each of them", [put("a"), put("b"), put("c")], 6],
  ["one of more, for each KB begun", [put("a", large)], 4],
  ["a smaller one that takes its place", [put("big")], 4],
  ["one that is only looked at", [{ ConditionCheck: { TableName: "Records", Key, ...exists } }], 2],
  ["one that goes", [{ Delete: { TableName: "Records", Key } }], 2],
  [
    "one that is added to",
    [{ Update: { TableName: "Records", Key, UpdateExpression: "ADD n :one", ExpressionAttributeValues: { ":one": 1 } } }],
    2,
  ],
])("write units in a transaction, by AWS's rule: %s", async (_, TransactItems, units) => {
  const { client } = await database.table();
  await client.send(new TransactWriteCommand({ TransactItems: [put("a"), put("big", large)] }));
  const written = countWrites(client);
  await client.send(new TransactWriteCommand({ TransactItems }));
  client.middlewareStack.remove("countWrites");
  expect(written()).toEqual({ transactions: 1, units });
});

test("an instance that knows a token's places reads once to tell whom it lets in", { timeout: 60_000 }, async () => {
  const [turn, ...others] = await measureChecks({ turns: 1, seconds: SECONDS, checksPerTurn: 3 });
  expect(others).toEqual([]);
  // The token, the location and the account are found; links and configuration there are none, and asking for them costs a unit each.
  expect(turn?.warm).toMatchObject({ checks: 3, reads: { requests: 3, items: 9, units: 15 } });
  expect(turn?.cold).toMatchObject({ checks: 3, reads: { requests: 9, items: 15, units: 21 } });
});

const cellsOf = (table: string): string[][] =>
  table
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .split("|")
        .map((text) => text.trim())
        .slice(1, -1),
    );

test("is told in ratios of the turns, and in what each license and each check costs", () => {
  expect(cellsOf(workTable(someWork))).toEqual([
    ["one large request", "80", "20", "4.00", "0.50", "2.00", "0.50"],
    ["small requests", "8", "2", "0.40", "0.50", "18.00", "0.06"],
    ["a person", "20", "5", "1.00", "0.50", "7.00", "0.14"],
  ]);
  expect(cellsOf(checksTable(someChecks))).toEqual([
    ["warm", "20", "20", "2.00", "1.00", "2.00", "3.00"],
    ["cold", "10", "10", "1.00", "3.00", "6.00", "9.00"],
  ]);
});
