// What must be true of the records while MDM servers, people and workers write to them, and once all is done: recomputed from what is there and from the events
// that were told, each of which was recorded with its act.
import { ScanCommand, TransactGetCommand } from "@aws-sdk/lib-dynamodb";
import { expect } from "vitest";
import { statusOf, stepsOf, type Work, WorkId } from "../../../domain/device-api/work.ts";
import { assetText, targetText, totalOf } from "../../../domain/licenses/licenses.ts";
import type { MdmNotification, OutboxMessage } from "../../../domain/shared/events.ts";
import type { LocationId } from "../../../domain/shared/ids.ts";
import { keys, type Table } from "../../../functions/aws/table.ts";
import { at } from "../builders/make.ts";
import { ASSETS, DEVICES, MANY, NAMES, type Promised, statusOf as statusAsked, USERS } from "./device-acts.ts";
import { PLACES, type Scene } from "./device-scene.ts";

const EVER = at("2100-01-01");
const TARGETS = [...DEVICES.map((serialNumber) => ({ serialNumber })), ...[...USERS, ...NAMES].map((clientUserId) => ({ clientUserId }))];
const countOf = (counts: ReadonlyMap<string, number>, name: string): number => counts.get(name) ?? 0;

type Counts = { readonly available?: number; readonly assigned?: number; readonly retired?: number };

/** One asset at both locations at one moment, with everybody who may have a license of it. */
export const assertMoment = async ({ client, name }: Table, index: number, promised: Promised): Promise<void> => {
  const { adamId } = ASSETS[index % ASSETS.length] ?? ASSETS[0];
  const least = countOf(promised.acquired, adamId);
  const assets = PLACES.map((locationId) => ({ locationId, adamId, pricingParam: "STDQ" as const }));
  const wanted = assets.flatMap((asset) => [keys.counts(asset), ...TARGETS.map((target) => keys.assignment(asset, target))]);
  const TransactItems = wanted.map((Key) => ({ Get: { TableName: name, Key } }));
  const { Responses = [] } = await client.send(new TransactGetCommand({ TransactItems }));
  const found = Responses.flatMap(({ Item }) => (Item === undefined ? [] : [Item]));
  let total = 0;
  for (const asset of assets) {
    const { pk } = keys.counts(asset);
    const mine = found.filter((item) => item.pk === pk);
    const { available = 0, assigned = 0, retired = 0 }: Counts = mine.find(({ sk }) => sk === "COUNTS") ?? {};
    const rows = mine.filter(({ sk }) => sk !== "COUNTS").length;
    const where = `${asset.locationId} ${assetText(asset)}`;
    expect(Math.min(available, assigned, retired), `nothing is below 0: ${where}`).toBeGreaterThanOrEqual(0);
    if (adamId === MANY || adamId === "101") expect(rows, `assigned, ${where}`).toBeLessThanOrEqual(assigned);
    else expect(rows, `assigned, ${where}`).toBe(assigned);
    total += available + assigned + retired;
  }
  expect(total, `all there is of ${adamId}`).toBeGreaterThanOrEqual(least);
  expect(total, `all there is of ${adamId}`).toBeLessThanOrEqual(countOf(promised.asked, adamId));
};

/** Everything that was ever recorded to be told, once. */
const recorded = async ({ told, ports }: Scene): Promise<readonly OutboxMessage[]> => {
  const untold = await Array.fromAsync(ports.outbox.pending(EVER));
  expect(untold, "all is told in the end").toEqual([]);
  return [...told.values()];
};

/** What the counts of each asset must be, by the events alone. */
const byEvents = (all: readonly OutboxMessage[]): Map<string, Required<Counts>> => {
  const counts = new Map<string, Required<Counts>>();
  const move = (locationId: LocationId, adamId: string, { available = 0, assigned = 0, retired = 0 }: Counts): void => {
    const before = counts.get(`${locationId} ${adamId}`) ?? { available: 0, assigned: 0, retired: 0 };
    counts.set(`${locationId} ${adamId}`, {
      available: before.available + available,
      assigned: before.assigned + assigned,
      retired: before.retired + retired,
    });
  };
  for (const one of all) {
    if (one.kind !== "event") continue;
    if (one.type === "LicensesTransferred") {
      const { fromLocationId, toLocationId, adamId, quantity } = one.detail;
      move(fromLocationId, adamId, { available: -quantity });
      move(toLocationId, adamId, { available: quantity });
    }
    if (!("quantity" in one.detail) || !("locationId" in one.detail)) continue;
    const { locationId, adamId, quantity } = one.detail;
    if (one.type === "LicensesAcquired") move(locationId, adamId, { available: quantity });
    if (one.type === "LicensesAssigned") move(locationId, adamId, { available: -quantity, assigned: quantity });
    if (one.type === "LicensesUnassigned") move(locationId, adamId, { available: quantity, assigned: -quantity });
    if (one.type === "LicensesRetired") move(locationId, adamId, { assigned: -quantity, retired: quantity });
  }
  return counts;
};

const assertLedger = async ({ ports }: Scene, promised: Promised, all: readonly OutboxMessage[]): Promise<void> => {
  const sums = new Map<string, number>();
  const told = byEvents(all);
  for (const locationId of PLACES)
    for (const asset of await ports.licenses.assets(locationId)) {
      const { available, assigned, retired, adamId } = asset;
      const { items, next } = await ports.licenses.assignments({ of: "asset", asset }, { limit: 1000 });
      const where = `${locationId} ${adamId}`;
      expect({ where, available, assigned, retired }, "the counts and the events").toEqual({ where, ...told.get(where) });
      expect({ where, rows: items.length, next }).toEqual({ where, rows: assigned, next: undefined });
      expect(new Set(items.map(({ target }) => targetText(target))).size, "one license each").toBe(items.length);
      sums.set(adamId, countOf(sums, adamId) + totalOf(asset));
    }
  expect(sums, "what there is, and what was acquired").toEqual(promised.acquired);
};

const assertUsers = async ({ ports: { clientUsers, licenses } }: Scene): Promise<void> => {
  for (const location of PLACES) {
    const all = await clientUsers.list(location, "all", { skip: 0, limit: 10_000 });
    const active = all.filter(({ retiredAt }) => retiredAt === undefined);
    const ids = new Set(active.map(({ clientUserId }) => clientUserId));
    const hashes = active.flatMap(({ idHash }) => idHash ?? []);
    expect(ids.size, "one entry that is not retired").toBe(active.length);
    expect(new Set(hashes).size, "one holder of an Apple Account").toBe(hashes.length);
    const holders = new Map(active.flatMap(({ idHash, clientUserId }) => (idHash === undefined ? [] : [[idHash, clientUserId]])));
    expect(await clientUsers.holders(location, [...new Set(all.flatMap(({ idHash }) => idHash ?? []))])).toEqual(holders);
    expect(await clientUsers.version(location)).toMatchObject({ active: active.length, retired: all.length - active.length });
    for (const clientUserId of USERS.filter((id) => !ids.has(id))) {
      const { items } = await licenses.assignments({ of: "target", locationId: location, target: { clientUserId } }, { limit: 100 });
      const left = (await licenses.getAll(items.map(({ asset }) => asset))).filter(({ revocable }) => revocable);
      expect({ location, clientUserId, left }, "who is retired has nothing that can come back").toEqual({
        location,
        clientUserId,
        left: [],
      });
    }
  }
};

/** All work there is, whether its eventId was ever answered or not. */
const worksIn = async ({ client, name }: Table): Promise<WorkId[]> => {
  const ids: WorkId[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: name,
        FilterExpression: "sk = :work",
        ExpressionAttributeValues: { ":work": "WORK" },
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      }),
    );
    ids.push(...(page.Items ?? []).map(({ id }) => WorkId.parse(id)));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return ids;
};

type Notified = {
  readonly assignments?: readonly object[];
  readonly users?: readonly object[];
  readonly eventId: string;
  readonly result: string;
};

/** What MDM servers were told of one piece of work: each thing that was done, and each that failed. */
const toldOf = (notifications: readonly MdmNotification[], result: "SUCCESS" | "FAILURE"): readonly string[] =>
  notifications.flatMap(({ notification }) => {
    const { assignments = [], users = [], ...rest } = notification as Notified;
    return rest.result !== result ? [] : [...assignments, ...users].map((one) => JSON.stringify(one));
  });

const assertWork = (work: Work, failed: number, notifications: readonly MdmNotification[]): void => {
  const { id, type, requested, completed, stopped, step } = work;
  const where = `${type} ${id}`;
  const sum = completed + failed;
  if (stopped === undefined) {
    expect({ where, step, sum }, "each step was done once, and of all that was requested it is known what became of it").toEqual({
      where,
      step: stepsOf(work),
      sum: requested,
    });
  } else expect(sum, where).toBeLessThan(requested);
  if (type === "REVOKE") return;
  const [done, not] = [toldOf(notifications, "SUCCESS"), toldOf(notifications, "FAILURE")];
  expect({ where, done: done.length, not: not.length }, "what was told of it").toEqual({ where, done: completed, not: failed });
  const idOf = (one: string): string => JSON.parse(one).clientUserId ?? one;
  const each = ["CREATE", "UPDATE", "RETIRE"].includes(type) ? done.map(idOf) : done;
  expect(new Set(each).size, `${where}: nothing was done twice`).toBe(each.length);
};

const assertWorks = async (table: Table, { ports }: Scene, all: readonly OutboxMessage[]): Promise<number> => {
  const notifications = Map.groupBy(
    all.flatMap((one) => (one.kind === "mdm-notification" ? [one] : [])),
    ({ notification }) => notification.eventId,
  );
  const ids = await worksIn(table);
  for (const id of ids) {
    const work = await ports.works.get(id);
    if (work === undefined) throw new Error(`the work ${id} is gone`);
    expect(["COMPLETE", "FAILED"]).toContain(statusOf(work));
    const failed = (await ports.works.failures(id)).reduce((sum, { targets }) => sum + targets.length, 0);
    assertWork(work, failed, notifications.get(id) ?? []);
  }
  for (const place of PLACES) expect(await ports.pendingJobs.countAt(place), "nothing is pending").toEqual({ jobs: 0, assignments: 0 });
  return ids.length;
};

/** Whoever was given an eventId is told how it ended. */
const assertAnswered = async (scene: Scene, promised: Promised): Promise<void> => {
  for (const event of promised.events) {
    const { body } = await statusAsked(scene, promised, event);
    expect(body).toMatchObject({ eventStatus: expect.stringMatching(/^(COMPLETE|FAILED)$/), numRequested: event.requested });
    const isWhole = body.numCompleted === event.requested;
    expect([body.eventStatus, body.failures !== undefined]).toEqual(isWhole ? ["COMPLETE", false] : ["FAILED", true]);
  }
};

/** Once all is done. Answers how many pieces of work there were. */
export const assertEnd = async (table: Table, scene: Scene, promised: Promised): Promise<number> => {
  const all = await recorded(scene);
  await assertLedger(scene, promised, all);
  await assertUsers(scene);
  const works = await assertWorks(table, scene, all);
  await assertAnswered(scene, promised);
  return works;
};
