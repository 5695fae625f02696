// The daily seal as it runs on one machine: the bundle, invoked as Lambda would, and `npm run verify-custody` without arguments beside it.
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Host, removeHost, startHost } from "./host.ts";

const root = join(import.meta.dirname, "../..");
let folder: string;
let host: Host;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealed-"));
  host = await startHost(join(folder, ".local"));
}, 60_000);
afterAll(() => removeHost(host));

const sealNow = async () => {
  const client = new LambdaClient({ ...host.service.access, endpoint: host.service.endpoints.lambda });
  const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName: "custody-seal" }));
  client.destroy();
  return { failed: FunctionError !== undefined, answer: JSON.parse(Payload?.transformToString() ?? "null") };
};

const verify = (): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(root, "audit/main.ts")], { cwd: folder }, (error, out, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: `${out}${errors}` }),
    );
  });

test("what was done on this machine is sealed, verified, and found when it is changed by hand", async () => {
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining("Not compared with any seal") });
  expect(await sealNow()).toMatchObject({ failed: false, answer: { number: 1 } });
  const { items } = (await host.administrator("GET", "/v1/content-tokens")).body as { items: { id: string }[] };
  const id = items[0]?.id ?? "";
  expect((await host.administrator("POST", `/v1/content-tokens/${id}/downloads`)).status).toBe(201);
  expect(await sealNow()).toMatchObject({ failed: false, answer: { number: 2 } });
  const whole = await verify();
  expect(whole.out).toMatch(/^Custody log custody-log: \d+ chains, \d+ entries[\s\S]+^Seals in seals: 2, [\s\S]+^OK: /m);
  expect(whole.code).toBe(0);

  const client = new DynamoDBClient({ ...host.service.access, endpoint: host.service.endpoints.dynamodb });
  await client.send(
    new UpdateItemCommand({
      TableName: "custody-log",
      Key: { subject: { S: id }, seq: { N: "2" } },
      UpdateExpression: "SET #by = :by",
      ExpressionAttributeNames: { "#by": "by" },
      ExpressionAttributeValues: { ":by": { S: "service" } },
    }),
  );
  client.destroy();
  expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining(`${id} entry 2 was changed after it was written`) });
  expect(await sealNow()).toMatchObject({ failed: true, answer: { errorMessage: "1 custody chains are broken" } });
}, 120_000);
