// The host is killed outright while it runs: nothing it answered is lost, and the next start finds one database, its addresses and its people.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../local/demo/narrator.ts";
import type { Session } from "../../local/session.ts";
import { type ChildHost, isAlive, startChildHost } from "./child-host.ts";
import { callerOf } from "./documented.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { mdmCallerOf } from "./mdm-caller.ts";
import { issued, must, numbered, patiently } from "./mdm-scene.ts";

let directory: string;
let child: ChildHost | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "killed-"));
});
afterEach(async () => {
  await child?.kill();
  child = undefined;
  await rm(directory, { recursive: true, force: true });
});

const start = async (): Promise<Session> => {
  child = await startChildHost(directory);
  return child.session;
};
const kill = async (more?: { readonly database: boolean }): Promise<void> => {
  await child?.kill(more);
  child = undefined;
};
const administratorOf = ({ api, accounts }: Session) => callerOf(api, accounts.administrator.bearer ?? "");

test("a killed service continues where it was", { timeout: 120_000 }, async () => {
  const session = await start();
  const before = administratorOf(session);
  const { body: locations } = await before("GET", "/v1/locations");
  const locationId = (locations.items as { id: string }[])[0]?.id;
  const tokens = await Promise.all(Array.from({ length: 5 }, () => before("POST", "/v1/content-tokens", { locationId })));
  const database = child?.databasePid ?? 0;
  await kill();
  await eventually(() => (isAlive(database) ? undefined : true), 30);

  const host = await startHost(directory);
  try {
    expect([host.session.api, host.session.endpoints.dynamodb]).toEqual([session.api, session.endpoints.dynamodb]);
    for (const { body } of tokens)
      expect((await before("GET", `/v1/content-tokens/${body.id}`)).body).toMatchObject({ id: body.id, state: "active" });
  } finally {
    await removeHost(host);
  }
});

const ADAM_IDS = numbered("1000", 4);
const DEVICES = numbered("C", 300);
const LICENSES = 200;

/** Lets the function that runs by the minute run now. */
const runOutbox = async ({ service: { endpoints, access } }: Host): Promise<void> => {
  const lambda = new LambdaClient({ ...access, endpoint: endpoints.lambda });
  await lambda.send(new InvokeCommand({ FunctionName: "outbox" }));
  lambda.destroy();
};

test("every eventId that was answered ends as COMPLETE or FAILED, also when the host or its database died under it", {
  timeout: 300_000,
}, async () => {
  const first = await start();
  const administrator = administratorOf(first);
  const { body: locations } = await administrator("GET", "/v1/locations");
  const locationId = String((locations.items as { id: string }[])[0]?.id);
  for (const adamId of ADAM_IDS)
    must(await administrator("POST", "/v1/licenses", { locationId, adamId, productType: "App", quantity: LICENSES }), 201);
  const { text } = await issued(administrator, locationId);
  const mdm = patiently(mdmCallerOf(first.api, text));
  const eventIds: string[] = [];
  const ask = async (path: string, body: object): Promise<void> => {
    eventIds.push(String(must(await mdm("POST", `/mdm/v2/${path}`, body), 200).eventId));
  };
  /** Large and small ones together: some are waiting and some in the midst of it whenever the host dies. */
  const askMuch = async (round: number): Promise<void> => {
    const assets = ADAM_IDS.map((adamId) => ({ adamId }));
    await ask("assets/associate", { assets, serialNumbers: DEVICES });
    await ask("users/create", { users: numbered(`u${round}-`, 60).map((clientUserId) => ({ clientUserId })) });
    await ask("assets/associate", {
      assets: assets.slice(0, 1),
      clientUserIds: [`u${round}-1`, "nobody"],
      serialNumbers: DEVICES.slice(0, 1),
    });
    await ask("assets/revoke", { serialNumbers: DEVICES.slice(0, 20) });
    for (let count = 0; count < 4; count++) await ask("assets/disassociate", { assets, serialNumbers: DEVICES.slice(20 + count, 90) });
  };

  await askMuch(1);
  await kill();
  await start();
  await askMuch(2);
  await kill({ database: true });

  const host = await startHost(directory);
  try {
    const unfinished = new Set(eventIds);
    const isOver = await eventually(async () => {
      await runOutbox(host);
      for (const eventId of unfinished) {
        const { eventStatus, numCompleted, numRequested } = must(await mdm("GET", `/mdm/v2/status?eventId=${eventId}`), 200);
        if (eventStatus === "PENDING") continue;
        expect(eventStatus).toBe(numCompleted === numRequested ? "COMPLETE" : "FAILED");
        unfinished.delete(eventId);
      }
      return unfinished.size === 0 ? true : undefined;
    }, 200);
    expect([isOver, [...unfinished]]).toEqual([true, []]);
    expect(eventIds).toHaveLength(16);
    const assets = must(await mdm("GET", "/mdm/v2/assets"), 200).assets as { availableCount: number; assignedCount: number }[];
    for (const { availableCount, assignedCount } of assets) expect(availableCount + assignedCount).toBe(LICENSES);
    const records = await host.records();
    expect(records.filter(({ pk }) => pk === "JOBS")).toEqual([]);
    expect(records.find(({ pk }) => pk === `JOBS#${locationId}`)).toMatchObject({ jobs: 0, assignments: 0 });
  } finally {
    await removeHost(host);
  }
});
