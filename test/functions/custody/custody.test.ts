// A token's life with real parts: the handlers over the embedded DynamoDB and the object storage that verifies signatures, links fetched over HTTP.
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endKilledTokens } from "../../../functions/accounts/apply-fact.ts";
import { filesIn } from "../../../functions/aws/files.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { http } from "../../../functions/middleware/http.ts";
import type { Ports } from "../../../functions/ports/ports.ts";
import { custodyRoutes } from "../../../functions/routes/custody-routes.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../../local/dynamodb.ts";
import { startS3 } from "../../../local/s3/server.ts";
import { aLocation, anOrganization } from "../../support/builders/make.ts";
import { makeTables, TABLES } from "../../support/database/table.ts";
import { TEST_KEY_ID } from "../../support/http/http.ts";
import { ada, makeService } from "../../support/scenarios/service.ts";

const region = "us-east-1";
const credentials = { accessKeyId: TEST_KEY_ID, secretAccessKey: "local-secret-for-tests" };
let database: LocalDynamoDb;
let storage: Awaited<ReturnType<typeof startS3>>;
let directory: string;
let ports: Ports;
let close: () => void;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "custody-"));
  database = await startDynamoDb();
  storage = await startS3({ directory: join(directory, "s3"), port: 0, credentials, region });
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: database.endpoint, region, credentials }));
  const s3 = new S3Client({ endpoint: storage.url, region, credentials });
  close = () => {
    client.destroy();
    s3.destroy();
  };
  await makeTables(client);
  const table = { client, ...TABLES };
  ports = {
    ...(await makeService()).ports,
    ...recordsIn(table),
    files: filesIn({ client: s3, name: "tokens" }),
    now: () => new Date(),
  };
  await ports.organizations.found(anOrganization(), aLocation({ name: "Zürich" }), ada);
});

afterAll(async () => {
  close();
  await storage.close();
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

const call = async (routeKey: keyof typeof custodyRoutes, body: object, id?: string) => {
  const handler = http(custodyRoutes, ports);
  const claims = { sub: "ada", token_use: "access", auth_time: Math.floor(Date.now() / 1000) };
  const { statusCode, body: text } = await handler({
    routeKey,
    body: JSON.stringify(body),
    ...(id === undefined ? {} : { pathParameters: { id } }),
    requestContext: { requestId: "r-1", authorizer: { jwt: { claims } } },
  });
  return { status: statusCode, body: JSON.parse(text) };
};
const issueAndDownload = async () => {
  const token = (await call("POST /v1/content-tokens", { locationId: aLocation().id })).body;
  const link = await call("POST /v1/content-tokens/{id}/downloads", {}, token.id);
  return { token, link: link.body };
};

test("a link gives the file as it was sealed, under its name; stretched or bent it gives nothing", async () => {
  const { link } = await issueAndDownload();
  const answer = await fetch(link.url);
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toBe(
    `attachment; filename="sToken_for_Z_rich_${aLocation().uId}.vpptoken"; filename*=UTF-8''sToken_for_Z%C3%BCrich_${aLocation().uId}.vpptoken`,
  );
  expect(link.fileName).toBe(`sToken_for_Zürich_${aLocation().uId}.vpptoken`);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(link.sha256);
  expect(Object.keys(JSON.parse(Buffer.from(bytes.toString("ascii"), "base64").toString("utf8")))).toEqual(["expDate", "token", "orgName"]);
  for (const bent of [
    link.url.replace(/X-Amz-Expires=\d+/, "X-Amz-Expires=900"),
    link.url.replace("/tokens/", "/tokenz/"),
    link.url.split("?")[0],
  ])
    expect((await fetch(bent)).status).toBe(403);
});

test("a revoked token's link, handed out a moment earlier, is dead", async () => {
  const { token, link } = await issueAndDownload();
  expect((await fetch(link.url)).status).toBe(200);
  expect((await call("POST /v1/content-tokens/{id}/revocation", { reason: "lost" }, token.id)).status).toBe(200);
  expect([403, 404]).toContain((await fetch(link.url)).status);
  expect((await call("POST /v1/content-tokens/{id}/downloads", {}, token.id)).body.reason).toBe("token_invalidated");
  expect(await Array.fromAsync(ports.erasures.planned(new Date("2100-01-01")))).toEqual([]);
});

test("a new password ends the link and the token", async () => {
  const { token, link } = await issueAndDownload();
  await ports.accounts.recordPasswordChange(ada.id, new Date(Date.now() + 2000));
  await endKilledTokens(ada.id, ports, () => false);
  expect([403, 404]).toContain((await fetch(link.url)).status);
  expect((await ports.tokens.get(token.id))?.invalidation?.cause).toBe("password-changed");
});
