// Somebody's way through the service over HTTP: invited, in with the temporary password, at work, removed, and out for good.
import { join } from "node:path";
import {
  AdminInitiateAuthCommand,
  AdminRespondToAuthChallengeCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../local/client.ts";
import { eventually } from "../../local/demo/narrator.ts";
import { ANY_ACCESS } from "../../local/place.ts";
import { EVENTS_FILE } from "../../local/service.ts";
import { signIn } from "../../local/sign-in.ts";
import { readLines } from "../../local/state.ts";
import { callerOf } from "./documented.ts";
import { type Host, removeHost, startHost } from "./host.ts";

const EMAIL = "eve@example.org";
const PASSWORD = "a-password-of-her-own";

let host: Host;
let cognito: CognitoIdentityProviderClient;
beforeAll(async () => {
  host = await startHost();
  cognito = new CognitoIdentityProviderClient({ endpoint: host.session.identity, ...ANY_ACCESS });
}, 30_000);
afterAll(async () => {
  cognito.destroy();
  await removeHost(host);
});

const mailed = (): string[] =>
  (readLines(join(host.directory, "mail.jsonl")) as { to: string; text: string }[])
    .filter(({ to }) => to === EMAIL)
    .map(({ text }) => /password is (.*)$/.exec(text)?.[1] ?? "");

/** Signs in with a temporary password and sets another one, as the sign-in pages ask for. */
const accept = async (temporary: string): Promise<void> => {
  const { userPoolId: UserPoolId, clientId: ClientId } = host.session;
  const AuthParameters = { USERNAME: EMAIL, PASSWORD: temporary };
  const { ChallengeName, Session } = await cognito.send(
    new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters }),
  );
  const ChallengeResponses = { USERNAME: EMAIL, NEW_PASSWORD: PASSWORD };
  await cognito.send(new AdminRespondToAuthChallengeCommand({ UserPoolId, ClientId, ChallengeName, Session, ChallengeResponses }));
};

/** Calls with a bearer that is newer than the password: setting it is a change, which ends the sign-in that it was set in. */
const signedIn = async (path: string): Promise<Caller> => {
  await eventually(async () => (await host.administrator("GET", path)).body.passwordChangedAt);
  const call = await eventually(async () => {
    const one = callerOf(host.session.api, (await signIn(host.session, { email: EMAIL, password: PASSWORD })) ?? "");
    return (await one("GET", "/v1/locations")).status === 200 ? one : undefined;
  });
  if (call === undefined) throw new Error("whoever was invited can't sign in");
  return call;
};

/** Whether the trail told of the deletion, and all that it told was handled. */
const isDeletionHandled = async (): Promise<true | undefined> => {
  const told = readLines(join(host.directory, EVENTS_FILE)) as { detail: { eventName?: string } }[];
  const queue = await (await fetch(`${host.session.endpoints.sqs}/_fauxqs/queues/identity-queue`)).json();
  const { messages } = queue as { messages: Record<string, object[]> };
  const isEmpty = Object.values(messages).every((waiting) => Object.keys(waiting).length === 0);
  return isEmpty && told.some(({ detail }) => detail.eventName === "AdminDeleteUser") ? true : undefined;
};

test("invited, at work, removed, and out for good", { timeout: 60_000 }, async () => {
  const { administrator } = host;
  const { body: locations } = await administrator("GET", "/v1/locations");
  const locationId = (locations.items as { id: string }[])[0]?.id ?? "";
  const grants = [{ role: "content-manager", location: locationId }];
  const { status, body: account } = await administrator("POST", "/v1/accounts", { email: EMAIL, grants });
  expect([status, account.email, account.grants]).toEqual([201, EMAIL, grants]);
  const path = `/v1/accounts/${account.id}`;

  // The first mail is lost; the second one's password is the one that counts.
  expect((await administrator("POST", `${path}/invitation`)).status).toBe(202);
  const [lost = "", temporary = ""] = mailed();
  expect(await signIn(host.session, { email: EMAIL, password: lost })).toBeUndefined();
  await accept(temporary);
  expect((await administrator("POST", `${path}/invitation`)).body.reason).toBe("invitation_accepted");
  const eve = await signedIn(path);
  const { body: token } = await eve("POST", "/v1/content-tokens", { locationId });
  const { body: link } = await eve("POST", `/v1/content-tokens/${token.id}/downloads`, { linkSeconds: 900 });
  expect((await fetch(String(link.url))).status).toBe(200);

  const { body: server } = await administrator("POST", "/v1/mdm-servers", { name: "Fleet", vendor: "fleet" });
  await administrator("PUT", `/v1/mdm-servers/${server.id}/links/${token.id}`);
  expect((await administrator("GET", `${path}/removal-preview`)).body).toMatchObject({
    cutOff: [{ name: "Fleet" }],
    tokens: [{ id: token.id }],
  });

  const removed = await administrator("DELETE", path);
  expect(removed.body).toMatchObject({ id: account.id, grants: [], removedAt: expect.any(String) });
  expect(await signIn(host.session, { email: EMAIL, password: PASSWORD })).toBeUndefined();
  expect(await eve("GET", "/v1/locations")).toMatchObject({ status: 403, body: { reason: "account_disabled" } });
  expect((await administrator("GET", `/v1/content-tokens/${token.id}`)).body).toMatchObject({
    state: "invalidated",
    cause: "account-disabled",
  });
  expect(await eventually(async () => ([403, 404].includes((await fetch(String(link.url))).status) ? true : undefined))).toBe(true);

  // What the trail tells of the deletion changes nothing: the account is as it was, and its history tells of one end.
  expect(await eventually(isDeletionHandled)).toBe(true);
  expect((await administrator("GET", path)).body).toEqual(removed.body);
  const { body: log } = await administrator("GET", `/v1/custody-log?subject=${account.id}`);
  const acts = (log.items as { act: string }[]).map(({ act }) => act).toReversed();
  expect(acts).toEqual(["account-registered", "invitation-sent", "password-changed", "account-removed"]);

  // Her address is nowhere among the records, and opens a new account when she is invited again.
  expect(JSON.stringify(await host.records())).not.toContain(EMAIL);
  const { body: another } = await administrator("POST", "/v1/accounts", { email: EMAIL });
  expect([another.id === account.id, mailed()]).toEqual([false, [lost, temporary, expect.any(String)]]);
  expect(host.errors).toEqual([]);
});
