// Password changes and the clock, through the template's own rules, queues and functions; and that all of it survives a restart.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../local/demo/narrator.ts";
import { queueUrlOf } from "../../local/names.ts";
import { ANY_ACCESS } from "../../local/place.ts";
import { EVENTS_FILE } from "../../local/service.ts";
import { signIn } from "../../local/sign-in.ts";
import { readLines } from "../../local/state.ts";
import apiCall from "../fixtures/identity/api-call.json" with { type: "json" };
import managedLogin from "../fixtures/identity/managed-login.json" with { type: "json" };
import { serve } from "../support/http/http.ts";
import { callerOf } from "./documented.ts";
import { type Host, removeHost, startHost } from "./host.ts";

let host: Host;
let events: EventBridgeClient;
let lambda: LambdaClient;
let sqs: SQSClient;
beforeAll(async () => {
  host = await startHost();
  events = new EventBridgeClient({ endpoint: host.session.endpoints.eventbridge, ...ANY_ACCESS });
  lambda = new LambdaClient({ endpoint: host.session.endpoints.lambda, ...ANY_ACCESS });
  sqs = new SQSClient({ endpoint: host.session.endpoints.sqs, ...ANY_ACCESS });
}, 30_000);
afterAll(async () => {
  for (const client of [events, lambda, sqs]) client.destroy();
  await removeHost(host);
});

let people = 0;
/** A content manager with one token that they issued, and so were given. */
const managerWithToken = async () => {
  people += 1;
  const email = `manager-${people}@example.org`;
  const subject = await host.service.provider.adopt(email, "a-long-enough-password");
  const { body: locations } = await host.administrator("GET", "/v1/locations");
  const locationId = (locations.items as { id: string }[])[0]?.id ?? "";
  const grants = [{ role: "content-manager", location: locationId }];
  const { body: account } = await host.administrator("POST", "/v1/accounts", { subject, email, grants });
  const call = callerOf(host.session.api, (await signIn(host.session, { email, password: "a-long-enough-password" })) ?? "");
  const { body: token } = await call("POST", "/v1/content-tokens", { locationId });
  const { body: link } = await call("POST", `/v1/content-tokens/${token.id}/downloads`);
  return { subject, email, accountId: String(account.id), tokenId: String(token.id), url: String(link.url), call };
};

/** The source of another publisher that the demo's configuration names. */
const IDENTITY_SOURCE = "pretendco.identity";

const put = async (source: string, type: string, detail: object, bus?: string) => {
  const entry = { Source: source, DetailType: type, Detail: JSON.stringify(detail), ...(bus === undefined ? {} : { EventBusName: bus }) };
  return events.send(new PutEventsCommand({ Entries: [entry] }));
};

/** The API call's frame, as CloudTrail writes it for this pool, about `sub`. */
const trail = (sub: string, eventName: string, over: object = {}) =>
  put("aws.cognito-idp", apiCall.event["detail-type"], {
    ...apiCall.event.detail,
    eventName,
    eventID: randomUUID(),
    eventTime: new Date().toISOString(),
    requestParameters: { ...apiCall.event.detail.requestParameters, userPoolId: host.session.userPoolId },
    additionalEventData: { sub },
    ...over,
  });

const shown = async (tokenId: string) => (await host.administrator("GET", `/v1/content-tokens/${tokenId}`)).body;
const ended = (tokenId: string) =>
  eventually(async () => {
    const token = await shown(tokenId);
    return token.state === "active" ? undefined : token;
  });
const isGone = (url: string) => eventually(async () => ([403, 404].includes((await fetch(url)).status) ? true : undefined));
const told = (type: string, tokenId: string) =>
  (readLines(join(host.directory, EVENTS_FILE)) as { "detail-type": string; detail: { tokenId?: string } }[]).filter(
    (line) => line["detail-type"] === type && line.detail.tokenId === tokenId,
  );

test.each(["ChangePassword", "ConfirmForgotPassword", "AdminSetUserPassword"])(
  "CloudTrail's %s ends the tokens the account was given, erases their files and says why",
  async (name) => {
    const { subject, tokenId, url } = await managerWithToken();
    expect((await fetch(url)).status).toBe(200);
    await trail(subject, name);
    expect(await ended(tokenId)).toMatchObject({ state: "invalidated", cause: "password-changed" });
    expect(await isGone(url)).toBe(true);
    expect(await eventually(() => told("ContentTokenInvalidated", tokenId)[0])).toMatchObject({ detail: { cause: "password-changed" } });
  },
);

test("a challenge counts when it is NEW_PASSWORD_REQUIRED, and no other", async () => {
  const { subject, tokenId } = await managerWithToken();
  const { tokenId: untouched, subject: another } = await managerWithToken();
  await trail(another, "RespondToAuthChallenge", { requestParameters: { challengeName: "SOFTWARE_TOKEN_MFA" } });
  await trail(subject, "RespondToAuthChallenge", { requestParameters: { challengeName: "NEW_PASSWORD_REQUIRED" } });
  expect(await ended(tokenId)).toMatchObject({ cause: "password-changed" });
  expect(await shown(untouched)).toMatchObject({ state: "active" });
});

test.each(["ResetPassword_POST", "ConfirmForgotPassword_POST"])("managed login's %s counts too", async (eventName) => {
  const { subject, tokenId } = await managerWithToken();
  const { detail } = managedLogin.event;
  const additionalEventData = {
    ...detail.additionalEventData,
    requestParameters: { ...detail.additionalEventData.requestParameters, sub: [subject] },
    userPoolId: host.session.userPoolId,
  };
  await put("aws.cognito-idp", managedLogin.event["detail-type"], {
    ...detail,
    eventName,
    eventID: randomUUID(),
    eventTime: new Date().toISOString(),
    additionalEventData,
  });
  expect(await ended(tokenId)).toMatchObject({ cause: "password-changed" });
});

test.each(["AdminDisableUser", "AdminDeleteUser", "DeleteUser"])("%s ends them because the account is gone", async (name) => {
  const { subject, tokenId } = await managerWithToken();
  await trail(subject, name);
  expect(await ended(tokenId)).toMatchObject({ state: "invalidated", cause: "account-disabled" });
});

test("what failed, is about another pool, is late, or only begins changes nothing; a repetition announces nothing again", async () => {
  const { subject, tokenId, url, accountId } = await managerWithToken();
  await trail(subject, "ChangePassword", { errorCode: "NotAuthorizedException" });
  await trail(subject, "AdminSetUserPassword", { requestParameters: { userPoolId: "us-east-1_another" } });
  await trail(subject, "ForgotPassword");
  await trail(subject, "ChangePassword", { eventTime: "2026-01-01T00:00:00Z" });
  await eventually(async () => (await host.administrator("GET", `/v1/accounts/${accountId}`)).body.passwordChangedAt);
  expect(await shown(tokenId)).toMatchObject({ state: "active" });
  expect((await fetch(url)).status).toBe(200);

  const eventTime = new Date().toISOString();
  const detail = { eventTime, eventID: randomUUID() };
  for (let times = 0; times < 3; times++) await trail(subject, "ChangePassword", detail);
  await trail(subject, "ChangePassword", { eventTime: "2026-01-01T00:00:00Z" });
  expect(await ended(tokenId)).toMatchObject({ cause: "password-changed" });
  await eventually(() => told("ContentTokenInvalidated", tokenId)[0]);
  expect(told("ContentTokenInvalidated", tokenId)).toHaveLength(1);
  const { body } = await host.administrator("GET", `/v1/accounts/${accountId}`);
  expect(body.passwordChangedAt).toBe(eventTime);
});

test("account.password-changed counts from a configured source and from no other; another bus does not exist", async () => {
  const untouched = await managerWithToken();
  for (const source of ["a-script", "pretendco", "pretendco.identity.other", "Content-Tokens"])
    for (const type of ["account.password-changed", "account.disabled"]) await put(source, type, { accountId: untouched.accountId }, "bus");
  const { accountId, tokenId } = await managerWithToken();
  await put(IDENTITY_SOURCE, "account.password-changed", { accountId }, "bus");
  expect(await ended(tokenId)).toMatchObject({ cause: "password-changed" });
  const { body } = await host.administrator("GET", `/v1/accounts/${untouched.accountId}`);
  expect([body.passwordChangedAt, body.disabledAt]).toEqual([undefined, undefined]);
  expect(await shown(untouched.tokenId)).toMatchObject({ state: "active" });
  const { FailedEntryCount, Entries } = await put(IDENTITY_SOURCE, "account.password-changed", { accountId }, "nobus");
  expect([FailedEntryCount, Entries?.[0]?.ErrorCode]).toEqual([1, "ResourceNotFound"]);
});

test("a function puts the events of its table under the service's source, and nothing else", async () => {
  const { accountId, tokenId } = await managerWithToken();
  const putAs = async (functionName: string, entries: readonly { source?: string; type: string }[]) => {
    const credentials = { ...ANY_ACCESS.credentials, sessionToken: functionName };
    const client = new EventBridgeClient({ endpoint: host.session.endpoints.eventbridge, ...ANY_ACCESS, credentials });
    const Entries = entries.map(({ source = "content-tokens", type }) => ({
      EventBusName: "bus",
      Source: source,
      DetailType: type,
      Detail: JSON.stringify({ accountId }),
    }));
    try {
      return (await client.send(new PutEventsCommand({ Entries }))).FailedEntryCount;
    } catch (error) {
      return error instanceof Error ? error.name : error;
    } finally {
      client.destroy();
    }
  };
  expect(await putAs("mdm", [{ type: "MdmServerSeen" }])).toBe(0);
  expect(await putAs("mdm", [{ type: "account.disabled" }])).toBe("AccessDeniedException");
  expect(await putAs("mdm", [{ type: "MdmServerSeen" }, { type: "account.password-changed" }])).toBe("AccessDeniedException");
  expect(await putAs("mdm", [{ type: "MdmServerSeen", source: IDENTITY_SOURCE }])).toBe("AccessDeniedException");
  expect(await putAs("notifications", [{ type: "MdmServerSeen" }])).toBe("AccessDeniedException");
  expect(await shown(tokenId)).toMatchObject({ state: "active" });
  expect(await putAs("admin", [{ type: "account.disabled" }])).toBe(0);
  expect(await ended(tokenId)).toMatchObject({ cause: "account-disabled" });
  expect(await putAs("a session token of a person", [{ type: "anything", source: "me" }])).toBe(0);
});

test("somebody who is not registered is parked, and counts when they are", async () => {
  const subject = `unknown-${randomUUID()}`;
  const eventTime = new Date().toISOString();
  await trail(subject, "ChangePassword", { eventTime });
  const parked = await eventually(async () => (await host.records()).find(({ pk }) => pk === "PARKED"));
  expect(parked).toMatchObject({ meaning: "changed" });
  const { body } = await host.administrator("POST", "/v1/accounts", { subject, email: "late@example.org" });
  expect(body.passwordChangedAt).toBe(eventTime);
  expect((await host.records()).filter(({ pk }) => pk === "PARKED")).toEqual([]);
});

test("a change dated in the future is parked and kills nothing", async () => {
  const { subject, tokenId } = await managerWithToken();
  await trail(subject, "ChangePassword", { eventTime: "2199-01-01T00:00:00Z" });
  expect(await eventually(async () => (await host.records()).find(({ pk }) => pk === "PARKED"))).toBeDefined();
  expect(await shown(tokenId)).toMatchObject({ state: "active" });
});

test("what can't be read stays in the queue, for its dead letters; what came with it is done", async () => {
  /** What was received and not deleted, by the stand-in's own view of itself. */
  const held = async (): Promise<string> => {
    const answer = await fetch(`${host.session.endpoints.sqs}/_fauxqs/queues/identity-queue`);
    return JSON.stringify(((await answer.json()) as { messages: object }).messages);
  };
  await put(IDENTITY_SOURCE, "account.password-changed", { accountId: "not one" }, "bus");
  const { tokenId, accountId } = await managerWithToken();
  await put(IDENTITY_SOURCE, "account.password-changed", { accountId }, "bus");
  expect(await ended(tokenId)).toMatchObject({ cause: "password-changed" });
  expect(await eventually(async () => ((await held()).includes(accountId) ? undefined : true))).toBe(true);
  expect(await held()).toContain("not one");
  const dead = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrlOf(host.session.endpoints.sqs, "dead-letters") }));
  expect(dead.Messages ?? []).toEqual([]);
});

test("functions are invoked by name; one that is not there, or an event that is not JSON, is refused", async () => {
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: "expiry-scan" }));
  expect([Buffer.from(Payload ?? []).toString(), FunctionError]).toEqual(['{"looked":0,"complete":true}', undefined]);
  await expect(lambda.send(new InvokeCommand({ FunctionName: "nothing" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  const bad = new InvokeCommand({ FunctionName: "outbox", Payload: Buffer.from("{") });
  await expect(lambda.send(bad)).rejects.toMatchObject({ name: "InvalidRequestContentException" });
  const failing = await lambda.send(new InvokeCommand({ FunctionName: "identity-events", Payload: Buffer.from("{}") }));
  expect(failing.FunctionError).toBe("Unhandled");
  expect((await fetch(`${host.session.endpoints.lambda}/2015-03-31/functions/outbox/invocations`, { method: "POST" })).status).toBe(403);
});

test("an MDM server on this machine is called as it would be anywhere", async () => {
  const server = await serve(() => ({ status: 204 }));
  const given = { url: `${server.url}/notify`, bearer: "b", body: "{}" };
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: "notifier", Payload: JSON.stringify(given) }));
  await server.close();
  expect(JSON.parse(Payload?.transformToString() ?? "")).toEqual({ delivered: true });
  expect(server.asked).toMatchObject([{ method: "POST", path: "/notify", headers: { authorization: "Bearer b" }, body: "{}" }]);
});

test("a restart keeps tokens, links, people, bearers and addresses", async () => {
  const { tokenId, url, call } = await managerWithToken();
  const records = await host.records();
  await host.stop();
  await expect(fetch(`${host.session.api}/v1/health`)).rejects.toThrow();
  const earlier = host;
  host = await startHost(earlier.directory);
  expect(host.session.api).toBe(earlier.session.api);
  expect(host.session.accounts.administrator.password).toBe(earlier.session.accounts.administrator.password);
  expect(await host.records()).toEqual(records);
  expect((await call("GET", `/v1/content-tokens/${tokenId}`)).body).toMatchObject({ state: "active" });
  expect((await fetch(url)).status).toBe(200);
}, 30_000);

test("a folder is held by one process at a time", async () => {
  await expect(startHost(host.directory)).rejects.toThrow("is in use by process");
});
