// A record that was damaged by hand: the others are served, and it is told at the end.
import { randomBytes } from "node:crypto";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { DEFAULT_JOB_LIMITS } from "../../../domain/device-api/mdm-limits.ts";
import { WorkId, workOf } from "../../../domain/device-api/work.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { keys, type Table } from "../../../functions/aws/table.ts";
import { resumeJobs } from "../../../functions/operations/resume-jobs.ts";
import { sweepOutbox } from "../../../functions/operations/sweep-outbox.ts";
import type { Bus } from "../../../functions/ports/bus.ts";
import { filesInMemory, logInMemory } from "../../support/adapters/outside.ts";
import {
  aContentToken,
  accountId,
  aLocation,
  anEvent,
  anOrganization,
  at,
  contentTokenId,
  locationId,
} from "../../support/builders/make.ts";
import { ada, aFile, databaseForTests } from "../../support/database/records.ts";

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

/** Ports of the outbox function over a table, and what it sent. */
const outboxOver = (table: Table) => {
  const sent: string[] = [];
  const bus: Bus = {
    async publish(messages) {
      sent.push(...messages.map((one) => (one.kind === "work" ? one.workId : one.id)));
      return messages;
    },
  };
  const outside = {
    files: filesInMemory(new Map()),
    log: logInMemory([]),
    now: () => at("2026-10-02"),
    random: (bytes: number) => randomBytes(bytes),
  };
  return { sent, ports: { ...recordsIn(table), ...outside, bus } };
};
const neverTimeUp = (): boolean => false;

test("a pending job whose place in the list can't be read keeps none of the others from being put back", async () => {
  const table = await database.table();
  const { sent, ports } = outboxOver(table);
  const targets = [{ serialNumber: "A" }];
  const [first, damaged, last] = [1, 2, 3].map((seed) => {
    const id = WorkId.parse(`0b1f9b9e-9d0c-4a5b-8a0f-00000000000${seed}`);
    const known = { id, locationId: locationId(), tokenId: contentTokenId(), requestedAt: at(`2026-10-01T0${seed}:00:00Z`) };
    return workOf({ type: "REVOKE", targets }, known);
  });
  if (first === undefined || damaged === undefined || last === undefined) throw new Error("three jobs were asked for");
  for (const job of [first, damaged, last]) await ports.works.add(job, [{ targets, users: [] }], DEFAULT_JOB_LIMITS);
  const damage = { TableName: table.name, Key: keys.pendingJob(damaged), UpdateExpression: "REMOVE locationId" };
  await table.client.send(new UpdateCommand(damage));
  await expect(resumeJobs(ports, neverTimeUp)).rejects.toThrow(damaged.id);
  // Jobs are put back concurrently, in any order.
  expect(sent.toSorted()).toEqual([first.id, last.id]);
});

test("a damaged outbox message does not keep the sweep from publishing the others", async () => {
  const table = await database.table();
  const { sent, ports } = outboxOver(table);
  const [first, damaged, last] = [1, 2, 3].map((seed) => anEvent({ id: `evt_${seed}`, recordedAt: at(`2026-10-01T0${seed}:00:00Z`) }));
  if (first === undefined || damaged === undefined || last === undefined) throw new Error("three events were asked for");
  await ports.accounts.register(ada, [first, damaged, last]);
  const damage = {
    TableName: table.name,
    Key: keys.outbox(damaged),
    UpdateExpression: "REMOVE #kind",
    ExpressionAttributeNames: { "#kind": "kind" },
  };
  await table.client.send(new UpdateCommand(damage));
  await expect(sweepOutbox(ports, neverTimeUp)).rejects.toThrow("does not match its schema: kind");
  expect(sent).toEqual([first.id, last.id]);
});
