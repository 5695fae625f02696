// A DynamoDB that refuses transactions for the moment: a proxy before the embedded one, which never does so itself, answers as AWS documents it.
// Source: DynamoDB API reference, TransactWriteItems, "CancellationReasons".
import { afterEach, beforeEach, expect, test } from "vitest";
import { locationsIn, organizationsIn } from "../../../functions/aws/organization.ts";
import { freePort, json, type Listening, listen } from "../../../local/http.ts";
import { aLocation, anOrganization, locationId } from "../../make.ts";
import { ada, clientOf, databaseForTests } from "../../records.ts";

const database = databaseForTests();
const other = aLocation({ id: locationId(2), name: "Other", uId: "1000000000000001", primary: false });

let proxy: Listening;
let asked: number;
let refusals: number;
let code: string;
beforeEach(async () => {
  [asked, refusals, code] = [0, 0, "TransactionConflict"];
  const table = await database.table();
  await organizationsIn(table).found(anOrganization(), aLocation(), ada);
  proxy = await listen(
    async ({ path, headers, body }) => {
      if (headers["x-amz-target"]?.endsWith("TransactWriteItems")) {
        asked += 1;
        if (asked <= refusals) {
          const __type = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
          return json(400, { __type, message: "Transaction cancelled", CancellationReasons: [{ Code: "None" }, { Code: code }] });
        }
      }
      const answer = await fetch(`${database.endpoint()}${path}`, { method: "POST", headers, body: new Uint8Array(body) });
      return { status: answer.status, body: await answer.text() };
    },
    { port: await freePort(), onError: () => undefined },
  );
});
afterEach(() => proxy.close());

const locations = () => locationsIn({ client: clientOf(proxy.url), name: "Records" });

test.each(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])("%s that passes is not noticed", async (reason) => {
  [refusals, code] = [3, reason];
  expect(await locations().add(other)).toBe(true);
  expect(asked).toBe(4);
  expect(await locations().get(other.id)).toEqual(other);
});

test("one that lasts is refused as busy, and nothing is written", async () => {
  refusals = 1000;
  await expect(locations().add(other)).rejects.toMatchObject({ reason: "busy" });
  expect(asked).toBeLessThan(10);
  expect(await locations().get(other.id)).toBeUndefined();
});

test("what is nobody's fault of the moment is not tried again", async () => {
  [refusals, code] = [1000, "ValidationError"];
  await expect(locations().add(other)).rejects.toMatchObject({ name: "TransactionCanceledException" });
  expect(asked).toBe(1);
});

test("a condition that does not hold stays an answer", async () => {
  await locations().add(other);
  expect(await locations().add(other)).toBe(false);
});
