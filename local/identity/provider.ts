// The identity provider of one machine: Cognito's API and its OpenID documents over HTTP, from the template's own user pool and client, and for every
// call the event that CloudTrail would put on the default bus. It has no pages: people sign in with AdminInitiateAuth.
// The user is told by `sub` alone and names read HIDDEN…, as in CloudTrail. Source: Cognito developer guide, "Logging API calls with AWS CloudTrail".
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { type Envelope, envelopeOf, eventTime } from "../events/bus.ts";
import { type Answered, type Asked, json } from "../http.ts";
import { appendPrivately } from "../state.ts";
import type { LocalResource } from "../template.ts";
import { CognitoError, type Context, type Done, HIDDEN } from "./call.ts";
import { OPERATIONS } from "./operations.ts";
import { openPeople } from "./people.ts";
import { tokensFor } from "./tokens.ts";

const UserPool = z.object({ Policies: z.object({ PasswordPolicy: z.object({ MinimumLength: z.int() }) }) });
const Client = z.object({
  AccessTokenValidity: z.int(),
  TokenValidityUnits: z.object({ AccessToken: z.literal("minutes") }),
  ExplicitAuthFlows: z.array(z.string()),
});

const PREFIX = "AWSCognitoIdentityProviderService.";

type Options = {
  readonly resources: readonly LocalResource[];
  /** Keeps identity.json, and mail.jsonl: what Cognito would mail, temporary passwords and codes among it. */
  readonly directory: string;
  readonly emit: (event: Envelope) => void;
  readonly onError: (error: unknown) => void;
};

const one = (resources: readonly LocalResource[], type: string): LocalResource => {
  const [only, ...more] = resources.filter((each) => each.type === type);
  if (only === undefined || more.length > 0) throw new Error(`the template must have exactly one ${type}`);
  return only;
};

const contextOf = async ({ resources, directory }: Options): Promise<Context> => {
  const [pool, client] = [one(resources, "AWS::Cognito::UserPool"), one(resources, "AWS::Cognito::UserPoolClient")];
  const { AccessTokenValidity, ExplicitAuthFlows } = Client.parse(client.properties());
  const { MinimumLength } = UserPool.parse(pool.properties()).Policies.PasswordPolicy;
  const people = openPeople(join(directory, "identity.json"));
  const about = {
    id: pool.name(),
    issuer: pool.attribute("ProviderURL"),
    clientId: client.name(),
    accessTokenSeconds: AccessTokenValidity * 60,
  };
  return {
    pool: about,
    people,
    tokens: await tokensFor(about, people),
    authFlows: ExplicitAuthFlows,
    isGoodPassword: (password) => password.length >= MinimumLength && password.length <= 256,
    mail: (mail) => appendPrivately(join(directory, "mail.jsonl"), { at: new Date().toISOString(), ...mail }),
    locks: new Map(),
    challenges: new Map(),
  };
};

/** `errorCode` when the call was refused; else whom it was about. */
const trailEvent = (eventName: string, poolId: string, { sub, parameters = {} }: Partial<Done>, errorCode?: string): Envelope =>
  envelopeOf({
    source: "aws.cognito-idp",
    "detail-type": "AWS API Call via CloudTrail",
    detail: {
      eventVersion: "1.08",
      eventSource: "cognito-idp.amazonaws.com",
      eventName,
      eventTime: eventTime(),
      eventID: randomUUID(),
      eventType: "AwsApiCall",
      eventCategory: "Management",
      managementEvent: true,
      readOnly: eventName === "AdminGetUser",
      requestParameters: JSON.parse(
        JSON.stringify({ ...(eventName.startsWith("Admin") ? { userPoolId: poolId, username: HIDDEN } : {}), ...parameters }),
      ),
      responseElements: null,
      ...(errorCode === undefined ? {} : { errorCode }),
      ...(sub === undefined ? {} : { additionalEventData: { sub } }),
    },
  });

const refused = ({ type, message }: CognitoError): Answered =>
  json(400, { __type: type, message }, { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": type });

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new CognitoError("SerializationException", "The body is not JSON");
  }
};

export const identityProvider = async (options: Options) => {
  const context = await contextOf(options);
  const { pool, people, tokens } = context;

  const call = async ({ headers, body }: Asked): Promise<Answered> => {
    const name = headers["x-amz-target"]?.startsWith(PREFIX) ? headers["x-amz-target"].slice(PREFIX.length) : "";
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    try {
      if (operation === undefined) throw new CognitoError("UnknownOperationException", `Known here: ${Object.keys(OPERATIONS).join(", ")}`);
      if (operation.signed && !headers.authorization?.startsWith("AWS4-HMAC-SHA256 "))
        throw new CognitoError("MissingAuthenticationTokenException", "Missing Authentication Token");
      const done = await operation.run(parsed(body), context);
      options.emit(trailEvent(name, pool.id, done));
      return json(200, done.answer, { "content-type": "application/x-amz-json-1.1" });
    } catch (error) {
      if (!(error instanceof CognitoError)) throw error;
      if (operation !== undefined) options.emit(trailEvent(name, pool.id, {}, error.type));
      return refused(error);
    }
  };

  return {
    pool,
    async answer(asked: Asked): Promise<Answered> {
      if (asked.method === "POST") return call(asked);
      if (asked.path === `/${pool.id}/.well-known/openid-configuration`) return json(200, tokens.discovery);
      if (asked.path === `/${pool.id}/.well-known/jwks.json`) return json(200, tokens.jwks);
      return json(404, { message: "Not Found" });
    },
    /** Somebody whose password is known, made without a word on the bus: the demo's people are there before anything happens. */
    async adopt(email: string, password: string): Promise<string> {
      const person = people.find(email) ?? (await people.create(email, password));
      await people.setPassword(person, password, "CONFIRMED");
      return person.sub;
    },
  };
};

export type IdentityProvider = Awaited<ReturnType<typeof identityProvider>>;
