// `npm run verify-custody` as a process, over the embedded DynamoDB and the object storage: real acts, sealed by the real sealer, then changed by
// hand as somebody with rights to the table could.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type AttributeValue, ScanCommand } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { optionsOf } from "../../audit/options.ts";
import type { CustodyEntry, SubjectId } from "../../domain/custody/custody.ts";
import { ContentTokenId } from "../../domain/shared/ids.ts";
import { recordsIn } from "../../functions/aws/records.ts";
import { sealKey, sealsIn } from "../../functions/aws/seals.ts";
import type { Table } from "../../functions/aws/table.ts";
import { sealCustody } from "../../functions/custody/seal.ts";
import { http } from "../../functions/middleware/http.ts";
import type { Ports } from "../../functions/ports/ports.ts";
import { adminRoutes } from "../../functions/routes/admin-routes.ts";
import { custodyRoutes } from "../../functions/routes/custody-routes.ts";
import { startS3 } from "../../local/s3/server.ts";
import { logInMemory } from "../support/adapters/outside.ts";
import { aRecord, chainOf } from "../support/builders/chains.ts";
import { aLocation, anOrganization } from "../support/builders/make.ts";
import { databaseForTests } from "../support/database/records.ts";
import { TABLES } from "../support/database/table.ts";
import { TO_TEST } from "../support/http/http.ts";
import { ada, makeService } from "../support/scenarios/service.ts";

// Each look is a process of its own.
vi.setConfig({ testTimeout: 30_000 });

const root = join(import.meta.dirname, "../..");
const database = databaseForTests();
let folder: string;
let storage: Awaited<ReturnType<typeof startS3>>;
let s3: S3Client;
let table: Table;
let bucket: { client: S3Client; name: string };
let ports: Ports;
let token: ContentTokenId;
let buckets = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-"));
  storage = await startS3({ directory: join(folder, "s3"), port: 0, credentials: TO_TEST.credentials, region: TO_TEST.region });
  s3 = new S3Client({ ...TO_TEST, endpoint: storage.url });
});

afterAll(async () => {
  s3.destroy();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

/** A call of the API as ada, who is an administrator. */
const call = async (routeKey: keyof typeof adminRoutes | keyof typeof custodyRoutes, body: object, id?: string) => {
  const claims = { sub: "ada", token_use: "access", auth_time: Math.floor(Date.now() / 1000) };
  const { statusCode, body: text } = await http(
    { ...adminRoutes, ...custodyRoutes },
    ports,
  )({
    routeKey,
    ...(routeKey.startsWith("GET ") ? { queryStringParameters: body } : { body: JSON.stringify(body) }),
    ...(id === undefined ? {} : { pathParameters: { id } }),
    requestContext: { requestId: "r-1", authorizer: { jwt: { claims } } },
  });
  expect(statusCode).toBeLessThan(300);
  return { text, body: JSON.parse(text) };
};

const seal = (now = new Date()) => sealCustody({ ...ports, seals: sealsIn(bucket), log: logInMemory([]), now: () => now }, () => false);

/** A location, and a token that was issued, downloaded twice and revoked; all of it sealed. */
beforeEach(async () => {
  table = await database.table();
  buckets += 1;
  bucket = { client: s3, name: `audited-${buckets}` };
  ports = { ...(await makeService()).ports, ...recordsIn(table), now: () => new Date() };
  await ports.organizations.found(anOrganization(), aLocation(), ada);
  await call("POST /v1/locations", { name: "Springfield" });
  token = ContentTokenId.parse((await call("POST /v1/content-tokens", { locationId: aLocation().id })).body.id);
  for (const _ of [1, 2]) await call("POST /v1/content-tokens/{id}/downloads", {}, token);
  await call("POST /v1/content-tokens/{id}/revocation", { reason: "lost" }, token);
  await seal();
});

type Ended = { readonly code: number; readonly out: string; readonly error: string };

const verify = (args: readonly string[], cwd = root, variables: Readonly<Record<string, string | undefined>> = {}): Promise<Ended> => {
  const { accessKeyId, secretAccessKey } = TO_TEST.credentials;
  const aws = { AWS_REGION: TO_TEST.region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const env = { ...process.env, ...aws, AWS_ENDPOINT_URL_S3: storage.url, ...variables };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, "audit/main.ts"), ...args], { cwd, env }, (error, out, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, error: errors }),
    );
  });
};
const unsealed = () => verify(["--table", TABLES.custodyLog, "--endpoint", database.endpoint()]);
const againstSeals = () => verify(["--table", TABLES.custodyLog, "--endpoint", database.endpoint(), "--seals", bucket.name]);

const keyOf = (seq: number, subject: SubjectId = token) => ({ TableName: TABLES.custodyLog, Key: { subject, seq } });
const remove = (seq: number) => table.client.send(new DeleteCommand(keyOf(seq)));
const change = (seq: number, name: string, value: unknown) =>
  table.client.send(
    new UpdateCommand({
      ...keyOf(seq),
      UpdateExpression: "SET #name = :value",
      ExpressionAttributeNames: { "#name": name },
      ExpressionAttributeValues: { ":value": value },
    }),
  );
const chain = async (): Promise<CustodyEntry[]> =>
  (await Array.fromAsync(ports.custody.chain(token, 1))).flatMap(({ entry }) => (entry === undefined ? [] : [entry]));

/** All of the table as DynamoDB tells it, attribute by attribute with its type. */
const typedItems = async (): Promise<Record<string, AttributeValue>[]> =>
  (await table.client.send(new ScanCommand({ TableName: TABLES.custodyLog }))).Items ?? [];

describe("a log that nobody touched", () => {
  test("is said to be whole, with what was read", async () => {
    const { code, out } = await againstSeals();
    expect(out).toMatch(/^Custody log CustodyLog: 2 chains, 5 entries, 20\S+Z to 20\S+Z$/m);
    expect(out).toMatch(/^Seals in audited-\d+: 1, 20\S+Z to 20\S+Z$/m);
    expect(out).toMatch(/^OK: every chain is as it was written, and holds what was sealed of it\.$/m);
    expect(code).toBe(0);
  });

  test("is whole too when it went on since it was sealed, and says so when there is no seal to compare with", async () => {
    await call("POST /v1/locations", { name: "Shelbyville" });
    expect(await againstSeals()).toMatchObject({ code: 0 });
    const { code, out } = await unsealed();
    expect([code, out]).toEqual([0, expect.stringContaining("Not compared with any seal")]);
  });
});

describe("without any seal, it is found and named that by hand", () => {
  const named = async (line: string) => {
    const { code, out } = await unsealed();
    expect(out).toContain(`${token} entry ${line}\n`);
    expect(out).toMatch(/^BROKEN: 1 of 2 chains, 0 of 0 seals\.$/m);
    expect(code).toBe(1);
  };

  test.each<[string, unknown]>([
    ["reason", "lose"],
    ["timeKey", "2020-01-01T00:00:00.000Z#x#2"],
  ])("%s of an entry was changed", async (name, value) => {
    await change(2, name, value);
    await named("2 was changed after it was written");
  });

  test("an entry was removed", async () => {
    await remove(2);
    await named("2 is missing");
  });

  test("an entry was written anew, with a hash that fits it", async () => {
    const entries = await chain();
    const [forged] = chainOf([aRecord({ subject: token, reason: "forged" })], entries.slice(0, 1)).slice(1);
    const at = (forged?.at ?? new Date(0)).toISOString();
    const Item = { ...forged, at, log: "LOG", timeKey: `${at}#${token}#2` };
    await table.client.send(new PutCommand({ TableName: TABLES.custodyLog, Item }));
    await named("3 does not tie to the entry before it");
  });
});

describe("by its seals alone, it is found and named that by hand", () => {
  const namedBySeals = async (line: RegExp) => {
    expect(await unsealed()).toMatchObject({ code: 0 });
    const { code, out } = await againstSeals();
    expect(out).toMatch(line);
    expect(code).toBe(1);
  };

  test("the last entry was removed", async () => {
    await remove(4);
    await namedBySeals(/^ct_\w+ entry 4 is missing: the chain ends before what was sealed on 20\S+Z$/m);
  });

  test("a chain was removed whole", async () => {
    for (const seq of [1, 2, 3, 4]) await remove(seq);
    await namedBySeals(/^ct_\w+ entry 1 is missing: the chain ends before what was sealed on 20\S+Z$/m);
  });

  test("a chain was rewritten whole, with hashes that fit", async () => {
    const records = (await chain()).map(({ seq, previous, hash, ...entry }) => aRecord(entry));
    const [first, ...rest] = records;
    if (first === undefined) throw new Error("the chain has entries");
    for (const entry of chainOf([{ ...first, by: "service" }, ...rest])) {
      const at = entry.at.toISOString();
      const Item = { ...entry, at, log: "LOG", timeKey: `${at}#${token}#${entry.seq}` };
      await table.client.send(new PutCommand({ TableName: TABLES.custodyLog, Item }));
    }
    await namedBySeals(/^ct_\w+ entry 4 is not the entry that was sealed on 20\S+Z: the chain was rewritten$/m);
  });
});

describe("the seals themselves", () => {
  test("are compared by what was first written, and anything that was put over it is told", async () => {
    await s3.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: sealKey(1) }));
    expect(await againstSeals()).toMatchObject({ code: 0 });
    await s3.send(new PutObjectCommand({ Bucket: bucket.name, Key: sealKey(1), Body: "{}" }));
    const { code, out } = await againstSeals();
    expect(out).toContain("seal 1 had something put over it");
    expect(out).toMatch(/^BROKEN: 0 of 2 chains, 1 of 1 seals\.$/m);
    expect(code).toBe(1);
  });

  test("are read from a copy too, and one that is missing in between is told", async () => {
    for (let day = 0; day < 2; day++) await seal();
    const copy = join(folder, `copy-${buckets}/seals`);
    await mkdir(copy, { recursive: true });
    const fetchSeal = async (number: number) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: sealKey(number) }));
      await writeFile(join(copy, `0000000${number}.json`), (await Body?.transformToString()) ?? "");
    };
    for (const number of [1, 2, 3]) await fetchSeal(number);
    const againstCopy = () => verify(["--table", TABLES.custodyLog, "--endpoint", database.endpoint(), "--seals", join(copy, "..")]);
    expect(await againstCopy()).toMatchObject({ code: 0, out: expect.stringContaining(": 3, ") });
    await rm(join(copy, "00000002.json"));
    expect(await againstCopy()).toMatchObject({
      code: 1,
      out: expect.stringContaining("seal 3 follows seal 1: what was between is missing"),
    });
  });
});

describe("an export", () => {
  /** As DynamoDB writes it: files of gzip, and a summary. */
  const exported = async (name: string, exportTime = new Date(Date.now() + 3_600_000), itemCount?: number): Promise<string> => {
    const items = await typedItems();
    const path = join(folder, `${name}-${buckets}/AWSDynamoDB/01234-abc`);
    await mkdir(join(path, "data"), { recursive: true });
    for (const [index, half] of [items.slice(0, 2), items.slice(2)].entries())
      await writeFile(join(path, `data/${index}.json.gz`), gzipSync(half.map((Item) => `${JSON.stringify({ Item })}\n`).join("")));
    await writeFile(join(path, "data/empty.json.gz"), gzipSync(""));
    await writeFile(
      join(path, "manifest-summary.json"),
      JSON.stringify({ exportTime, itemCount: itemCount ?? items.length, outputFormat: "DYNAMODB_JSON" }),
    );
    await writeFile(join(path, "manifest-files.json"), '{"itemCount":5}\n');
    await writeFile(join(path, "_started"), "");
    return join(path, "../..");
  };
  const againstExport = (path: string, ...more: string[]) => verify(["--export", path, "--seals", bucket.name, ...more]);

  test("is verified as the table is", async () => {
    expect(await againstExport(await exported("whole"))).toMatchObject({ code: 0, out: expect.stringContaining("2 chains, 5 entries") });
    await change(3, "reason", "x");
    const changed = await againstExport(await exported("changed"));
    expect(changed).toMatchObject({ code: 1, out: expect.stringContaining(`${token} entry 3 was changed after it was written`) });
    await remove(3);
    await remove(4);
    const cut = await againstExport(await exported("cut"));
    expect(cut).toMatchObject({ code: 1, out: expect.stringContaining(`${token} entry 3 is missing`) });
  });

  test("that is older than a seal is not held against it", async () => {
    const before = await exported("older", new Date());
    await call("POST /v1/locations", { name: "Shelbyville" });
    await seal(new Date(Date.now() + 1000));
    const { code, out } = await againstExport(before);
    expect(out).toContain("(2 not compared: newer than the log that was read)");
    // Nothing was compared, and nothing is claimed.
    expect(out).toContain("Not compared with any seal");
    expect(out).not.toContain("holds what was sealed");
    expect(code).toBe(0);
  });

  test("as a file without a summary is told by --until how old it is", async () => {
    const file = join(folder, `plain-${buckets}.json`);
    await writeFile(file, (await typedItems()).map((Item) => JSON.stringify({ Item })).join("\n"));
    const until = new Date().toISOString();
    await call("POST /v1/locations", { name: "Shelbyville" });
    await seal(new Date(Date.now() + 1000));
    expect(await againstExport(file)).toMatchObject({ code: 1, out: expect.stringContaining("ends before what was sealed") });
    expect(await againstExport(file, "--until", until)).toMatchObject({ code: 0 });
  });

  test("may be pages of the API, or their items", async () => {
    const { text, body } = await call("GET /v1/custody-log", { limit: "100" });
    const pages = join(folder, `pages-${buckets}.jsonl`);
    await writeFile(pages, `${text}\n`);
    expect(await againstExport(pages)).toMatchObject({ code: 0, out: expect.stringContaining("2 chains, 5 entries") });
    const items = body.items.map((item: object) => JSON.stringify({ ...item, ...("reason" in item ? { reason: "x" } : {}) }));
    await writeFile(pages, items.join("\n"));
    expect(await againstExport(pages)).toMatchObject({ code: 1, out: expect.stringContaining(`${token} entry 4 was changed`) });
  });

  test("may be several pages, in any order, and can't be verified while the last one is missing", async () => {
    const found: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const { text, body } = await call("GET /v1/custody-log", { limit: "2", ...(after === undefined ? {} : { after }) });
      found.push(text);
      after = body.next;
      more = after !== undefined;
    }
    expect(found.length).toBeGreaterThan(2);
    const pages = join(folder, `paged-${buckets}.jsonl`);
    await writeFile(pages, found.toReversed().join("\n"));
    expect(await againstExport(pages)).toMatchObject({ code: 0, out: expect.stringContaining("2 chains, 5 entries") });
    await writeFile(pages, found.slice(0, -1).join("\n"));
    expect(await againstExport(pages)).toMatchObject({ code: 2, error: expect.stringContaining("the last page of the log is missing") });
  });

  test("that is not whole, or not one, says nothing about the log", async () => {
    const short = await againstExport(await exported("short", new Date(), 6));
    expect(short).toMatchObject({ code: 2, error: expect.stringContaining("has 6 items") });
    await exported("two/a");
    await exported("two/b");
    expect(await againstExport(join(folder, "two"))).toMatchObject({ code: 2, error: expect.stringContaining("holds 2 exports") });
  });

  test("of another table, or that was cut, says nothing about the log", async () => {
    const file = join(folder, `wrong-${buckets}`);
    await writeFile(file, '{"Item":{"pk":{"S":"ORG"}}}\n');
    expect(await againstExport(file)).toMatchObject({ code: 2, error: expect.stringContaining(`line 1 of ${file} is no entry`) });
    const lines = (await typedItems()).map((Item) => JSON.stringify({ Item }));
    await writeFile(file, gzipSync(lines.join("\n")).subarray(0, -20));
    expect(await againstExport(file)).toMatchObject({ code: 2, error: expect.stringContaining("can't be read") });
    await writeFile(file, lines.join("\n").slice(0, -20));
    expect(await againstExport(file)).toMatchObject({ code: 2, error: expect.stringContaining("line 5") });
    await writeFile(file, "");
    expect(await verify(["--export", file])).toMatchObject({ code: 2, error: expect.stringContaining("no entries") });
  });
});

test.each<[string, string[], RegExp]>([
  ["an option that there is not", ["--tabel", "x"], /--tabel[\s\S]*Exit codes/],
  ["a table and an export", ["--table", "x", "--export", "y"], /exclude each other/],
  ["an endpoint of no table", ["--endpoint", "http://127.0.0.1:1"], /goes with --table/],
  ["a time that is none", ["--table", "x", "--until", "yesterday"], /--until must be a time/],
])("%s is refused", (_, args, why) => {
  expect(() => optionsOf(args)).toThrow(why);
});

describe("what could not be verified is neither whole nor broken:", () => {
  test.each<[string, readonly string[], RegExp]>([
    ["an option that there is not", ["--tabel", "x"], /--tabel/],
    ["an export that is not there", ["--export", "/nowhere"], /no file or folder/],
    ["a table that nobody serves", ["--table", "x", "--endpoint", "http://127.0.0.1:1"], /ECONNREFUSED.*nothing listens there.*npm start/],
  ])("%s", async (_, args, why) => {
    const { code, error } = await verify(args);
    expect(error).toMatch(/^Could not verify: /);
    expect(error).toMatch(why);
    expect(code).toBe(2);
  });

  test("a table or a bucket of another name", async () => {
    expect(await verify(["--table", "Other", "--endpoint", database.endpoint()])).toMatchObject({ code: 2 });
    const noSeals = await verify(["--table", TABLES.custodyLog, "--endpoint", database.endpoint(), "--seals", "no-such-bucket"]);
    expect(noSeals).toMatchObject({ code: 2, error: expect.stringContaining("there are no seals in no-such-bucket") });
  });

  test("a table in AWS without a region, and the error names the variable to set", async () => {
    const noRegion = {
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_PROFILE: undefined,
      AWS_CONFIG_FILE: join(folder, "none"),
    };
    const { code, error } = await verify(["--table", TABLES.custodyLog], root, noRegion);
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining("set AWS_REGION") });
  });

  test("no service on this machine", async () => {
    expect(await verify([], folder)).toMatchObject({ code: 2, error: expect.stringContaining("npm start") });
  });
});

test("npm runs it, and it says how it is used", async () => {
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect(scripts["verify-custody"]).toMatch(/^node .*audit\/main\.ts$/);
  expect(await verify(["--help"])).toMatchObject({ code: 0, out: expect.stringContaining("--export FOLDER|FILE") });
});
