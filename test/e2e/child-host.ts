// The host as a process of its own, so that it can be killed: with its database, or with the database left behind.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { eventually } from "../../local/demo/narrator.ts";
import { readSession, type Session } from "../../local/session.ts";

const scriptFor = (directory: string): string => `
  const { startService } = await import(${JSON.stringify(join(import.meta.dirname, "../../local/service.ts"))});
  const { writeSession } = await import(${JSON.stringify(join(import.meta.dirname, "../../local/session.ts"))});
  const directory = ${JSON.stringify(directory)};
  await writeSession(directory, await startService({ directory, templates: ${JSON.stringify(inject("templates"))}, onError: console.error }));
  console.log("ready");
`;

/** A process that nobody has reaped yet is dead, and has no command line. */
export const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";

export type ChildHost = {
  readonly session: Session;
  readonly databasePid: number;
  /** Kills the process outright, and its database on request. */
  kill(more?: { readonly database: boolean }): Promise<void>;
};

/** Starts the host on `directory`, which may be left from an earlier one, and waits until it serves. */
export const startChildHost = async (directory: string): Promise<ChildHost> => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", scriptFor(directory)], { stdio: ["ignore", "pipe", "ignore"] });
  const [started] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  const session = readSession(directory);
  if (session === undefined || !String(started).includes("ready")) throw new Error("the host did not start");
  const databasePid = Number(readFileSync(join(directory, "dynamodb.sqlite.pid"), "utf8"));
  return {
    session,
    databasePid,
    async kill({ database } = { database: false }) {
      child.kill("SIGKILL");
      if (database) process.kill(databasePid, "SIGKILL");
      await eventually(() => (child.signalCode === "SIGKILL" ? true : undefined));
    },
  };
};
