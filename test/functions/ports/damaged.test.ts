// A record that was damaged by hand: the others are served, and it is told at the end.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { recordsIn } from "../../../functions/aws/records.ts";
import { keys } from "../../../functions/aws/table.ts";
import { aContentToken, accountId, aLocation, anOrganization, at, contentTokenId, locationId } from "../../make.ts";
import { ada, aFile, databaseForTests } from "../../records.ts";

const database = databaseForTests();

test("a due token that can't be read keeps none of the others from the scan", async () => {
  const table = await database.table();
  const { organizations, tokens, reminders, erasures } = recordsIn(table);
  await organizations.found(anOrganization(), aLocation(), ada);
  const [first, damaged, last] = [1, 2, 3].map((seed) =>
    aContentToken({
      id: contentTokenId(seed),
      secretSha256: String(seed).repeat(64),
      file: aFile(seed),
      dueAt: at(`2026-10-0${seed}`),
      downloadedBy: [],
    }),
  );
  if (first === undefined || damaged === undefined || last === undefined) throw new Error("three tokens were asked for");
  for (const token of [first, damaged, last]) {
    await erasures.plan(token.file.key, at("2026-01-01"));
    expect(await tokens.add(token)).toBe(true);
  }
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: keys.contentToken(damaged.id),
      UpdateExpression: "SET expiresAt = :never",
      ExpressionAttributeValues: { ":never": "soon" },
    }),
  );
  const read: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const { id } of reminders.due(at("2026-11-01"))) read.push(id);
  };
  await expect(reading()).rejects.toThrow(damaged.id);
  expect(read).toEqual([first.id, last.id]);
});

test("a parked fact that can't be read keeps none of the others waiting", async () => {
  const table = await database.table();
  const { parking } = recordsIn(table);
  const [first, damaged, last] = [1, 2, 3].map((seed) => ({
    accountId: accountId(seed),
    eventId: `e-${seed}`,
    meaning: "changed" as const,
    occurredAt: at("2026-10-01"),
  }));
  if (first === undefined || damaged === undefined || last === undefined) throw new Error("three facts were asked for");
  for (const fact of [first, damaged, last]) await parking.park(fact);
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: keys.parked(damaged.accountId, damaged.eventId),
      UpdateExpression: "REMOVE meaning",
    }),
  );
  const read: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const { eventId } of parking.all()) read.push(eventId);
  };
  await expect(reading()).rejects.toThrow(damaged.eventId);
  expect(read).toEqual([first.eventId, last.eventId]);
  expect(await parking.of(last.accountId)).toEqual([last]);
});

test("an assignment that can't be read is named without whom it is to", async () => {
  const table = await database.table();
  const { licenses } = recordsIn(table);
  const asset = { locationId: locationId(), adamId: "1", pricingParam: "STDQ" as const };
  const traits = { ...asset, productType: "App" as const, deviceAssignable: true, revocable: true, supportedPlatforms: [], version: 1 };
  const target = { clientUserId: "eve@example.org" };
  const assigned = [{ asset, target, assignedAt: at("2026-10-01") }];
  expect(await licenses.post({ at: at("2026-10-01"), entries: [{ asset, assigned: 1 }], traits: [traits], assigned })).toBe(true);
  await table.client.send(
    new UpdateCommand({ TableName: table.name, Key: keys.assignment(asset, target), UpdateExpression: "REMOVE assignedAt" }),
  );
  const reading = licenses.assignments({ of: "asset", asset }, { limit: 10 });
  await expect(reading).rejects.toThrow(/^the record ASSET#.*#1#STDQ USER#… does not match its schema: assignedAt$/);
});
