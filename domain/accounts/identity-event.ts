// The meaning of the identity provider's events for tokens. Cognito sends them through CloudTrail in two frames that hide the user in two places;
// in both, what counts lies under `detail`, and `userIdentity` is the caller, never the user.
// Source: Amazon Cognito developer guide, "Logging API calls with AWS CloudTrail". Fixtures tell which events AWS documents and which are composed.
import * as z from "zod";
import { IsoTime } from "../shared/time.ts";
import { Subject } from "./account.ts";
import { AccountFact, type AccountIdOf } from "./account-fact.ts";

/** `started`: a new password was only asked for, which anybody may do for anybody; nothing ends yet. */
const MEANING: Readonly<Record<string, AccountFact["meaning"] | "started">> = {
  ChangePassword: "changed",
  ConfirmForgotPassword: "changed",
  ResetPassword_POST: "changed",
  ConfirmForgotPassword_POST: "changed",
  AdminSetUserPassword: "changed",
  // It deactivates the password at once; the code that it sends only sets the next one. Source: Amazon Cognito API reference, AdminResetUserPassword.
  AdminResetUserPassword: "changed",
  ForgotPassword: "started",
  ForgotPassword_POST: "started",
  // The newer pages' name. The guide lists it without saying whether it tells the request for a code or the new password. It is taken for the
  // request: this service deploys the classic pages, which don't send it (docs/decisions/0006-the-classic-sign-in-pages.md).
  forgotPassword_POST: "started",
  AdminDisableUser: "gone",
  AdminDeleteUser: "gone",
  DeleteUser: "gone",
};

/** These change a password only when they answer the challenge NEW_PASSWORD_REQUIRED: a first sign-in with a temporary password. */
const CHALLENGE_RESPONSES: ReadonlySet<string> = new Set(["RespondToAuthChallenge", "AdminRespondToAuthChallenge"]);

/** The operations that an event rule has to let through; the rule's pattern is made from them. */
export const IDENTITY_OPERATIONS: readonly string[] = [...Object.keys(MEANING), ...CHALLENGE_RESPONSES];

export type IdentityReading =
  | { readonly kind: "fact"; readonly fact: AccountFact }
  /** It says nothing that ends a token. `why` is fit for a log. */
  | { readonly kind: "ignored"; readonly why: string }
  /** It may say something and can't be read: to be parked and looked at, never dropped. */
  | { readonly kind: "unreadable"; readonly why: string };

/** Fields of another type count as absent: the filter of relevant events requires nothing of an event. */
const told = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

const MANAGED_LOGIN = "AWS Service Event via CloudTrail";
const Envelope = z.object({
  "detail-type": z.enum(["AWS API Call via CloudTrail", MANAGED_LOGIN]),
  detail: z.object({
    eventName: z.string(),
    errorCode: told(z.string()),
    requestParameters: told(z.object({ userPoolId: told(z.string()), challengeName: told(z.string()) })),
    additionalEventData: told(z.object({ userPoolId: told(z.string()), responseParameters: told(z.object({ status: z.int() })) })),
  }),
});
type Detail = z.infer<typeof Envelope>["detail"];

const { eventId } = AccountFact.shape;
const when = { eventID: eventId, eventTime: IsoTime };
const ApiCall = z
  .object({ detail: z.object({ ...when, additionalEventData: z.object({ sub: Subject }) }) })
  .transform(({ detail }) => ({ ...detail, subject: detail.additionalEventData.sub }));
const ManagedLogin = z
  .object({
    detail: z.object({
      ...when,
      additionalEventData: z.object({
        requestParameters: z.object({ sub: z.tuple([Subject], z.string()) }),
        responseParameters: z.object({ status: z.int() }),
      }),
    }),
  })
  .transform(({ detail }) => ({ ...detail, subject: detail.additionalEventData.requestParameters.sub[0] }));

const isFailure = (status: number | undefined): boolean => status !== undefined && (status < 200 || status > 299) && status !== 302;

const meaningOf = ({ eventName, requestParameters }: Detail) => {
  if (CHALLENGE_RESPONSES.has(eventName)) return requestParameters?.challengeName === "NEW_PASSWORD_REQUIRED" ? "changed" : undefined;
  return MEANING[eventName];
};

/** Why the event says nothing that ends a token of `userPoolId`, or what it says of a user who is still to be found in it. */
const judge = (detail: Detail, userPoolId: string): { readonly ignored: string } | { readonly meaning: AccountFact["meaning"] } => {
  const { eventName, errorCode, requestParameters, additionalEventData } = detail;
  if (!IDENTITY_OPERATIONS.includes(eventName)) return { ignored: `${eventName} changes no password` };
  // A page request that went well has an empty code in AWS's own example.
  if (errorCode !== undefined && errorCode !== "") return { ignored: `${eventName} failed` };
  if (isFailure(additionalEventData?.responseParameters?.status)) return { ignored: `${eventName} failed` };
  const pool = additionalEventData?.userPoolId ?? requestParameters?.userPoolId;
  if (pool !== undefined && pool !== userPoolId) return { ignored: "another user pool" };
  const meaning = meaningOf(detail);
  if (meaning === undefined) return { ignored: `${eventName} answered another challenge` };
  return meaning === "started" ? { ignored: "a new password was only asked for" } : { meaning };
};

/**
 * Reads one event as EventBridge delivers it, for the user pool `userPoolId`. Never throws.
 * A user is demanded only of what would end their tokens: anybody can ask for the password of somebody who does not exist, and it must alarm nobody.
 * An event may not name its pool; then the subject alone decides, in the configured pool.
 */
export const readIdentityEvent = (event: unknown, userPoolId: string, accountIdOf: AccountIdOf): IdentityReading => {
  const envelope = Envelope.safeParse(event);
  if (!envelope.success) return { kind: "unreadable", why: "not an event of CloudTrail" };
  const { detail, "detail-type": frame } = envelope.data;
  const preconditions = judge(detail, userPoolId);
  if ("ignored" in preconditions) return { kind: "ignored", why: preconditions.ignored };
  const { data } = (frame === MANAGED_LOGIN ? ManagedLogin : ApiCall).safeParse(event);
  if (data === undefined) return { kind: "unreadable", why: `${detail.eventName} does not tell its user or its time as documented` };
  const { eventID, eventTime, subject } = data;
  return {
    kind: "fact",
    fact: { accountId: accountIdOf(subject), eventId: eventID, meaning: preconditions.meaning, occurredAt: eventTime },
  };
};
