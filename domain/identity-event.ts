// What the identity provider's events mean for tokens. Cognito tells them through CloudTrail in two frames that hide the user in two places;
// in both, what counts lies under `detail`, and `userIdentity` is the caller, never the user.
// Source: Amazon Cognito developer guide, "Logging API calls with AWS CloudTrail". Fixtures tell which events AWS documents and which are composed.
import * as z from "zod";
import { Subject } from "./account.ts";

/** `changed`: tokens given before it are dead. `gone`: the custodian is. `started`: at risk, nothing ends yet. */
export type IdentityMeaning = "changed" | "gone" | "started";

const MEANING: Readonly<Record<string, IdentityMeaning>> = {
  ChangePassword: "changed",
  ConfirmForgotPassword: "changed",
  ResetPassword_POST: "changed",
  ConfirmForgotPassword_POST: "changed",
  AdminSetUserPassword: "changed",
  ForgotPassword: "started",
  ForgotPassword_POST: "started",
  AdminResetUserPassword: "started",
  AdminDisableUser: "gone",
  AdminDeleteUser: "gone",
  DeleteUser: "gone",
};

/** These change a password only when they answer the challenge NEW_PASSWORD_REQUIRED: a first sign-in with a temporary password. */
const CHALLENGE_RESPONSES: ReadonlySet<string> = new Set(["RespondToAuthChallenge", "AdminRespondToAuthChallenge"]);

/** The operations that an event rule has to let through; the rule's pattern is made from them. */
export const IDENTITY_OPERATIONS: readonly string[] = [...Object.keys(MEANING), ...CHALLENGE_RESPONSES];

export type IdentityReading =
  | {
      readonly kind: "fact";
      readonly meaning: IdentityMeaning;
      readonly subject: string;
      readonly occurredAt: Date;
      readonly eventId: string;
    }
  /** The event is whole and says nothing about any password. `why` is fit for a log. */
  | { readonly kind: "ignored"; readonly why: string }
  /** It may say something and can't be read: to be parked and looked at, never dropped. */
  | { readonly kind: "unreadable"; readonly why: string };

const Time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const Frame = z.object({ eventName: z.string(), eventID: z.string().min(1), eventTime: Time, errorCode: z.string().optional() });

const ApiCall = z.object({
  requestParameters: z.object({ userPoolId: z.string().optional(), challengeName: z.string().optional() }).nullish(),
  additionalEventData: z.object({ sub: Subject, userPoolId: z.string().optional() }),
});

const ManagedLogin = z.object({
  additionalEventData: z.object({
    userPoolId: z.string(),
    requestParameters: z.object({ sub: z.tuple([Subject], z.string()) }),
    responseParameters: z.object({ status: z.int() }),
  }),
});

const Envelope = z.object({
  "detail-type": z.enum(["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"]),
  detail: z.looseObject({}),
});

type Told = {
  readonly subject: string;
  readonly userPoolId: string | undefined;
  readonly challengeName?: string | undefined;
  readonly succeeded: boolean;
};

const readApiCall = (detail: unknown): Told | undefined => {
  const { data } = ApiCall.safeParse(detail);
  if (data === undefined) return undefined;
  const { additionalEventData, requestParameters } = data;
  return {
    subject: additionalEventData.sub,
    userPoolId: additionalEventData.userPoolId ?? requestParameters?.userPoolId,
    challengeName: requestParameters?.challengeName,
    succeeded: true,
  };
};

const readManagedLogin = (detail: unknown): Told | undefined => {
  const { data } = ManagedLogin.safeParse(detail);
  if (data === undefined) return undefined;
  const { requestParameters, responseParameters, userPoolId } = data.additionalEventData;
  const { status } = responseParameters;
  return { subject: requestParameters.sub[0], userPoolId, succeeded: (status >= 200 && status < 300) || status === 302 };
};

const meaningOf = (eventName: string, challengeName: string | undefined): IdentityMeaning | undefined => {
  if (CHALLENGE_RESPONSES.has(eventName)) return challengeName === "NEW_PASSWORD_REQUIRED" ? "changed" : undefined;
  return MEANING[eventName];
};

/**
 * Reads one event as EventBridge delivers it, for the user pool `userPoolId`. Never throws.
 * A call authorized by the user's own token may not name its pool; then the subject alone decides, in the configured pool.
 */
export const readIdentityEvent = (event: unknown, userPoolId: string): IdentityReading => {
  const envelope = Envelope.safeParse(event);
  if (!envelope.success) return { kind: "unreadable", why: "not an event of CloudTrail" };
  const { detail } = envelope.data;
  const frame = Frame.safeParse(detail);
  if (!frame.success) return { kind: "unreadable", why: "the detail lacks eventName, eventID or eventTime" };
  const { eventName, eventID, eventTime, errorCode } = frame.data;
  if (!IDENTITY_OPERATIONS.includes(eventName)) return { kind: "ignored", why: `${eventName} changes no password` };
  if (errorCode !== undefined) return { kind: "ignored", why: `${eventName} failed` };
  const told = envelope.data["detail-type"] === "AWS API Call via CloudTrail" ? readApiCall(detail) : readManagedLogin(detail);
  if (told === undefined) return { kind: "unreadable", why: `${eventName} does not name its user as documented` };
  if (told.userPoolId !== undefined && told.userPoolId !== userPoolId) return { kind: "ignored", why: "another user pool" };
  if (!told.succeeded) return { kind: "ignored", why: `${eventName} failed` };
  const meaning = meaningOf(eventName, told.challengeName);
  if (meaning === undefined) return { kind: "ignored", why: `${eventName} answered another challenge` };
  return { kind: "fact", meaning, subject: told.subject, occurredAt: eventTime, eventId: eventID };
};
