// The very bundles that are deployed, run on this machine against the embedded DynamoDB and object storage. No event bus answers here: what the
// functions could not tell must stay recorded.
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentTokensIn } from "../../functions/aws/content-tokens.ts";
import { organizationsIn } from "../../functions/aws/organization.ts";
import { outboxIn } from "../../functions/aws/outbox.ts";
import { bundleOf } from "../../infra/bundle.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../local/dynamodb.ts";
import { type LocalFunction, localFunction } from "../../local/functions.ts";
import { startS3 } from "../../local/s3/server.ts";
import { aLocation, anOrganization } from "../support/builders/make.ts";
import { makeTables, TABLES } from "../support/database/table.ts";
import { TEST_KEY_ID } from "../support/http/http.ts";
import { ada } from "../support/scenarios/service.ts";

const region = "us-east-1";
const credentials = { accessKeyId: TEST_KEY_ID, secretAccessKey: "local-secret-for-tests" };
let directory: string;
let database: LocalDynamoDb;
let storage: Awaited<ReturnType<typeof startS3>>;
let client: DynamoDBDocumentClient;
const functions: LocalFunction[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "functions-"));
  database = await startDynamoDb();
  storage = await startS3({ directory: join(directory, "s3"), port: 0, credentials, region });
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: database.endpoint, region, credentials }));
  await makeTables(client);
  await organizationsIn({ client, ...TABLES }).found(anOrganization(), aLocation(), ada);
});

afterAll(async () => {
  for (const each of functions) await each.close();
  client.destroy();
  await storage.close();
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

const run = (name: string, environment: Record<string, string> = {}): LocalFunction => {
  const given = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_ENDPOINT_URL_S3: storage.url,
    // Nothing listens there.
    AWS_ENDPOINT_URL_EVENTBRIDGE: "http://127.0.0.1:9",
    AWS_ENDPOINT_URL_SNS: "http://127.0.0.1:9",
    AWS_MAX_ATTEMPTS: "1",
    RECORDS_TABLE: TABLES.name,
    CUSTODY_TABLE: TABLES.custodyLog,
    BUS_NAME: "bus",
    TOKENS_BUCKET: "tokens",
    WORK_QUEUE_URL: "http://127.0.0.1:9/work.fifo",
    NOTIFICATIONS_QUEUE_URL: "http://127.0.0.1:9/notifications",
    CHECKS_QUEUE_URL: "http://127.0.0.1:9/checks",
    APPLE_API: "off",
    NOTICE_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:notices",
    USER_POOL_ID: "us-east-1_AbC",
  };
  const logFile = join(directory, `${name}.log`);
  const started = localFunction({ name, asset: bundleOf(name), environment: { ...given, ...environment }, timeoutSeconds: 20, logFile });
  functions.push(started);
  return started;
};

const request = (routeKey: string, more: object = {}) => ({
  routeKey,
  ...more,
  requestContext: {
    requestId: "r-1",
    authorizer: { jwt: { claims: { sub: "ada", token_use: "access", auth_time: String(Math.floor(Date.now() / 1000)) } } },
  },
});
const bodyOf = (answer: unknown) => JSON.parse((answer as { body: string }).body);
const untold = () => Array.fromAsync(outboxIn({ client, ...TABLES }).pending(new Date("2100-01-01")));

test("a token is issued, handed out and revoked by custody's bundle; what no bus took stays recorded; no secret is logged", async () => {
  const custody = run("custody");
  const token = bodyOf(await custody.invoke(request("POST /v1/content-tokens", { body: JSON.stringify({ locationId: aLocation().id }) })));
  const pathParameters = { id: token.id };
  const link = bodyOf(await custody.invoke(request("POST /v1/content-tokens/{id}/downloads", { pathParameters })));
  const file = await fetch(link.url);
  const text = await file.text();
  expect(file.status).toBe(200);
  const body = JSON.stringify({ reason: "lost" });
  await custody.invoke(request("POST /v1/content-tokens/{id}/revocation", { pathParameters, body }));
  expect([403, 404]).toContain((await fetch(link.url)).status);
  const told = (await untold()).map((one) => (one.kind === "event" ? one.type : one.kind));
  expect(told.toSorted()).toEqual(["ContentTokenInvalidated", "ContentTokenIssued", "DownloadLinkIssued", "notice"]);

  await custody.close();
  const log = await readFile(join(directory, "custody.log"), "utf8");
  expect(log).toContain("answered");
  const secret = JSON.parse(Buffer.from(text, "base64").toString("utf8")).token;
  for (const hidden of [text, secret, link.url, "X-Amz-Signature", credentials.secretAccessKey, ada.email])
    expect(log).not.toContain(hidden);
  expect((await stat(join(directory, "custody.log"))).mode & 0o777).toBe(0o600);
});

test("admin's bundle answers from the records", async () => {
  const admin = run("admin");
  expect(bodyOf(await admin.invoke(request("GET /v1/locations"))).items).toMatchObject([{ name: "Pretendco", primary: true }]);
  expect(bodyOf(await admin.invoke(request("GET /v1/health")))).toEqual({ status: "ok" });
});

test("the scan's and the outbox's bundles run by the clock", async () => {
  expect(await run("expiry-scan").invoke({})).toEqual({ looked: 0, complete: true });
  await run("outbox").invoke({});
  expect(await contentTokensIn({ client, ...TABLES }).list("all", { limit: 10 })).toMatchObject({ items: [{ origin: "issued" }] });
});

test("the identity events' bundle applies what it can read and gives back what it can't", async () => {
  const fact = { id: "e-1", "detail-type": "account.password-changed", time: "2026-01-01T00:00:00Z", detail: { subject: "ada" } };
  const Records = [
    { messageId: "good", body: JSON.stringify(fact) },
    { messageId: "bad", body: "{}" },
    { messageId: "worse", body: "{" },
  ];
  const answer = await run("identity-events").invoke({ Records });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "bad" }, { itemIdentifier: "worse" }] });
  const admin = run("admin");
  const shown = bodyOf(await admin.invoke(request("GET /v1/accounts/{id}", { pathParameters: { id: ada.id } })));
  expect(shown.passwordChangedAt).toBe("2026-01-01T00:00:00.000Z");
});

test("a function whose stack forgot a variable says which one", async () => {
  await expect(run("custody", { TOKENS_BUCKET: "" }).invoke(request("GET /v1/health"))).rejects.toThrow(/TOKENS_BUCKET/);
});
