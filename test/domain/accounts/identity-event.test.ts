// Identity events are tested whole, as EventBridge delivers them: a part of one would share the code's mistakes about where things lie.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IDENTITY_OPERATIONS, readIdentityEvent } from "../../../domain/accounts/identity-event.ts";
import { accountIdOf } from "../../../functions/lib/account-id.ts";
import apiCall from "../../fixtures/identity/api-call.json" with { type: "json" };
import challenge from "../../fixtures/identity/challenge-without-user.json" with { type: "json" };
import unknownUser from "../../fixtures/identity/forgot-password-of-nobody.json" with { type: "json" };
import loginPage from "../../fixtures/identity/login-page.json" with { type: "json" };
import managedLogin from "../../fixtures/identity/managed-login.json" with { type: "json" };
import { at } from "../../support/builders/make.ts";

const POOL = "us-east-1_AbC";
const PAGES_POOL = "us-west-2_aaaaaaaaa";
const subject = "704b1e47-34fe-40e9-8c41-504997494531";
const accountId = accountIdOf(subject);
const call = apiCall.event;
const login = managedLogin.event;
const read = (event: unknown, pool = POOL) => readIdentityEvent(event, pool, accountIdOf);
const readCall = (detail: object) => read({ ...call, detail: { ...call.detail, ...detail } });
const readLogin = (detail: object) => read({ ...login, detail: { ...login.detail, ...detail } }, PAGES_POOL);

describe("an API call", () => {
  test("is read whole: the user is the sub, never the caller", () => {
    const occurredAt = at("2026-11-23T10:00:00Z");
    expect(readCall({})).toEqual({
      kind: "fact",
      fact: { accountId, eventId: "0d2f6a0e-2f51-4a3c-8b19-5a0fd9e0d3c4", meaning: "changed", occurredAt },
    });
  });

  test.each([
    ["ChangePassword", "changed"],
    ["ConfirmForgotPassword", "changed"],
    ["AdminSetUserPassword", "changed"],
    ["AdminResetUserPassword", "changed"],
    ["AdminDisableUser", "gone"],
    ["AdminDeleteUser", "gone"],
    ["DeleteUser", "gone"],
  ])("%s means %s", (eventName, meaning) => expect(readCall({ eventName })).toMatchObject({ kind: "fact", fact: { meaning, accountId } }));

  // They sign out, change attributes or factors, or make a user who has no password of their own yet.
  test.each([
    "AdminCreateUser",
    "AdminConfirmSignUp",
    "AdminEnableUser",
    "AdminForgetDevice",
    "AdminInitiateAuth",
    "AdminLinkProviderForUser",
    "AdminSetUserMFAPreference",
    "AdminUpdateUserAttributes",
    "AdminUserGlobalSignOut",
    "CompleteWebAuthnRegistration",
    "ConfirmSignUp",
    "DeleteWebAuthnCredential",
    "GlobalSignOut",
    "InitiateAuth",
    "RevokeToken",
    "SetUserMFAPreference",
    "UpdateUserAttributes",
    "VerifyUserAttribute",
  ])("%s changes no password, and the rule does not ask for it", (eventName) => {
    expect(readCall({ eventName })).toEqual({ kind: "ignored", why: `${eventName} changes no password` });
    expect(IDENTITY_OPERATIONS).not.toContain(eventName);
  });

  test.each(["RespondToAuthChallenge", "AdminRespondToAuthChallenge"])("%s counts with NEW_PASSWORD_REQUIRED alone", (eventName) => {
    expect(readCall({ eventName, requestParameters: { challengeName: "NEW_PASSWORD_REQUIRED" } })).toMatchObject({
      fact: { meaning: "changed" },
    });
    expect(readCall({ eventName, requestParameters: { challengeName: "SMS_MFA" } })).toMatchObject({ kind: "ignored" });
  });

  test("may not name its pool when the user's own token authorized it", () => {
    expect(readCall({ eventName: "ChangePassword", requestParameters: null })).toMatchObject({ kind: "fact", fact: { accountId } });
  });

  test.each([
    { errorCode: "", errorMessage: "" },
    { errorCode: null, errorMessage: null },
  ])("with %j went well", (detail) => expect(readCall(detail)).toMatchObject({ kind: "fact", fact: { accountId } }));

  const other = { userPoolId: "us-east-1_Other" };
  test.each([
    ["failed", { errorCode: "NotAuthorizedException" }],
    ["failed and names nobody", { errorCode: "UserNotFoundException", additionalEventData: null }],
    ["of another pool", { requestParameters: other }],
    ["of another pool, told beside the sub", { additionalEventData: { sub: subject, ...other } }],
    ["of another pool, without a user", { requestParameters: other, additionalEventData: {} }],
    ["of another pool, without anything else", { requestParameters: other, additionalEventData: 1, eventID: null, eventTime: "soon" }],
    ["that changes no password", { eventName: "ListUsers" }],
    ["that changes no password, without anything else", { eventName: "ListUsers", eventID: 1, eventTime: 2, additionalEventData: 3 }],
    ["that only asks for a password", { eventName: "ForgotPassword" }],
    ["named like a property of every object", { eventName: "constructor" }],
  ])("%s is ignored", (_, detail) => expect(readCall(detail)).toMatchObject({ kind: "ignored" }));

  test.each([
    ["that asks for the password of somebody who does not exist", unknownUser.event],
    ["that answers another challenge and names nobody", challenge.event],
  ])("%s is ignored: anybody can make one", (_, event) => expect(read(event)).toMatchObject({ kind: "ignored" }));

  test.each([
    ["its user", { additionalEventData: {} }],
    ["its user, nor its pool", { requestParameters: null, additionalEventData: null }],
    ["its time", { eventTime: "soon" }],
    ["its identifier", { eventID: undefined }],
  ])("that changes a password and does not tell %s is to be parked, not dropped", (_, detail) =>
    expect(readCall(detail)).toMatchObject({ kind: "unreadable" }),
  );
});

describe("a managed login request", () => {
  test.each([
    ["ConfirmForgotPassword_POST", "changed"],
    ["ResetPassword_POST", "changed"],
  ])("%s means %s", (eventName, meaning) =>
    expect(readLogin({ eventName })).toMatchObject({
      kind: "fact",
      fact: { meaning, accountId, occurredAt: at("2022-05-05T23:23:32Z") },
    }),
  );

  test.each(["ForgotPassword_POST", "forgotPassword_POST"])("%s ends nothing, with a user or without", (eventName) => {
    expect(readLogin({ eventName })).toMatchObject({ kind: "ignored", why: "a new password was only asked for" });
    expect(readLogin({ eventName, additionalEventData: {} })).toMatchObject({ kind: "ignored" });
  });

  test("that went well is read in the form of AWS's own example: an empty error code, a status with a point, no pool", () => {
    expect(read(loginPage.event)).toMatchObject({ kind: "ignored", why: "Login_GET changes no password" });
    const { errorCode, errorMessage } = loginPage.event.detail;
    const { userPoolId, ...unnamed } = login.detail.additionalEventData;
    const text = JSON.stringify({ ...login, detail: { ...login.detail, errorCode, errorMessage, additionalEventData: unnamed } });
    const withPoint = text.replace('"status":302', '"status":302.0');
    expect(withPoint).toContain("302.0");
    expect(read(JSON.parse(withPoint), userPoolId)).toMatchObject({ kind: "fact", fact: { accountId } });
  });

  const withStatus = (status: unknown) => ({
    additionalEventData: { ...login.detail.additionalEventData, responseParameters: { status } },
  });
  test.each([
    [200, "fact"],
    [302, "fact"],
    [301, "ignored"],
    [400, "ignored"],
    [500, "ignored"],
    [302.5, "unreadable"],
    ["unknown", "unreadable"],
    [undefined, "unreadable"],
  ])("answered with %s is %s", (status, kind) => expect(readLogin(withStatus(status)).kind).toBe(kind));

  test("without its user is to be parked when it succeeded, and ignored when it failed or is another pool's", () => {
    const { sub, ...nobody } = login.detail.additionalEventData.requestParameters;
    const without = (over: object) =>
      readLogin({ additionalEventData: { ...login.detail.additionalEventData, requestParameters: nobody, ...over } });
    expect(sub).toEqual([subject]);
    expect(without({})).toMatchObject({ kind: "unreadable" });
    expect(without({ responseParameters: { status: 400 } })).toMatchObject({ kind: "ignored" });
    expect(without({ userPoolId: "us-west-2_another" })).toMatchObject({ kind: "ignored", why: "another user pool" });
  });
});

test("anything at all is read without an exception", () => {
  fc.assert(
    fc.property(fc.anything(), (event) => {
      expect(read(event).kind).toBe("unreadable");
    }),
  );
});

test("the operations for the rule's pattern are all that this file reads, each once", () => {
  expect(new Set(IDENTITY_OPERATIONS).size).toBe(14);
  expect(IDENTITY_OPERATIONS).toHaveLength(14);
});
