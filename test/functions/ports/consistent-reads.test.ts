// What is read to decide by it is read as it is now: every call to the table says so.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NO_LICENSES } from "../../../domain/licenses/licenses.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { locationId } from "../../support/builders/make.ts";
import { acquired, assigned, device, key, traitsOf } from "../../support/builders/postings.ts";
import { ada, clientOf, databaseForTests, NOW } from "../../support/database/records.ts";
import { TABLES } from "../../support/database/table.ts";

const here = locationId();
const use = { accountId: ada.id, key: "k", requestSha256: "d".repeat(64) };

describe("reads that decisions rest on are strongly consistent:", () => {
  const database = databaseForTests();
  let read: unknown[];
  let records: ReturnType<typeof recordsIn>;
  let client: ReturnType<typeof clientOf>;
  beforeAll(async () => {
    await database.table();
    client = clientOf(database.endpoint());
    client.middlewareStack.add(
      (next) => async (args) => {
        const { ConsistentRead, RequestItems } = args.input as {
          ConsistentRead?: boolean;
          RequestItems?: Record<string, { ConsistentRead?: boolean }>;
        };
        read.push(...(RequestItems === undefined ? [ConsistentRead] : Object.values(RequestItems).map((each) => each.ConsistentRead)));
        return next(args);
      },
      { step: "initialize" },
    );
    records = recordsIn({ client, ...TABLES });
    read = [];
    await records.licenses.post(acquired(key(), 3));
    await records.licenses.post(assigned(key(), device("A")));
  });
  afterAll(() => client.destroy());
  const first = async () =>
    (await records.licenses.state(here))[0] ?? { asset: { ...traitsOf(key()), ...NO_LICENSES }, version: 0, assignmentsVersion: 0 };

  test.each<[string, () => Promise<unknown>]>([
    ["an asset", () => records.licenses.asset(key())],
    ["the assets of a location", () => records.licenses.assets(here)],
    ["their list", () => records.licenses.listAssets(here, { limit: 5 })],
    ["who has a license", () => records.licenses.holding(key(), [device("A")])],
    ["the assignments of an asset", () => records.licenses.assignments({ of: "asset", asset: key() }, { limit: 5 })],
    ["the assignments of a location", () => records.licenses.assignments({ of: "location", locationId: here }, { limit: 5 })],
    [
      "the assignments of a target",
      () => records.licenses.assignments({ of: "target", locationId: here, target: device("A") }, { limit: 5 }),
    ],
    ["the state of a location", () => records.licenses.state(here)],
    ["assignments from an offset on", async () => records.licenses.assignmentsAt(await first(), 1, 5)],
    ["assignments since a moment", () => records.licenses.assignmentsSince(key(), NOW)],
    ["what a target has", () => records.licenses.assignmentsTo(device("A"), [key()])],
    ["what came to a location", () => records.locations.arrivals(here)],
    ["the subscription", () => records.subscriptions.get()],
    ["what was asked with a key", () => records.requests.earlier(use, NOW)],
  ])("%s", async (_, act) => {
    read = [];
    await act();
    expect(read.length).toBeGreaterThan(0);
    expect(read).toEqual(read.map(() => true));
  });
});
