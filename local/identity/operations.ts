// The operations of Cognito's user pool API that this service's people need, with its names, its refusals and what CloudTrail would say of each.
// Source: Amazon Cognito user pools API reference.
import { randomBytes } from "node:crypto";
import * as z from "zod";
import {
  assertClient,
  assertPassword,
  assertPool,
  CognitoError,
  type Context,
  HIDDEN,
  type Mail,
  OfClient,
  OfPool,
  OfUser,
  type Operation,
  operation,
  text,
} from "./call.ts";
import type { Person } from "./people.ts";
import { bearer, checked, Initiate, initiate, Respond, respond } from "./sign-in.ts";

const Attribute = z.object({ Name: z.string(), Value: z.string() });

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

const temporaryPassword = (): string => `${randomBytes(9).toString("base64url")}-aA1`;
const invitationMail = (email: string, password: string): Mail => ({
  to: email,
  subject: "Your temporary password",
  text: `Your username is ${email} and temporary password is ${password}`,
});
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
type Invitation = z.infer<typeof AdminCreateUser>;

const invited = ({ MessageAction, TemporaryPassword = temporaryPassword() }: Invitation, email: string, context: Context): string => {
  assertPassword(TemporaryPassword, context);
  if (MessageAction !== "SUPPRESS") context.mail(invitationMail(email, TemporaryPassword));
  return TemporaryPassword;
};

const created = (email: string, input: Invitation, context: Context): Promise<Person> => {
  if (context.people.find(email) !== undefined)
    throw new CognitoError("UsernameExistsException", "An account with the given email already exists.");
  return context.people.create(email, invited(input, email, context));
};

/** With a new temporary password, which lasts as long as a first one. */
const invitedAgain = async (email: string, input: Invitation, context: Context): Promise<Person> => {
  const person = named(email, context);
  if (person.status !== "FORCE_CHANGE_PASSWORD")
    throw new CognitoError("UnsupportedUserStateException", "User is in an unsupported state: they have set a password.");
  await context.people.setPassword(person, invited(input, email, context), "FORCE_CHANGE_PASSWORD");
  return person;
};

const ConfirmForgotPassword = OfClient.extend({ Username: text, ConfirmationCode: text, Password: text });

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  AdminCreateUser: operation(true, AdminCreateUser, async (input, context) => {
    assertPool(input, context);
    const email = input.UserAttributes.find(({ Name }) => Name === "email")?.Value ?? input.Username;
    if (!z.email().safeParse(email).success) throw new CognitoError("InvalidParameterException", "Username should be an email.");
    const person = await (input.MessageAction === "RESEND" ? invitedAgain : created)(email, input, context);
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
