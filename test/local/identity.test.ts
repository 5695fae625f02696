// The identity provider of one machine: who gets in, who does not, and what its trail says. What would open a door in error is a must-not here.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminResetUserPasswordCommand,
  AdminRespondToAuthChallengeCommand,
  AdminSetUserPasswordCommand,
  type AuthFlowType,
  ChangePasswordCommand,
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { readIdentityEvent } from "../../domain/accounts/identity-event.ts";
import { accountIdOf } from "../../functions/lib/account-id.ts";
import type { Envelope } from "../../local/events/bus.ts";
import { freePort, type Listening, listen } from "../../local/http.ts";
import { identityProvider } from "../../local/identity/provider.ts";
import { namesAt } from "../../local/names.ts";
import { ACCOUNT_ID, ANY_ACCESS, REGION } from "../../local/place.ts";
import { readLines } from "../../local/state.ts";
import { readTemplates } from "../../local/template.ts";

const EMAIL = "ada@example.org";
const PASSWORD = "a-first-long-password";
const NEXT = "another-long-password";

let directory: string;
let server: Listening;
let client: CognitoIdentityProviderClient;
let provider: Awaited<ReturnType<typeof identityProvider>>;
let trail: Envelope[];
let UserPoolId: string;
let ClientId: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "identity-"));
  const port = await freePort();
  const names = namesAt({ api: "http://127.0.0.1:1", identity: `http://127.0.0.1:${port}`, sqs: "http://127.0.0.1:2" });
  const resources = readTemplates(inject("templates"), { region: REGION, accountId: ACCOUNT_ID }, names);
  trail = [];
  const onError = (): void => undefined;
  provider = await identityProvider({ resources, directory, emit: (event) => trail.push(event), onError });
  server = await listen(provider.answer, { port, onError });
  client = new CognitoIdentityProviderClient({ endpoint: server.url, ...ANY_ACCESS });
  UserPoolId = provider.pool.id;
  ClientId = provider.pool.clientId;
});
afterEach(async () => {
  client.destroy();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

const signIn = (password: string, Username = EMAIL) =>
  client.send(
    new AdminInitiateAuthCommand({
      UserPoolId,
      ClientId,
      AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: Username, PASSWORD: password },
    }),
  );
const refused = { name: "NotAuthorizedException" };
const mails = () => readLines(join(directory, "mail.jsonl")) as { to: string; text: string }[];
const code = (): string => /\d{6}/.exec(mails().at(-1)?.text ?? "")?.[0] ?? "";
/** What the service reads of the last call. */
const lastFact = () => readIdentityEvent(JSON.parse(JSON.stringify(trail.at(-1))), UserPoolId, accountIdOf);

test("somebody invited sets a new password at their first sign-in, and the trail says so", async () => {
  const { User } = await client.send(new AdminCreateUserCommand({ UserPoolId, Username: EMAIL }));
  const subject = User?.Attributes?.find(({ Name }) => Name === "sub")?.Value;
  const temporary = /password is (.*)$/.exec(mails()[0]?.text ?? "")?.[1] ?? "";
  const { ChallengeName, Session, AuthenticationResult } = await signIn(temporary);
  expect([ChallengeName, AuthenticationResult]).toEqual(["NEW_PASSWORD_REQUIRED", undefined]);
  const respond = (NEW_PASSWORD: string) =>
    client.send(
      new AdminRespondToAuthChallengeCommand({
        UserPoolId,
        ClientId,
        ChallengeName: "NEW_PASSWORD_REQUIRED",
        Session,
        ChallengeResponses: { USERNAME: EMAIL, NEW_PASSWORD },
      }),
    );
  await expect(respond("short")).rejects.toMatchObject({ name: "InvalidPasswordException" });
  const done = await respond(NEXT);
  expect(decodeJwt(done.AuthenticationResult?.AccessToken ?? "")).toMatchObject({
    sub: subject,
    token_use: "access",
    client_id: ClientId,
    iss: provider.pool.issuer,
    auth_time: expect.any(Number),
  });
  expect(lastFact()).toMatchObject({ kind: "fact", fact: { meaning: "changed", accountId: accountIdOf(String(subject)) } });
  await expect(respond(NEXT)).rejects.toMatchObject(refused);
  await expect(signIn(temporary)).rejects.toMatchObject(refused);
  expect((await signIn(NEXT, EMAIL.toUpperCase())).AuthenticationResult?.AccessToken).toBeDefined();
});

describe("somebody invited, and then again", () => {
  const temporary = (): string => /password is (.*)$/.exec(mails().at(-1)?.text ?? "")?.[1] ?? "";
  const invite = (MessageAction?: "RESEND" | "SUPPRESS", Username = EMAIL) =>
    client.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction }));
  afterEach(() => void vi.useRealTimers());
  const daysLater = (days: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + days * 24 * 60 * 60 * 1000 });

  test("gets in with the newest temporary password alone, under the same subject", async () => {
    const { User } = await invite();
    const first = temporary();
    const { User: again } = await invite("RESEND");
    expect(again?.Username).toBe(User?.Username);
    expect(mails()).toHaveLength(2);
    await expect(signIn(first)).rejects.toMatchObject(refused);
    expect((await signIn(temporary())).ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
  });

  test("may take seven days each time", async () => {
    await invite();
    daysLater(6.9);
    expect((await signIn(temporary())).ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
    daysLater(0.2);
    await expect(signIn(temporary())).rejects.toMatchObject({ ...refused, message: expect.stringContaining("expired") });
    await invite("RESEND");
    daysLater(6.9);
    expect((await signIn(temporary())).ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
  });

  test("is refused to nobody the pool knows, and to who has set a password; no mail goes out", async () => {
    await expect(invite("RESEND")).rejects.toMatchObject({ name: "UserNotFoundException" });
    await provider.adopt(EMAIL, PASSWORD);
    await expect(invite("RESEND")).rejects.toMatchObject({ name: "UnsupportedUserStateException" });
    await expect(invite("SUPPRESS")).rejects.toMatchObject({ name: "UsernameExistsException" });
    expect(mails()).toEqual([]);
    expect((await signIn(PASSWORD)).AuthenticationResult).toBeDefined();
  });
});

describe("somebody with a password", () => {
  let subject: string;
  beforeEach(async () => {
    subject = await provider.adopt(EMAIL, PASSWORD);
  });

  test("does not get in with another one, and a stranger is refused alike", async () => {
    const wrong = await signIn("not-the-right-password").catch((error: Error) => [error.name, error.message]);
    const stranger = await signIn(PASSWORD, "nobody@example.org").catch((error: Error) => [error.name, error.message]);
    expect(wrong).toEqual(["NotAuthorizedException", "Incorrect username or password."]);
    expect(stranger).toEqual(wrong);
  });

  test("is made to wait after many wrong ones, even with the right one", async () => {
    for (let attempt = 0; attempt < 6; attempt++) await signIn("not-the-right-password").catch(() => undefined);
    await expect(signIn(PASSWORD)).rejects.toMatchObject({ ...refused, message: "Password attempts exceeded" });
  });

  test("changes it knowing the old one; the trail names them by subject alone", async () => {
    const { AuthenticationResult } = await signIn(PASSWORD);
    const AccessToken = AuthenticationResult?.AccessToken;
    const change = (PreviousPassword: string) =>
      client.send(new ChangePasswordCommand({ AccessToken, PreviousPassword, ProposedPassword: NEXT }));
    await expect(change("not-the-right-password")).rejects.toMatchObject(refused);
    expect(lastFact()).toMatchObject({ kind: "ignored" });
    await change(PASSWORD);
    expect(lastFact()).toMatchObject({ kind: "fact", fact: { meaning: "changed", accountId: accountIdOf(String(subject)) } });
    await expect(signIn(PASSWORD)).rejects.toMatchObject(refused);
    expect((await signIn(NEXT)).AuthenticationResult?.IdToken).toBeDefined();
    const everything = JSON.stringify(trail);
    for (const hidden of [EMAIL, PASSWORD, NEXT, String(AccessToken)]) expect(everything).not.toContain(hidden);
  });

  test("who forgot it sets another with the mailed code, not with a guessed or used one", async () => {
    await client.send(new ForgotPasswordCommand({ ClientId, Username: EMAIL }));
    expect(lastFact()).toMatchObject({ kind: "ignored", why: "a new password was only asked for" });
    const ConfirmationCode = code();
    const confirm = (given: string) =>
      client.send(new ConfirmForgotPasswordCommand({ ClientId, Username: EMAIL, ConfirmationCode: given, Password: NEXT }));
    await expect(confirm(ConfirmationCode === "000000" ? "000001" : "000000")).rejects.toMatchObject({ name: "CodeMismatchException" });
    await confirm(ConfirmationCode);
    expect(lastFact()).toMatchObject({ kind: "fact", fact: { meaning: "changed", accountId: accountIdOf(String(subject)) } });
    await expect(confirm(ConfirmationCode)).rejects.toMatchObject({ name: "ExpiredCodeException" });
    expect((await signIn(NEXT)).AuthenticationResult).toBeDefined();
  });

  test("a code is guessed a few times only", async () => {
    await client.send(new ForgotPasswordCommand({ ClientId, Username: EMAIL }));
    const right = code();
    const confirm = (ConfirmationCode: string) =>
      client.send(new ConfirmForgotPasswordCommand({ ClientId, Username: EMAIL, ConfirmationCode, Password: NEXT }));
    const wrong = right === "111111" ? "222222" : "111111";
    for (let attempt = 0; attempt < 5; attempt++) await confirm(wrong).catch(() => undefined);
    await expect(confirm(right)).rejects.toMatchObject({ name: "ExpiredCodeException" });
  });

  test("forgetting tells nobody who is known", async () => {
    const known = await client.send(new ForgotPasswordCommand({ ClientId, Username: EMAIL }));
    const unknown = await client.send(new ForgotPasswordCommand({ ClientId, Username: "nobody@example.org" }));
    expect(unknown.CodeDeliveryDetails).toEqual(known.CodeDeliveryDetails);
    expect(mails()).toHaveLength(1);
  });

  test("a refreshed token still says when they last signed in themselves", async () => {
    const first = (await signIn(PASSWORD)).AuthenticationResult;
    const AuthParameters = { REFRESH_TOKEN: first?.RefreshToken ?? "" };
    const refresh = () =>
      client.send(new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters }));
    const refreshed = (await refresh()).AuthenticationResult?.AccessToken ?? "";
    expect(decodeJwt(refreshed).auth_time).toBe(decodeJwt(first?.AccessToken ?? "").auth_time);
    await client.send(new AdminDisableUserCommand({ UserPoolId, Username: EMAIL }));
    await expect(refresh()).rejects.toMatchObject(refused);
  });

  test("who is disabled, deleted or has to reset does not get in", async () => {
    await client.send(new AdminResetUserPasswordCommand({ UserPoolId, Username: EMAIL }));
    await expect(signIn(PASSWORD)).rejects.toMatchObject({ name: "PasswordResetRequiredException" });
    await client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: EMAIL, Password: NEXT, Permanent: true }));
    await client.send(new AdminDisableUserCommand({ UserPoolId, Username: EMAIL }));
    expect(lastFact()).toMatchObject({ kind: "fact", fact: { meaning: "gone", accountId: accountIdOf(String(subject)) } });
    await expect(signIn(NEXT)).rejects.toMatchObject(refused);
    await client.send(new AdminDeleteUserCommand({ UserPoolId, Username: EMAIL }));
    await expect(client.send(new AdminGetUserCommand({ UserPoolId, Username: EMAIL }))).rejects.toMatchObject({
      name: "UserNotFoundException",
    });
  });

  test("only the flows of the template's client are there", async () => {
    const flow = (AuthFlow: AuthFlowType) =>
      client.send(new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters: { USERNAME: EMAIL, PASSWORD } }));
    await expect(flow("USER_PASSWORD_AUTH")).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(flow("USER_SRP_AUTH")).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("an administrator's call without a signature, to another pool, or of an unknown name is refused", async () => {
    const call = async (operation: string, body: object, headers: Record<string, string> = {}) => {
      const answer = await fetch(server.url, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`, ...headers },
      });
      return ((await answer.json()) as { __type: string }).__type;
    };
    const signed = { authorization: "AWS4-HMAC-SHA256 Credential=x" };
    expect(await call("AdminGetUser", { UserPoolId, Username: EMAIL })).toBe("MissingAuthenticationTokenException");
    expect(await call("AdminGetUser", { UserPoolId: "us-east-1_other", Username: EMAIL }, signed)).toBe("ResourceNotFoundException");
    expect(await call("toString", {}, signed)).toBe("UnknownOperationException");
    expect(await call("AdminGetUser", { UserPoolId }, signed)).toBe("InvalidParameterException");
  });

  test("is invited once; the public keys hold nothing private", async () => {
    const again = client.send(new AdminCreateUserCommand({ UserPoolId, Username: EMAIL }));
    await expect(again).rejects.toMatchObject({ name: "UsernameExistsException" });
    const keys = (await (await fetch(`${provider.pool.issuer}/.well-known/jwks.json`)).json()) as { keys: object[] };
    expect(Object.keys(keys.keys[0] ?? {}).toSorted()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
  });
});
