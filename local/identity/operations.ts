// The operations of Cognito's user pool API that this service's people need, with its names, its refusals and what CloudTrail would say of each.
// Source: Amazon Cognito user pools API reference.
import { randomBytes, randomUUID } from "node:crypto";
import * as z from "zod";
import type { LocalPeople, Person } from "./people.ts";
import type { Pool, Tokens } from "./tokens.ts";

/** What Cognito mails. */
export type Mail = { readonly to: string; readonly subject: string; readonly text: string };

export type Context = {
  readonly pool: Pool;
  readonly people: LocalPeople;
  readonly tokens: Tokens;
  readonly authFlows: readonly string[];
  readonly isGoodPassword: (password: string) => boolean;
  readonly mail: (mail: Mail) => void;
  readonly locks: Locks;
  /** Sign-ins that wait for a new password, by session. */
  readonly challenges: Map<string, { readonly sub: string; readonly endsAt: number }>;
};

/** Wrong passwords in a row, by subject: each beyond five doubles the wait. */
export type Locks = Map<string, { wrong: number; until: number }>;

export class CognitoError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** `sub` and `parameters` are what the trail tells; nothing that was secret in the request is among them. */
export type Done = { readonly answer: object; readonly sub?: string; readonly parameters?: Readonly<Record<string, unknown>> };

type Operation = { readonly signed: boolean; run(input: unknown, context: Context): Promise<Done> };

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
const SESSION_MILLISECONDS = 3 * 60 * 1000;
const FREE_ATTEMPTS = 5;

const notAuthorized = (message = "Incorrect username or password."): CognitoError => new CognitoError("NotAuthorizedException", message);
const seconds = (): number => Math.floor(Date.now() / 1000);

const operation = <Input extends z.ZodType>(
  signed: boolean,
  schema: Input,
  run: (input: z.infer<Input>, context: Context) => Promise<Done>,
): Operation => ({
  signed,
  async run(raw, context) {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return run(parsed.data, context);
    const names = parsed.error.issues.map(({ path }) => path.join("."));
    throw new CognitoError("InvalidParameterException", `These are missing or not as expected: ${names.join(", ")}`);
  },
});

const text = z.string().min(1).max(2048);
const OfPool = z.object({ UserPoolId: text });
const OfUser = OfPool.extend({ Username: text });
const OfClient = z.object({ ClientId: text });
const Attribute = z.object({ Name: z.string(), Value: z.string() });

const assertPool = ({ UserPoolId }: { UserPoolId: string }, { pool }: Context): void => {
  if (UserPoolId !== pool.id) throw new CognitoError("ResourceNotFoundException", `User pool ${UserPoolId} does not exist.`);
};
const assertClient = ({ ClientId }: { ClientId: string }, { pool }: Context): void => {
  if (ClientId !== pool.clientId) throw new CognitoError("ResourceNotFoundException", `User pool client ${ClientId} does not exist.`);
};
const assertPassword = (password: string, { isGoodPassword }: Context): void => {
  if (!isGoodPassword(password))
    throw new CognitoError("InvalidPasswordException", "Password did not conform with policy: Password not long enough");
};

const named = (name: string, { people }: Context): Person => {
  const person = people.find(name);
  if (person === undefined) throw new CognitoError("UserNotFoundException", "User does not exist.");
  return person;
};

const shown = ({ sub, email, enabled, status, createdAt, modifiedAt }: Person) => {
  const attributes = [
    { Name: "email", Value: email },
    { Name: "email_verified", Value: "true" },
    { Name: "sub", Value: sub },
  ];
  const common = { Username: sub, Enabled: enabled, UserStatus: status, UserCreateDate: createdAt, UserLastModifiedDate: modifiedAt };
  return { attributes, common };
};

const bearer = async (token: string, { tokens, people }: Context): Promise<Person> => {
  const sub = await tokens.subjectOf(token);
  const person = sub === undefined ? undefined : people.find(sub);
  if (person === undefined) throw notAuthorized("Invalid Access Token");
  if (!person.enabled) throw notAuthorized("User is disabled.");
  return person;
};

/** Who gave the right password. */
const checked = async (person: Person | undefined, password: string, { people, locks }: Context): Promise<Person> => {
  const lock = person === undefined ? undefined : locks.get(person.sub);
  if (lock !== undefined && lock.until > Date.now()) throw notAuthorized("Password attempts exceeded");
  const isRight = await people.isPassword(person, password);
  if (person === undefined || !isRight) {
    const wrong = (lock?.wrong ?? 0) + 1;
    if (person !== undefined)
      locks.set(person.sub, { wrong, until: wrong < FREE_ATTEMPTS ? 0 : Date.now() + 1000 * 2 ** (wrong - FREE_ATTEMPTS) });
    throw notAuthorized();
  }
  locks.delete(person.sub);
  if (!person.enabled) throw notAuthorized("User is disabled.");
  return person;
};

const signedIn = async (person: Person, authTime: number, { tokens }: Context, more: object = {}): Promise<Done> => ({
  answer: { ChallengeParameters: {}, AuthenticationResult: { ...(await tokens.issue(person, authTime)), ...more } },
  sub: person.sub,
});

const withPassword = async (username: string, password: string, context: Context): Promise<Done> => {
  const person = await checked(context.people.find(username), password, context);
  if (person.status === "RESET_REQUIRED") throw new CognitoError("PasswordResetRequiredException", "Password reset required for the user");
  const authTime = seconds();
  if (person.status === "CONFIRMED")
    return signedIn(person, authTime, context, { RefreshToken: context.people.newRefreshToken(person, authTime) });
  const Session = randomUUID();
  context.challenges.set(Session, { sub: person.sub, endsAt: Date.now() + SESSION_MILLISECONDS });
  const ChallengeParameters = {
    USER_ID_FOR_SRP: person.sub,
    requiredAttributes: "[]",
    userAttributes: JSON.stringify({ email: person.email }),
  };
  return { answer: { ChallengeName: "NEW_PASSWORD_REQUIRED", Session, ChallengeParameters }, sub: person.sub };
};

const withRefreshToken = async (token: string, context: Context): Promise<Done> => {
  const known = context.people.findRefreshToken(token);
  const person = known === undefined ? undefined : context.people.find(known.sub);
  if (known === undefined || person === undefined || !person.enabled) throw notAuthorized("Invalid Refresh Token");
  return signedIn(person, known.authTime, context);
};

const Initiate = OfClient.extend({ AuthFlow: text, AuthParameters: z.record(z.string(), z.string()).default({}) });

/** Only the flows that the template's client allows. */
const initiate = async ({ AuthFlow, AuthParameters }: z.infer<typeof Initiate>, own: string, context: Context): Promise<Done> => {
  const flow = AuthFlow === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : AuthFlow;
  if (!context.authFlows.includes(`ALLOW_${flow}`))
    throw new CognitoError("InvalidParameterException", `${AuthFlow} flow not enabled for this client`);
  if (flow === "REFRESH_TOKEN_AUTH") return withRefreshToken(AuthParameters.REFRESH_TOKEN ?? "", context);
  if (flow !== own) throw new CognitoError("InvalidParameterException", `${AuthFlow} is not known here; use ${own}`);
  return withPassword(AuthParameters.USERNAME ?? "", AuthParameters.PASSWORD ?? "", context);
};

const Respond = OfClient.extend({ ChallengeName: text, Session: text, ChallengeResponses: z.record(z.string(), z.string()) });

const respond = async ({ ChallengeName, Session, ChallengeResponses }: z.infer<typeof Respond>, context: Context): Promise<Done> => {
  const { people, challenges } = context;
  if (ChallengeName !== "NEW_PASSWORD_REQUIRED") throw new CognitoError("InvalidParameterException", `${ChallengeName} is not known here`);
  const challenge = challenges.get(Session);
  const person = challenge === undefined || challenge.endsAt < Date.now() ? undefined : people.find(challenge.sub);
  if (person === undefined || !person.enabled || people.find(ChallengeResponses.USERNAME ?? "") !== person)
    throw notAuthorized("Invalid session for the user.");
  const password = ChallengeResponses.NEW_PASSWORD ?? "";
  assertPassword(password, context);
  challenges.delete(Session);
  await people.setPassword(person, password, "CONFIRMED");
  const authTime = seconds();
  const done = await signedIn(person, authTime, context, { RefreshToken: people.newRefreshToken(person, authTime) });
  return { ...done, parameters: { challengeName: ChallengeName, session: HIDDEN, challengeResponses: HIDDEN } };
};

const temporaryPassword = (): string => `${randomBytes(9).toString("base64url")}-aA1`;
const codeMail = (person: Person, code: string): Mail => ({
  to: person.email,
  subject: "Your verification code",
  text: `Your code is ${code}`,
});

const ofUser = (change: (person: Person, context: Context) => void | Promise<void>): Operation =>
  operation(true, OfUser, async (input, context) => {
    assertPool(input, context);
    const person = named(input.Username, context);
    await change(person, context);
    return { answer: {}, sub: person.sub };
  });

const AdminCreateUser = OfUser.extend({
  UserAttributes: z.array(Attribute).default([]),
  TemporaryPassword: text.optional(),
  MessageAction: z.enum(["SUPPRESS", "RESEND"]).optional(),
});
const ConfirmForgotPassword = OfClient.extend({ Username: text, ConfirmationCode: text, Password: text });

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  AdminCreateUser: operation(true, AdminCreateUser, async (input, context) => {
    assertPool(input, context);
    const email = input.UserAttributes.find(({ Name }) => Name === "email")?.Value ?? input.Username;
    if (!z.email().safeParse(email).success) throw new CognitoError("InvalidParameterException", "Username should be an email.");
    if (context.people.find(email) !== undefined)
      throw new CognitoError("UsernameExistsException", "An account with the given email already exists.");
    const password = input.TemporaryPassword ?? temporaryPassword();
    assertPassword(password, context);
    const person = await context.people.create(email, password);
    if (input.MessageAction === undefined)
      context.mail({
        to: email,
        subject: "Your temporary password",
        text: `Your username is ${email} and temporary password is ${password}`,
      });
    const { attributes, common } = shown(person);
    return { answer: { User: { ...common, Attributes: attributes } }, sub: person.sub };
  }),
  AdminGetUser: operation(true, OfUser, async (input, context) => {
    assertPool(input, context);
    const { attributes, common } = shown(named(input.Username, context));
    return { answer: { ...common, UserAttributes: attributes } };
  }),
  AdminSetUserPassword: operation(
    true,
    OfUser.extend({ Password: text, Permanent: z.boolean().default(false) }),
    async (input, context) => {
      assertPool(input, context);
      const person = named(input.Username, context);
      assertPassword(input.Password, context);
      await context.people.setPassword(person, input.Password, input.Permanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD");
      return { answer: {}, sub: person.sub, parameters: { password: HIDDEN, permanent: input.Permanent } };
    },
  ),
  AdminDisableUser: ofUser((person, { people }) => people.setEnabled(person, false)),
  AdminEnableUser: ofUser((person, { people }) => people.setEnabled(person, true)),
  AdminDeleteUser: ofUser((person, { people }) => people.remove(person)),
  AdminResetUserPassword: ofUser((person, { people, mail }) => mail(codeMail(person, people.newCode(person, "RESET_REQUIRED")))),
  AdminInitiateAuth: operation(true, Initiate.extend(OfPool.shape), async (input, context) => {
    assertPool(input, context);
    assertClient(input, context);
    return initiate(input, "ADMIN_USER_PASSWORD_AUTH", context);
  }),
  InitiateAuth: operation(false, Initiate, async (input, context) => {
    assertClient(input, context);
    return initiate(input, "USER_PASSWORD_AUTH", context);
  }),
  AdminRespondToAuthChallenge: operation(true, Respond.extend(OfPool.shape), async (input, context) => {
    assertPool(input, context);
    assertClient(input, context);
    return respond(input, context);
  }),
  RespondToAuthChallenge: operation(false, Respond, async (input, context) => {
    assertClient(input, context);
    return respond(input, context);
  }),
  ChangePassword: operation(
    false,
    z.object({ AccessToken: text, PreviousPassword: text, ProposedPassword: text }),
    async (input, context) => {
      const person = await bearer(input.AccessToken, context);
      await checked(person, input.PreviousPassword, context);
      assertPassword(input.ProposedPassword, context);
      await context.people.setPassword(person, input.ProposedPassword, "CONFIRMED");
      return { answer: {}, sub: person.sub, parameters: { accessToken: HIDDEN, previousPassword: HIDDEN, proposedPassword: HIDDEN } };
    },
  ),
  ForgotPassword: operation(false, OfClient.extend({ Username: text }), async (input, context) => {
    assertClient(input, context);
    const person = context.people.find(input.Username);
    // The same answer for nobody: it must not tell who is known.
    const CodeDeliveryDetails = { Destination: "e***", DeliveryMedium: "EMAIL", AttributeName: "email" };
    if (person === undefined || !person.enabled) return { answer: { CodeDeliveryDetails } };
    context.mail(codeMail(person, context.people.newCode(person)));
    return { answer: { CodeDeliveryDetails }, sub: person.sub, parameters: { username: HIDDEN } };
  }),
  ConfirmForgotPassword: operation(false, ConfirmForgotPassword, async (input, context) => {
    assertClient(input, context);
    assertPassword(input.Password, context);
    const person = context.people.find(input.Username);
    const tried = person === undefined ? "wrong" : context.people.tryCode(person, input.ConfirmationCode);
    if (person === undefined || tried === "wrong")
      throw new CognitoError("CodeMismatchException", "Invalid verification code provided, please try again.");
    if (tried === "ended") throw new CognitoError("ExpiredCodeException", "Invalid code provided, please request a code again.");
    await context.people.setPassword(person, input.Password, "CONFIRMED");
    return { answer: {}, sub: person.sub, parameters: { username: HIDDEN, confirmationCode: HIDDEN, password: HIDDEN } };
  }),
  DeleteUser: operation(false, z.object({ AccessToken: text }), async (input, context) => {
    const person = await bearer(input.AccessToken, context);
    context.people.remove(person);
    return { answer: {}, sub: person.sub, parameters: { accessToken: HIDDEN } };
  }),
};
