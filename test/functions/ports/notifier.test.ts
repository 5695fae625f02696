// The contract of the notifier, kept by the fake and by the real port: over the Lambda API of this machine, which runs the very bundle that is deployed.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { NotificationCall } from "../../../domain/device-api/delivery.ts";
import { notifierTo } from "../../../functions/aws/notifier.ts";
import type { Notifier } from "../../../functions/ports/notifier.ts";
import { bundleOf } from "../../../infra/bundle.ts";
import { type LocalFunction, localFunction } from "../../../local/functions.ts";
import { type Answered, type Listening, listen } from "../../../local/http.ts";
import { invoke } from "../../../local/lambda-api.ts";
import { notifierInMemory } from "../../support/adapters/outside.ts";
import { BROKEN, exception, serve, type TestServer, TO_TEST } from "../../support/http/http.ts";

let directory: string;
let notifier: LocalFunction;
let api: Listening;
let client: LambdaClient;
const errors: unknown[] = [];
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "notifier-"));
  const environment = { LOOPBACK_NOTIFICATIONS: "allowed" };
  notifier = localFunction({ name: "notifier", asset: bundleOf("notifier"), environment, timeoutSeconds: 15, logFile: logFile() });
  const onError = (error: unknown) => void errors.push(error);
  const parts = { functionOf: (name: string) => (name === "notifier" ? notifier : undefined), onError };
  const answer = (asked: Parameters<typeof invoke>[1]): Promise<Answered> => invoke(asked.path.split("/")[3] ?? "", asked, parts);
  api = await listen(answer, { port: 0, onError });
  client = new LambdaClient({ ...TO_TEST, endpoint: api.url });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  client.destroy();
  await api.close();
  await notifier.close();
  await rm(directory, { recursive: true, force: true });
});
const logFile = (): string => join(directory, "notifier.log");

/** An MDM server that answers with this status. */
const mdmServer = async (status: number): Promise<TestServer> => {
  const server = await serve(() => ({ status }));
  closing.push(server.close);
  return server;
};

const callTo = (url: string) => ({ url: `${url}/notify`, bearer: "s3cr3t-bearer", body: '{"notificationType":"TEST_NOTIFICATION"}' });

type Backend = (status: number) => Promise<{ readonly notifier: Notifier; readonly url: string; bodies(): string[] }>;

const inMemory: Backend = async (status) => {
  const called: NotificationCall[] = [];
  const answer = () => (status < 300 ? ({ delivered: true } as const) : ({ delivered: false, why: "status_5xx" } as const));
  return { notifier: notifierInMemory(called, answer), url: "http://127.0.0.1:1", bodies: () => called.map(({ body }) => body) };
};

const overLambda: Backend = async (status) => {
  const { url, asked } = await mdmServer(status);
  return { notifier: notifierTo({ client, functionName: "notifier" }), url, bodies: () => asked.map(({ body }) => body) };
};

describe.each<[string, Backend]>([
  ["in memory", inMemory],
  ["over Lambda", overLambda],
])("the notifier %s", (_, open) => {
  test("delivers the body", async () => {
    const { notifier: port, url, bodies } = await open(200);
    expect(await port.deliver(callTo(url))).toEqual({ delivered: true });
    expect(bodies()).toEqual([callTo(url).body]);
  });

  test("tells what became of a call that was not taken", async () => {
    const { notifier: port, url } = await open(503);
    expect(await port.deliver(callTo(url))).toEqual({ delivered: false, why: "status_5xx" });
  });

  test.each(["https://169.254.169.254", "http://mdm.example.org", "https://mdm.example.org:8443"])("does not call %s", async (url) => {
    const { notifier: port, bodies } = await open(200);
    expect(await port.deliver(callTo(url))).toEqual({ delivered: false, why: "url_not_allowed" });
    expect(bodies()).toEqual([]);
  });

  test.each<[string, object]>([
    ["without a bearer", { bearer: "" }],
    ["with a bearer that would end its header", { bearer: "a\r\nx: y" }],
    ["with a bearer that is too long", { bearer: "a".repeat(513) }],
    ["without a body", { body: undefined }],
  ])("rejects a call %s", async (_, over) => {
    const { notifier: port, url, bodies } = await open(200);
    await expect(port.deliver({ ...callTo(url), ...over })).rejects.toThrow();
    expect(bodies()).toEqual([]);
  });
});

describe("a notifier that does not run", () => {
  const secret = callTo("https://mdm.example.org");
  const endOf = (port: Notifier): Promise<string> =>
    port.deliver(secret).then(
      () => "well",
      (error: unknown) => String(error),
    );

  test.each<[string, Parameters<typeof serve>[0], string]>([
    ["for want of rights", () => exception("AccessDeniedException", `no: ${secret.bearer}`), "could not be invoked: AccessDeniedException"],
    ["for want of a connection", () => BROKEN, "could not be invoked"],
    [
      "to its end",
      () => ({ headers: { "x-amz-function-error": "Unhandled" }, body: `{"errorMessage":"${secret.bearer}"}` }),
      "the notifier failed: Unhandled",
    ],
    ["as it should", () => ({ body: `"${secret.bearer}"` }), "Invalid"],
    ["as it should, with another why", () => ({ body: `{"delivered":false,"why":"${secret.bearer}"}` }), "Invalid"],
  ])("%s is an error, which quotes nothing of the call", async (_, answer, told) => {
    const lambda = await serve(answer);
    closing.push(lambda.close);
    const failing = new LambdaClient({ ...TO_TEST, endpoint: lambda.url });
    const end = await endOf(notifierTo({ client: failing, functionName: "notifier" }));
    failing.destroy();
    expect(end).toContain(told);
    for (const hidden of [secret.bearer, secret.url, secret.body]) expect(end).not.toContain(hidden);
  });

  test("because there is none is an error", async () => {
    expect(await endOf(notifierTo({ client, functionName: "another" }))).toContain("ResourceNotFoundException");
  });
});

test("the bundle holds no client of AWS, and logs nothing of what it was given", async () => {
  expect(await readFile(join(bundleOf("notifier"), "index.mjs"), "utf8")).not.toMatch(/aws-sdk|smithy|powertools/i);
  const given = callTo("http://127.0.0.1:1");
  const answers = [given, { ...given, bearer: "s3cr3t\r\n" }, { ...given, url: "s3cr3t" }, "s3cr3t"].map((each) =>
    notifier.invoke(each).catch((error: Error) => error.message),
  );
  const told = JSON.stringify(await Promise.all(answers));
  expect(told).toContain("unreachable");
  expect(told + (await readFile(logFile(), "utf8"))).not.toMatch(/s3cr3t|127\.0\.0\.1|TEST_NOTIFICATION/);
});

test("where this machine is not allowed it is not called", async () => {
  const server = await mdmServer(200);
  const deployed = localFunction({
    name: "deployed",
    asset: bundleOf("notifier"),
    environment: {},
    timeoutSeconds: 15,
    logFile: logFile(),
  });
  closing.push(() => deployed.close());
  expect(await deployed.invoke(callTo(server.url))).toEqual({ delivered: false, why: "url_not_allowed" });
  expect(server.asked).toEqual([]);
});
