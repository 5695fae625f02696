// The contract of Apple's API as a port, kept by the one in memory and by the real one: over the Lambda API of this machine, which runs the very bundle
// that is deployed, on a bucket that verifies signatures.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AppleAnswer } from "../../../domain/tokens/apple-check.ts";
import type { StoredFile } from "../../../domain/tokens/content-token.ts";
import { appleSwitchOf, appleThrough } from "../../../functions/aws/apple.ts";
import { filesIn } from "../../../functions/aws/files.ts";
import { readFileIn } from "../../../functions/aws/token-files.ts";
import type { AppleApi } from "../../../functions/ports/apple.ts";
import { bundleOf } from "../../../infra/bundle.ts";
import { startApple } from "../../../local/apple/apple-api.ts";
import { type LocalFunction, localFunction } from "../../../local/functions.ts";
import { type Answered, type Listening, listen } from "../../../local/http.ts";
import { invoke } from "../../../local/lambda-api.ts";
import { startS3 } from "../../../local/s3/server.ts";
import { appleInMemory } from "../../support/adapters/outside.ts";
import { bytesOf, fileAround } from "../../support/builders/make.ts";
import { BROKEN, exception, serve, TO_TEST } from "../../support/http/http.ts";

const SECRET = "s3cr3t".repeat(20);
const FILE = fileAround(JSON.stringify({ token: SECRET, expDate: "2030-01-01T00:00:00+0000", orgName: "Pretendco" }));

let directory: string;
let storage: Awaited<ReturnType<typeof startS3>>;
let apple: Listening;
let api: Listening;
let s3: S3Client;
let lambda: LambdaClient;
let asking: LocalFunction;
const errors: unknown[] = [];
const closing: (() => unknown)[] = [];
const logFile = (): string => join(directory, "apple-check.log");

const bucket = "vault";
const functionOn = (over: Readonly<Record<string, string>> = {}, isPermitted = true): LocalFunction => {
  const environment = {
    AWS_REGION: TO_TEST.region,
    AWS_ACCESS_KEY_ID: TO_TEST.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: TO_TEST.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_S3: storage.url,
    TOKENS_BUCKET: bucket,
    APPLE_API: `${apple.url}/mdm/v2`,
    ...(isPermitted ? { LOOPBACK_APPLE_API: "allowed" } : {}),
    ...over,
  };
  return localFunction({ name: "apple-check", asset: bundleOf("apple-check"), environment, timeoutSeconds: 20, logFile: logFile() });
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "apple-"));
  const onError = (error: unknown) => void errors.push(error);
  const { credentials, region } = TO_TEST;
  storage = await startS3({ directory: join(directory, "s3"), port: 0, credentials, region });
  s3 = new S3Client({ ...TO_TEST, endpoint: storage.url, forcePathStyle: true });
  apple = await startApple({ port: 0, onError });
  asking = functionOn();
  const parts = { functionOf: (name: string) => (name === "apple-check" ? asking : undefined), onError };
  const answer = (asked: Parameters<typeof invoke>[1]): Promise<Answered> => invoke(asked.path.split("/")[3] ?? "", asked, parts);
  api = await listen(answer, { port: 0, onError });
  lambda = new LambdaClient({ ...TO_TEST, endpoint: api.url });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  for (const client of [lambda, s3]) client.destroy();
  await asking.close();
  for (const each of [api, apple, storage]) await each.close();
  await rm(directory, { recursive: true, force: true });
});

const control = (told: object): Promise<Response> =>
  fetch(`${apple.url}/control`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(told) });

/** Requests that the stand-in was sent so far. */
const askedCount = async (): Promise<number> => ((await (await fetch(`${apple.url}/control`)).json()) as { asked: string[] }).asked.length;

let files = 0;
const stored = (text = FILE, prefix = "tokens/imported"): Promise<StoredFile> =>
  filesIn({ client: s3, name: bucket }).put(`${prefix}/${++files}`, bytesOf(text));

const REVOKED: AppleAnswer = { outcome: "revoked-by-apple", evidence: { status: 401, errorNumber: 9625 } };
type Backend = { readonly port: AppleApi; revoke(): unknown };
const inMemory = (): Backend => {
  const answers = new Map<string, AppleAnswer>();
  return { port: appleInMemory(answers), revoke: () => answers.set("all", REVOKED) };
};
const overLambda = (): Backend => ({
  port: appleThrough({ client: lambda, functionName: "apple-check", api: `${apple.url}/mdm/v2` }),
  revoke: () => control({ token: FILE, answer: "revoked" }),
});

describe.each([
  ["in memory", inMemory],
  ["over Lambda", overLambda],
])("Apple %s", (_, open) => {
  test("accepts a token, until it is revoked there", async () => {
    await control({ reset: true });
    const { port, revoke } = open();
    const file = await stored();
    expect([port.isSwitchedOff(), (await port.check(file)).outcome]).toEqual([false, "accepted"]);
    await revoke();
    expect(await port.check(file)).toEqual(REVOKED);
  });
});

describe("over Lambda", () => {
  test.each<[string, string, object]>([
    ["expired", "expired", { status: 401, errorNumber: 9621 }],
    ["unknown", "unknown-to-apple", { status: 200, errorNumber: 9622 }],
    ["too_many_requests", "no-answer", { status: 429, errorNumber: 9646, noAnswer: "too_many_requests" }],
    ["server_error", "no-answer", { status: 500, errorNumber: 9603, noAnswer: "server_error" }],
    ["redirect", "no-answer", { noAnswer: "redirected" }],
    ["html", "no-answer", { status: 200, noAnswer: "unexpected_answer" }],
  ])("an answer %s of the stand-in is the outcome %s", async (answer, outcome, evidence) => {
    await control({ token: FILE, answer });
    expect(await overLambda().port.check(await stored())).toEqual({ outcome, evidence });
  });

  test("tokens of two organizations have two locations at Apple, unless they are set to one", async () => {
    await control({ reset: true });
    const other = fileAround(JSON.stringify({ token: "other", expDate: "2030-01-01T00:00:00+0000", orgName: "Another organization" }));
    const uIdOf = async (text: string) => (await overLambda().port.check(await stored(text))).evidence.uId;
    expect(await uIdOf(FILE)).toBe(await uIdOf(FILE));
    expect(await uIdOf(FILE)).not.toBe(await uIdOf(other));
    for (const token of [FILE, other]) await control({ token, uId: "1", mdmInfo: { id: "m", name: "M" } });
    expect([await uIdOf(FILE), await uIdOf(other)]).toEqual(["1", "1"]);
    expect((await overLambda().port.check(await stored())).evidence.mdmInfo).toEqual({ id: "m", name: "M" });
  });

  test("a file that was erased, or another version of it, is unavailable", async () => {
    const file = await stored();
    const { port } = overLambda();
    const unavailable = { outcome: "no-answer", evidence: { noAnswer: "file_unavailable" } };
    expect(await port.check({ ...file, version: "another" })).toEqual(unavailable);
    await filesIn({ client: s3, name: bucket }).erase(file.key);
    expect(await port.check(file)).toEqual(unavailable);
  });

  test("the file of a token that was issued here is refused, and nobody is asked", async () => {
    const before = await askedCount();
    await expect(overLambda().port.check(await stored(FILE, "tokens/issued"))).rejects.toThrow("apple-check failed: Unhandled");
    expect(await askedCount()).toBe(before);
  });

  test("a bucket that fails is the function's failure, named by the error's name alone", async () => {
    const failing = await serve(() => ({ status: 503, body: `<Error><Code>SlowDown</Code><Message>${SECRET}</Message></Error>` }));
    closing.push(failing.close);
    const client = new S3Client({ ...TO_TEST, endpoint: failing.url, forcePathStyle: true });
    closing.push(() => client.destroy());
    const read = readFileIn({ client, name: bucket });
    const end = await read({ key: "tokens/imported/1", version: "1" }).then(String, String);
    expect(end).toMatch(/^Error: the token file could not be read: \w+$/);
  });

  test("a bucket that refuses may not say that a file is gone: it is unavailable", async () => {
    const refusing = await serve(() => ({ status: 403, body: "<Error><Code>AccessDenied</Code><Message>no</Message></Error>" }));
    closing.push(refusing.close);
    const client = new S3Client({ ...TO_TEST, endpoint: refusing.url, forcePathStyle: true });
    closing.push(() => client.destroy());
    expect(await readFileIn({ client, name: bucket })({ key: "tokens/imported/1", version: "1" })).toBeUndefined();
  });

  test.each<[string, Parameters<typeof serve>[0], string]>([
    ["can't be invoked for want of rights", () => exception("AccessDeniedException", `no: ${SECRET}`), "AccessDeniedException"],
    ["can't be reached", () => BROKEN, "could not be invoked"],
    [
      "fails",
      () => ({ headers: { "x-amz-function-error": "Unhandled" }, body: `{"errorMessage":"${SECRET}"}` }),
      "apple-check failed: Unhandled",
    ],
    ["answers something else", () => ({ body: `{"outcome":"${SECRET}","evidence":{}}` }), "Invalid"],
  ])("a function that %s is an error, which quotes nothing", async (_, answer, told) => {
    const server = await serve(answer);
    closing.push(server.close);
    const client = new LambdaClient({ ...TO_TEST, endpoint: server.url });
    closing.push(() => client.destroy());
    const end = await appleThrough({ client, functionName: "apple-check", api: "https://apple.example" })
      .check({ key: "tokens/imported/1", version: "1", sha256: "a" })
      .then(String, String);
    expect(end).toContain(told);
    expect(end).not.toContain(SECRET);
  });
});

describe("switched off", () => {
  const setting = { APPLE_API: "off" };
  test("is answered without an invocation", async () => {
    const server = await serve(() => ({}));
    closing.push(server.close);
    const client = new LambdaClient({ ...TO_TEST, endpoint: server.url });
    closing.push(() => client.destroy());
    const port = appleThrough({ client, functionName: "apple-check", api: "off" });
    const switchedOff = { outcome: "no-answer", evidence: { noAnswer: "switched_off" } };
    const file = { key: "tokens/imported/1", version: "1", sha256: "a" };
    expect(await port.check(file)).toEqual(switchedOff);
    expect(await appleInMemory(new Map(), [], true).check(file)).toEqual(switchedOff);
    expect([port.isSwitchedOff(), appleSwitchOf(setting).isSwitchedOff(), server.asked]).toEqual([true, true, []]);
  });

  test("the function itself asks nobody either", async () => {
    const deployed = functionOn(setting);
    closing.push(() => deployed.close());
    const answer = await deployed.invoke({ key: "tokens/imported/1", version: "1" });
    expect(answer).toEqual({ outcome: "no-answer", evidence: { noAnswer: "switched_off" } });
  });
});

test("without the local run's permission this machine is not asked", async () => {
  const before = await askedCount();
  const deployed = functionOn({}, false);
  closing.push(() => deployed.close());
  expect(await deployed.invoke(await stored())).toEqual({ outcome: "no-answer", evidence: { noAnswer: "unreachable" } });
  expect(await askedCount()).toBe(before);
});

test("the bundle holds no client but that of S3, and the token is in no log and no error", async () => {
  const bundle = await readFile(join(bundleOf("apple-check"), "index.mjs"), "utf8");
  for (const other of ["DynamoDBClient", "LambdaClient", "SQSClient", "SNSClient", "EventBridgeClient", "powertools"])
    expect(bundle).not.toContain(other);
  const odd = [{ key: SECRET, version: "1" }, { key: "tokens/imported/1", version: 1 }, SECRET, null];
  const ends = await Promise.all(odd.map((each) => asking.invoke(each).then(JSON.stringify, String)));
  expect(ends.join("\n")).toContain("expected the file of an imported token");
  expect(ends.join("\n") + (await readFile(logFile(), "utf8"))).not.toContain(SECRET.slice(0, 12));
  expect(errors).toEqual([]);
});
