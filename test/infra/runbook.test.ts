// The commands of the runbook find resources by the beginning of their logical id. A beginning that several resources share would run a command on the wrong one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";

const page = readFileSync(join(import.meta.dirname, "../../docs/runbook.md"), "utf8");

const found = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, name = ""]) => name);

const named = [...page.matchAll(/\bnamed (\w+) (\w+::\w+)/g)].map(([, id = "", type = ""]) => `${id} ${type}`);
const logs = found(/^failures (\w+)/gm).map((id) => `${id}Log Logs::LogGroup`);
const queues = found(/\barn_of_queue (\w+)/g).map((id) => `${id} SQS::Queue`);

const resources = (): readonly string[] => {
  const file = inject("templates").find((each) => each.includes("Service")) ?? "";
  const { Resources } = JSON.parse(readFileSync(file, "utf8")) as { Resources: Record<string, { Type: string }> };
  return Object.entries(Resources).map(([id, { Type }]) => `${id} ${Type}`);
};

describe("the runbook", () => {
  test("has commands that find resources by name, logs and queues", () => {
    for (const names of [named, logs, queues]) expect(names).not.toEqual([]);
  });

  test.each([...new Set([...named, ...logs, ...queues])])("finds exactly one resource as %s", (name) => {
    const [id = "", type = ""] = name.split(" ");
    expect(resources().filter((each) => each.startsWith(id) && each.endsWith(` AWS::${type}`))).toHaveLength(1);
  });
});
