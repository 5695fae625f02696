// The host is killed outright while it runs: nothing it answered is lost, and the next start finds one database, its addresses and its people.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { eventually } from "../../local/demo/telling.ts";
import { readSession, type Session } from "../../local/session.ts";
import { callerOf } from "./documented.ts";
import { removeHost, startHost } from "./host.ts";

let directory: string;
let child: ChildProcess | undefined;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "killed-"));
});
afterAll(async () => {
  child?.kill("SIGKILL");
  await rm(directory, { recursive: true, force: true });
});

const SCRIPT = (templates: readonly string[]): string => `
  const { startService } = await import(${JSON.stringify(join(import.meta.dirname, "../../local/service.ts"))});
  const { writeSession } = await import(${JSON.stringify(join(import.meta.dirname, "../../local/session.ts"))});
  const directory = ${JSON.stringify(directory)};
  await writeSession(directory, await startService({ directory, templates: ${JSON.stringify(templates)}, onError: console.error }));
`;

/** One that nobody has reaped yet is dead, and has no command line. */
const isAlive = (pid: string): boolean => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";

test("it goes on where it was", async () => {
  child = spawn(process.execPath, ["--input-type=module", "--eval", SCRIPT(inject("templates"))], { stdio: "ignore" });
  const session = (await eventually(() => readSession(directory), 30)) as Session;
  const before = callerOf(session.api, session.accounts.administrator.bearer ?? "");
  const { body: locations } = await before("GET", "/v1/locations");
  const locationId = (locations.items as { id: string }[])[0]?.id;
  const issued = await Promise.all(Array.from({ length: 5 }, () => before("POST", "/v1/content-tokens", { locationId })));
  const database = readFileSync(join(directory, "dynamodb.sqlite.pid"), "utf8");
  child.kill("SIGKILL");
  await eventually(() => (child?.signalCode === "SIGKILL" ? true : undefined));
  await eventually(() => (isAlive(database) ? undefined : true), 30);

  const host = await startHost(directory);
  try {
    expect([host.session.api, host.session.endpoints.dynamodb]).toEqual([session.api, session.endpoints.dynamodb]);
    for (const { body } of issued)
      expect((await before("GET", `/v1/content-tokens/${body.id}`)).body).toMatchObject({ id: body.id, state: "active" });
  } finally {
    await removeHost(host);
  }
}, 60_000);
