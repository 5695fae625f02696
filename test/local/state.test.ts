// Files of the local run that somebody damaged or that another version wrote: the error names the file and the remedy, and quotes nothing of it.
import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openPeople } from "../../local/identity/people.ts";
import { startLocal } from "../../local/main.ts";
import { openStore } from "../../local/s3/store.ts";
import { readSession } from "../../local/session.ts";
import { openState } from "../../local/state.ts";
import type { Step } from "../../local/steps.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "state-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const READERS: Readonly<Record<string, () => unknown>> = {
  "state.json": () => openState(directory),
  "session.json": () => readSession(directory),
  "identity.json": () => openPeople(join(directory, "identity.json")),
};

describe.each(Object.entries(READERS))("%s", (name, read) => {
  const refusal = async (text: string): Promise<string> => {
    await writeFile(join(directory, name), text);
    try {
      await read();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return "nothing was refused";
  };

  test.each(["", "secret-text", "null", "[]", '{"ports":', '{"people":"secret-text","ports":"secret-text"}'])(
    "holding %j is named with its path and what to do",
    async (text) => {
      const message = await refusal(text);
      expect(message.startsWith(`${join(directory, name)} is damaged or of another version (`)).toBe(true);
      expect(message).toMatch(
        / (Restore it, or remove the folder .* to start over|Remove the file and start again: it is written again)\.$/,
      );
      expect(message).not.toContain("secret-text");
      expect(message).not.toContain("\n");
    },
  );
});

test("a stored object whose first line is damaged is named with its path", async () => {
  const store = await openStore(directory);
  const { versionId } = await store.add("tokens", "k", new Date(), { data: Buffer.from("x"), headers: {} });
  const file = readdirSync(join(directory, "tokens")).find((name) => name.endsWith(versionId)) ?? "";
  await writeFile(join(directory, "tokens", file), "secret-text\nx");
  await expect(openStore(directory)).rejects.toThrow(`${join(directory, "tokens", file)} is damaged`);
});

test("a first start keeps ports and keys for the next one", async () => {
  const { state } = await openState(directory);
  expect((await openState(directory)).state).toEqual(state);
});

test("a start in a directory that another process holds is refused before its first step, which would replace the running service's templates", async () => {
  await writeFile(join(directory, "lock"), String(process.ppid));
  const steps: string[] = [];
  const step: Step = (name, run) => {
    steps.push(name);
    return run();
  };
  await expect(startLocal({ directory, step })).rejects.toThrow(`${directory} is in use by process ${process.ppid}: stop it first.`);
  expect(steps).toEqual([]);
});
