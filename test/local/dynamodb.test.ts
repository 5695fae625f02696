// The source of the local run's DynamoDB. The database never outlives the process that started it.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { findDynamoDb, startDynamoDb } from "../../local/dynamodb.ts";
import { freePort } from "../../local/http.ts";

// Processes are started and awaited, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dynamodb-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** A folder for PATH that holds `dynoxide`. */
const folderWith = async (mode: number): Promise<string> => {
  const bin = join(folder, `bin-${mode}`);
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "dynoxide"), "#!/bin/sh\n", { mode });
  return bin;
};

describe("the source of DynamoDB", () => {
  test("is DYNAMODB_ENDPOINT when it is set, before any installed one", async () => {
    const environment = { DYNAMODB_ENDPOINT: "http://127.0.0.1:8000", PATH: await folderWith(0o755) };
    expect(findDynamoDb(environment, "/packaged/dynoxide")).toEqual({ endpoint: "http://127.0.0.1:8000" });
  });

  test("is the package before PATH, and PATH where there is no package", async () => {
    const bin = await folderWith(0o755);
    const environment = { PATH: `/nowhere:${bin}`, DYNAMODB_ENDPOINT: "" };
    expect(findDynamoDb(environment, "/packaged/dynoxide")).toEqual({ program: "/packaged/dynoxide" });
    expect(findDynamoDb(environment, undefined)).toEqual({ program: join(bin, "dynoxide") });
  });

  test("is named in one sentence when there is none", async () => {
    const sentence = /^There is no DynamoDB on this machine: put dynoxide on PATH, or .* DYNAMODB_ENDPOINT .*\.$/;
    for (const PATH of ["", "/nowhere", await folderWith(0o644)]) expect(() => findDynamoDb({ PATH }, undefined)).toThrow(sentence);
  });

  test.each(["http://localhost:8000", "http://127.0.0.1:8000", "http://127.9.9.9", "https://[::1]:1"])("may be %s", (endpoint) => {
    expect(findDynamoDb({ DYNAMODB_ENDPOINT: endpoint }, undefined)).toEqual({ endpoint });
  });

  test.each([
    "http://192.168.0.1:8000",
    "http://127.0.0.1.example.org",
    "http://localhost.example.org",
    "http://localhost@example.org",
    "https://dynamodb.us-east-1.amazonaws.com",
    "http://0.0.0.0:8000",
    "ftp://127.0.0.1",
    "127.0.0.1:8000",
    "8000",
  ])("may not be %s, which is not an address of this machine", (endpoint) => {
    expect(() => findDynamoDb({ DYNAMODB_ENDPOINT: endpoint }, undefined)).toThrow(
      /^DYNAMODB_ENDPOINT must be an http address of this machine/,
    );
  });
});

describe("DYNAMODB_ENDPOINT", () => {
  test("is used as it is, and what runs there is left running", async () => {
    const own = await startDynamoDb();
    try {
      vi.stubEnv("DYNAMODB_ENDPOINT", own.endpoint);
      const used = await startDynamoDb();
      expect(used.endpoint).toBe(own.endpoint);
      await used.close();
      await expect(fetch(own.endpoint)).resolves.toBeDefined();
    } finally {
      await own.close();
    }
  });

  test("that nobody answers is named in one sentence", async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    vi.stubEnv("DYNAMODB_ENDPOINT", endpoint);
    await expect(startDynamoDb()).rejects.toThrow(`DYNAMODB_ENDPOINT is ${endpoint}, and nothing answers there`);
  });
});

describe("the database", () => {
  test("has ended when close resolves", async () => {
    const { endpoint, close } = await startDynamoDb({ file: join(folder, "closed.sqlite") });
    await close();
    await expect(fetch(endpoint)).rejects.toThrow();
  });

  test.each(["SIGKILL", "SIGTERM", "SIGHUP"] as const)("ends when the process that started it ends by %s", async (signal) => {
    const module = JSON.stringify(join(import.meta.dirname, "../../local/dynamodb.ts"));
    const file = JSON.stringify(join(folder, `${signal}.sqlite`));
    const script = `const { startDynamoDb } = await import(${module}); console.log((await startDynamoDb({ file: ${file} })).endpoint);`;
    const host = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
    const endpoint = await new Promise<string>((resolve) => host.stdout.once("data", (text: Buffer) => resolve(text.toString().trim())));
    await expect(fetch(endpoint)).resolves.toBeDefined();
    host.kill(signal);
    await vi.waitFor(() => expect(fetch(endpoint)).rejects.toThrow(), { timeout: 20_000 });
  });
});
