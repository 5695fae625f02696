// How people sign in: by password, by a refresh token, by answering the challenge to set a new password.
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { assertPassword, CognitoError, type Context, type Done, HIDDEN, OfClient, text } from "./call.ts";
import type { Person } from "./people.ts";

const SESSION_MILLISECONDS = 3 * 60 * 1000;
const FREE_ATTEMPTS = 5;

const notAuthorized = (message = "Incorrect username or password."): CognitoError => new CognitoError("NotAuthorizedException", message);
const seconds = (): number => Math.floor(Date.now() / 1000);

export const bearer = async (token: string, { tokens, people }: Context): Promise<Person> => {
  const sub = await tokens.subjectOf(token);
  const person = sub === undefined ? undefined : people.find(sub);
  if (person === undefined) throw notAuthorized("Invalid Access Token");
  if (!person.enabled) throw notAuthorized("User is disabled.");
  return person;
};

/** Who gave the right password. */
export const checked = async (person: Person | undefined, password: string, { people, locks }: Context): Promise<Person> => {
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
  if (context.people.isTemporaryOver(person)) throw notAuthorized("Temporary password has expired and must be reset by an administrator.");
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

export const Initiate = OfClient.extend({ AuthFlow: text, AuthParameters: z.record(z.string(), z.string()).default({}) });

/** Only the flows that the template's client allows. */
export const initiate = async ({ AuthFlow, AuthParameters }: z.infer<typeof Initiate>, own: string, context: Context): Promise<Done> => {
  const flow = AuthFlow === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : AuthFlow;
  if (!context.authFlows.includes(`ALLOW_${flow}`))
    throw new CognitoError("InvalidParameterException", `${AuthFlow} flow not enabled for this client`);
  if (flow === "REFRESH_TOKEN_AUTH") return withRefreshToken(AuthParameters.REFRESH_TOKEN ?? "", context);
  if (flow !== own) throw new CognitoError("InvalidParameterException", `${AuthFlow} is not known here; use ${own}`);
  return withPassword(AuthParameters.USERNAME ?? "", AuthParameters.PASSWORD ?? "", context);
};

export const Respond = OfClient.extend({ ChallengeName: text, Session: text, ChallengeResponses: z.record(z.string(), z.string()) });

export const respond = async ({ ChallengeName, Session, ChallengeResponses }: z.infer<typeof Respond>, context: Context): Promise<Done> => {
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
