// Identity events are tested whole, as EventBridge delivers them: a part of one would share the code's mistakes about where things lie.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IDENTITY_OPERATIONS, readIdentityEvent } from "../../domain/identity-event.ts";
import apiCall from "../fixtures/identity/api-call.json" with { type: "json" };
import managedLogin from "../fixtures/identity/managed-login.json" with { type: "json" };
import { at } from "../make.ts";

const subject = "704b1e47-34fe-40e9-8c41-504997494531";
const call = apiCall.event;
const login = managedLogin.event;
const readCall = (detail: object) => readIdentityEvent({ ...call, detail: { ...call.detail, ...detail } }, "us-east-1_AbC");
const readLogin = (detail: object) => readIdentityEvent({ ...login, detail: { ...login.detail, ...detail } }, "us-west-2_aaaaaaaaa");

describe("an API call", () => {
  test("is read whole: the user is the sub, never the caller", () => {
    expect(readCall({})).toEqual({
      kind: "fact",
      meaning: "changed",
      subject,
      occurredAt: at("2026-11-23T10:00:00Z"),
      eventId: "0d2f6a0e-2f51-4a3c-8b19-5a0fd9e0d3c4",
    });
  });

  test.each([
    ["ChangePassword", "changed"],
    ["ConfirmForgotPassword", "changed"],
    ["AdminSetUserPassword", "changed"],
    ["ForgotPassword", "started"],
    ["AdminResetUserPassword", "started"],
    ["AdminDisableUser", "gone"],
    ["AdminDeleteUser", "gone"],
    ["DeleteUser", "gone"],
  ])("%s means %s", (eventName, meaning) => expect(readCall({ eventName })).toMatchObject({ kind: "fact", meaning, subject }));

  test.each(["RespondToAuthChallenge", "AdminRespondToAuthChallenge"])("%s counts with NEW_PASSWORD_REQUIRED alone", (eventName) => {
    expect(readCall({ eventName, requestParameters: { challengeName: "NEW_PASSWORD_REQUIRED" } })).toMatchObject({ meaning: "changed" });
    expect(readCall({ eventName, requestParameters: { challengeName: "SMS_MFA" } })).toMatchObject({ kind: "ignored" });
  });

  test("may not name its pool when the user's own token authorized it", () => {
    expect(readCall({ eventName: "ChangePassword", requestParameters: null })).toMatchObject({ kind: "fact", subject });
  });

  test.each([
    ["failed", { errorCode: "NotAuthorizedException" }],
    ["of another pool", { requestParameters: { userPoolId: "us-east-1_Other" } }],
    ["of another pool, told beside the sub", { additionalEventData: { sub: subject, userPoolId: "us-east-1_Other" } }],
    ["that changes no password", { eventName: "ListUsers" }],
    ["named like a property of every object", { eventName: "constructor" }],
  ])("%s is ignored", (_, detail) => expect(readCall(detail)).toMatchObject({ kind: "ignored" }));

  test("without its user is to be parked, not dropped", () =>
    expect(readCall({ additionalEventData: {} })).toMatchObject({ kind: "unreadable" }));
});

describe("a managed login request", () => {
  test.each([
    ["ConfirmForgotPassword_POST", "changed"],
    ["ResetPassword_POST", "changed"],
    ["ForgotPassword_POST", "started"],
  ])("%s means %s", (eventName, meaning) => {
    expect(readLogin({ eventName })).toMatchObject({ kind: "fact", meaning, subject, occurredAt: at("2022-05-05T23:23:32Z") });
  });

  const withStatus = (status: number) => ({ additionalEventData: { ...login.detail.additionalEventData, responseParameters: { status } } });
  test.each([
    [200, "fact"],
    [302, "fact"],
    [301, "ignored"],
    [400, "ignored"],
    [500, "ignored"],
  ])("answered with %i is %s", (status, kind) => expect(readLogin(withStatus(status)).kind).toBe(kind));
});

test("anything at all is read without an exception", () => {
  fc.assert(
    fc.property(fc.anything(), (event) => {
      expect(readIdentityEvent(event, "pool").kind).toBe("unreadable");
    }),
  );
});

test("the operations for the rule's pattern are all that this file reads, each once", () => {
  expect(new Set(IDENTITY_OPERATIONS).size).toBe(13);
  expect(IDENTITY_OPERATIONS).toHaveLength(13);
});
