// The device management API under everything at once: MDM servers of two locations with tokens that end, people who write to the same licenses, and workers that
// die, are slow and are given the same message twice, on a real DynamoDB whose transactions conflict as AWS's do. What is asked is drawn, which of it comes
// first is not: a run that failed may pass when it is run again.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Table } from "../../../functions/aws/table.ts";
import { contend } from "../../support/adapters/contention.ts";
import { at } from "../../support/builders/make.ts";
import { clientOf, databaseForTests } from "../../support/database/records.ts";
import { ASSETS, acquire, carryOut, draws, equip, nothingPromised, type Promised } from "../../support/scenarios/device-acts.ts";
import { assertEnd, assertMoment } from "../../support/scenarios/device-held.ts";
import { makeScene, PLACES, type Scene } from "../../support/scenarios/device-scene.ts";
import { later } from "../../support/scenarios/scene.ts";

const SEED = 20_261;
const ACTS = 220;
/** Who asks at once, and who works at once. */
const LANES = 6;
const WORKERS = 3;
const IDLE_MILLISECONDS = 5;
const WATCH_MILLISECONDS = 30;
const SWEEP_MILLISECONDS = 100;
/** After that long, what was recorded and not told is told by whoever sweeps. */
const SWEPT_SECONDS = 61;

const LISTENING = {
  notificationUrl: "https://mdm.example.org/told",
  notificationAuthToken: "a-bearer-of-the-mdm-server",
  notificationTypes: ["ASSET_MANAGEMENT", "USER_MANAGEMENT"],
};

const database = databaseForTests();
const EVER = at("2100-01-01");

const begin = async (scene: Scene): Promise<Promised> => {
  const promised = nothingPromised();
  for (const place of PLACES)
    for (const [index, { quantity }] of ASSETS.entries()) await acquire(scene, promised, { place, index, quantity });
  for (const server of scene.servers) await equip(scene, promised, server);
  for (const { token } of scene.servers.slice(0, PLACES.length))
    expect((await scene.request(token.bearer, "POST /client/config", { body: LISTENING })).status).toBe(200);
  return promised;
};

/** All at once, until everything that was drawn is asked, done and told; ends with whatever went wrong first. */
const soak = async (scene: Scene, promised: Promised, table: Table): Promise<void> => {
  const left = draws(SEED, ACTS);
  let asking = LANES;
  let isOver = false;
  const isAllTold = async (): Promise<boolean> =>
    asking === 0 &&
    scene.queue.isEmpty() &&
    (await Array.fromAsync(scene.ports.outbox.pending(EVER))).length === 0 &&
    (await Array.fromAsync(scene.ports.pendingJobs.requestedUntil(EVER))).length === 0;

  const lane = async (): Promise<void> => {
    for (let draw = left.shift(); draw !== undefined && !isOver; draw = left.shift()) await carryOut(draw, scene, promised);
    asking -= 1;
  };
  const worker = async (): Promise<void> => {
    while (!isOver) if (!(await scene.deliver())) await sleep(IDLE_MILLISECONDS);
  };
  const sweeper = async (): Promise<void> => {
    while (!isOver && !(await isAllTold())) {
      if (asking === 0) later(scene.host, SWEPT_SECONDS);
      await scene.sweep();
      await sleep(SWEEP_MILLISECONDS);
    }
    isOver = true;
  };
  const watcher = async (): Promise<void> => {
    for (let index = 0; !isOver; index++) {
      await assertMoment(table, index, promised);
      await sleep(WATCH_MILLISECONDS);
    }
  };
  const everybody = [...Array(LANES).fill(lane), ...Array(WORKERS).fill(worker), sweeper, watcher] as (() => Promise<void>)[];
  const settled = await Promise.allSettled(
    everybody.map((each) =>
      each().catch((error: unknown) => {
        isOver = true;
        throw error;
      }),
    ),
  );
  for (const one of settled) if (one.status === "rejected") throw one.reason;
};

test("licenses are neither lost nor made, and all work is done once, whatever is asked at once and whoever dies", {
  timeout: 180_000,
}, async () => {
  const table = await database.table();
  const client = clientOf(database.endpoint());
  const contention = contend(client);
  const scene = await makeScene(client, SEED);
  const promised = await begin(scene);
  await soak(scene, promised, table);
  const works = await assertEnd(table, scene, promised);
  client.destroy();
  // It would prove little if nobody had met, died or been late.
  expect(works).toBeGreaterThanOrEqual(promised.events.length);
  const { crashes, overlaps, givenUp, lost } = scene.counts;
  const seen = { conflicts: contention().conflicts, crashes, overlaps, givenUp, lost, ended: promised.refused.get(9625) ?? 0 };
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
});
