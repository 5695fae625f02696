// A DynamoDB that refuses transactions for the moment: a proxy before the embedded one, which never does so itself, answers as AWS documents it.
// Source: DynamoDB API reference, TransactWriteItems, "CancellationReasons".
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { accountsIn } from "../../../functions/aws/accounts.ts";
import { locationsIn } from "../../../functions/aws/locations.ts";
import { organizationsIn } from "../../../functions/aws/organization.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { createAuditRecord } from "../../../functions/lib/publish.ts";
import { freePort, json, type Listening, listen } from "../../../local/http.ts";
import { aLocation, anOrganization, at, locationId } from "../../support/builders/make.ts";
import { ada, bob, clientOf, databaseForTests, NOW } from "../../support/database/records.ts";
import { TABLES } from "../../support/database/table.ts";
import { makeService, signedUp } from "../../support/scenarios/service.ts";

// An act waits for up to 4.6 s before it is refused.
vi.setConfig({ testTimeout: 15_000 });

const database = databaseForTests();
const other = aLocation({ id: locationId(2), name: "Other", uId: "1000000000000001", primary: false });

const exception = (type: string, more: object = {}) => ({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more });
const cancelled = (...codes: string[]) =>
  exception("TransactionCanceledException", { CancellationReasons: ["None", ...codes].map((Code) => ({ Code })) });

let proxy: Listening;
let asked: number;
let refusals: number;
let fault: object;
/** What is answered every other time, if anything else. */
let otherFault: object | undefined;
beforeEach(async () => {
  [asked, refusals, fault, otherFault] = [0, 0, cancelled("TransactionConflict"), undefined];
  const table = await database.table();
  await organizationsIn(table).found(anOrganization(), aLocation(), ada);
  proxy = await listen(
    async ({ path, headers, body }) => {
      if (/\.(TransactWriteItems|UpdateItem|PutItem)$/.test(headers["x-amz-target"] ?? "")) {
        asked += 1;
        if (asked <= refusals) return json(400, asked % 2 === 0 ? (otherFault ?? fault) : fault);
      }
      const answer = await fetch(`${database.endpoint()}${path}`, { method: "POST", headers, body: new Uint8Array(body) });
      return { status: answer.status, body: await answer.text() };
    },
    { port: await freePort(), onError: () => undefined },
  );
});
afterEach(() => proxy.close());

const locations = () => locationsIn({ client: clientOf(proxy.url), ...TABLES });

test.each(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])("%s that passes is not noticed", async (reason) => {
  [refusals, fault] = [3, cancelled(reason)];
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

test("a lost place in the custody chain and conflicts share their attempts: their waits would multiply", async () => {
  const record = createAuditRecord("account-changed", { subject: ada.id, at: NOW, by: ada.id });
  // The location and its uId are written first.
  [refusals, otherFault] = [1000, cancelled("None", "ConditionalCheckFailed")];
  await expect(locations().add(other, [record])).rejects.toMatchObject({ reason: "busy" });
  expect(asked).toBeLessThan(10);
});

test("what is nobody's fault of the moment is not tried again", async () => {
  [refusals, fault] = [1000, cancelled("ValidationError")];
  await expect(locations().add(other)).rejects.toMatchObject({ name: "TransactionCanceledException" });
  expect(asked).toBe(1);
});

test("a condition that does not hold stays an answer", async () => {
  await locations().add(other);
  expect(await locations().add(other)).toBe(false);
});

test("a condition that does not hold is the answer, whatever else was in the way", async () => {
  [refusals, fault] = [1000, cancelled("ConditionalCheckFailed", "TransactionConflict")];
  expect(await locations().add(other)).toBe(false);
  expect(asked).toBe(1);
});

const accounts = (maxAttempts?: number) => accountsIn({ client: clientOf(proxy.url, maxAttempts), ...TABLES });

describe("a write that is no transaction", () => {
  test("and meets one that passes is done", async () => {
    [refusals, fault] = [2, exception("TransactionConflictException")];
    expect(await accounts().register(bob)).toBe(true);
    expect(await accounts().get(bob.id)).toEqual(bob);
  });

  test("and meets one again and again is refused as busy", async () => {
    [refusals, fault] = [1000, exception("TransactionConflictException")];
    await expect(accounts().register(bob)).rejects.toMatchObject({ reason: "busy" });
    expect(asked).toBeLessThan(10);
  });

  test.each(["ProvisionedThroughputExceededException", "ThrottlingException"])(
    "and meets a %s as often as the SDK tries is refused as busy, and tried no more",
    async (type) => {
      [refusals, fault] = [1000, exception(type)];
      await expect(accounts(1).register(bob)).rejects.toMatchObject({ reason: "busy" });
      expect(asked).toBe(1);
    },
  );
});

test("a busy table is told to the caller as 503, with when to come back, and nothing is announced", async () => {
  const service = await makeService();
  Object.assign(service.ports.accounts, accounts());
  await accounts().register(signedUp("ada"));
  [refusals, fault] = [1000, cancelled("TransactionConflict")];
  const answer = await service.call("POST /v1/accounts/{id}/password-changes", [signedUp("ada").id], { body: {} });
  expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "1" }, body: { reason: "busy" } });
  expect(service.published).toEqual([]);
});

describe.each([
  ["a transfer", "POST /v1/license-transfers", { fromLocationId: locationId(), toLocationId: other.id, adamId: "101", quantity: 4 }, 201],
  ["an assignment", "POST /v1/assignments", { locationId: locationId(), adamId: "101", serialNumbers: ["A"], clientUserIds: ["u"] }, 200],
] as const)("%s of licenses", (_, route, body, status) => {
  const onTheTable = async () => {
    const service = await makeService();
    Object.assign(service.ports, recordsIn({ client: clientOf(proxy.url), ...TABLES }));
    await service.ports.accounts.register(signedUp("ada"));
    await service.ports.locations.add(other);
    await service.call("POST /v1/licenses", [], { body: { locationId: locationId(), adamId: "101", productType: "App", quantity: 10 } });
    return service;
  };
  const stateOf = async ({ ports, published }: Awaited<ReturnType<typeof onTheTable>>) => ({
    assets: (await Promise.all([locationId(), other.id].map((id) => ports.licenses.assets(id)))).flat(),
    assignments: (await ports.licenses.assignments({ of: "location", locationId: locationId() }, { limit: 10 })).items,
    transfers: (await ports.licenses.transfers({ limit: 10 })).items,
    untold: await Array.fromAsync(ports.outbox.pending(at("2100-01-01"))),
    key: await ports.requests.earlier({ accountId: signedUp("ada").id, key: "k" }, ports.now()),
    published: published.length,
  });
  const request = { body, headers: { "idempotency-key": "k" } };

  test("that meets a lasting conflict is told when to come back, and changes nothing; then it is done", async () => {
    const service = await onTheTable();
    const before = await stateOf(service);
    expect(before).toMatchObject({ assets: [{ available: 10 }], published: 1, untold: [] });
    refusals = 1000;
    const answer = await service.call(route, [], request);
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "1" }, body: { reason: "busy" } });
    expect(await stateOf(service)).toEqual(before);
    refusals = 0;
    expect((await service.call(route, [], request)).status).toBe(status);
    expect(await stateOf(service)).not.toEqual(before);
  });

  test("that meets a passing one does not notice it", async () => {
    const service = await onTheTable();
    [asked, refusals] = [0, 3];
    expect((await service.call(route, [], request)).status).toBe(status);
    expect(asked).toBe(4);
    expect((await stateOf(service)).published).toBe(2);
  });
});
