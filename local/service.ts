// The whole service on one machine: the template's resources, each by its stand-in on 127.0.0.1, wired as the template says.
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { startApple } from "./apple/apple-api.ts";
import { awsApiOf } from "./aws-api.ts";
import { serverCertificate, trustAuthority } from "./certificate.ts";
import { runCustomResources } from "./custom-resources.ts";
import { endLeftOver, startDynamoDb } from "./dynamodb.ts";
import { busesOf, DEFAULT_BUS, type Envelope } from "./events/bus.ts";
import { permissionsOf } from "./events/permissions.ts";
import { type LocalFunction, localFunction } from "./functions.ts";
import { gatewayOf } from "./gateway.ts";
import { listen } from "./http.ts";
import { type IdentityProvider, identityProvider } from "./identity/provider.ts";
import { keysOf } from "./kms.ts";
import { invokeAsync } from "./lambda-api.ts";
import { namesAt } from "./names.ts";
import { ACCOUNT_ID, type AwsAccess, type Endpoints, REGION } from "./place.ts";
import { startQueues } from "./queues.ts";
import { startS3 } from "./s3/server.ts";
import type { Notice } from "./sns-api.ts";
import { appendPrivately, holdFolder, makePrivateFolder, openState, SESSION_FILE } from "./state.ts";
import { type Step, silentStep } from "./steps.ts";
import { makeTables } from "./tables.ts";
import { type LocalResource, readTemplates } from "./template.ts";

export type LocalService = {
  readonly api: string;
  /** The file of the certificate authority that clients of `api` have to trust, when it is https. */
  readonly ca: string | undefined;
  readonly identity: string;
  readonly endpoints: Endpoints;
  /** The stand-in for Apple's API. */
  readonly apple: string;
  readonly access: AwsAccess;
  readonly provider: IdentityProvider;
  close(): Promise<void>;
};

const LambdaFunction = z.object({
  Timeout: z.int().default(3),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).default({ Variables: {} }),
});
const Subscription = z.object({ TopicArn: z.string(), Endpoint: z.string(), Protocol: z.literal("email") });

/** Events and notices that passed, a line each. They hold no secret, but e-mail addresses of subscribers. */
export const EVENTS_FILE = "events.jsonl";
export const NOTICES_FILE = "notices.jsonl";

const endpointVariables = (endpoints: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(endpoints).map(([name, url]) => [`AWS_ENDPOINT_URL_${name}`, url]));

/** The stand-in replaces Apple's API for any address in the template, so that no token leaves this machine. */
const withStandIn = ({ APPLE_API, ...variables }: Readonly<Record<string, string>>, standIn: string): Record<string, string> =>
  APPLE_API === undefined ? variables : { ...variables, APPLE_API: APPLE_API === "off" ? APPLE_API : `${standIn}/mdm/v2` };

const startFunctions = (resources: readonly LocalResource[], folder: string, common: Readonly<Record<string, string>>, apple: string) => {
  const functions = new Map<string, LocalFunction>();
  for (const resource of resources.filter(({ type }) => type === "AWS::Lambda::Function")) {
    const { Timeout, Environment } = LambdaFunction.parse(resource.properties());
    const name = resource.name();
    if (resource.asset === undefined) throw new Error(`${name} has no bundle in the template`);
    // The credentials of a role come with a session token in every request. The stand-ins recognize the calling function by it.
    const environment = { ...common, AWS_SESSION_TOKEN: name, ...withStandIn(Environment.Variables, apple) };
    const made = localFunction({ name, asset: resource.asset, environment, timeoutSeconds: Timeout, logFile: join(folder, `${name}.log`) });
    functions.set(name, made).set(resource.attribute("Arn"), made);
  }
  return functions;
};

/** Closes the last first; one that fails does not keep the others open. */
const closerOf = () => {
  const closing: (() => unknown)[] = [];
  return {
    add: (close: () => unknown): void => void closing.push(close),
    async closeAll(): Promise<void> {
      for (const close of closing.splice(0).reverse()) await Promise.resolve(close()).catch(() => undefined);
    },
  };
};

type Options = {
  /** Keeps all state; held by one process. */
  readonly directory: string;
  /** The synthesized templates, in the order of deployment. */
  readonly templates: readonly string[];
  /** Told what failed where nobody else is. */
  readonly onError: (error: unknown) => void;
  /** Serves the API over https, with a certificate that is kept in the directory. */
  readonly tls?: boolean;
  /** The address at which a proxy serves the API to others: as `publicUrl` of a deployment's configuration. */
  readonly publicUrl?: string | undefined;
  readonly step?: Step;
};

/** Environment variables of functions in the local run, besides those of their stacks. */
const localVariables = ({ tls, publicUrl }: Pick<Options, "tls" | "publicUrl">): Record<string, string> => ({
  LOOPBACK_NOTIFICATIONS: "allowed",
  ...(tls ? {} : { LOCAL_SCHEME: "http" }),
  ...(publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl }),
});

const start = async (
  { directory, templates, onError, tls = false, publicUrl, step = silentStep }: Options,
  { add, closeAll }: ReturnType<typeof closerOf>,
): Promise<LocalService> => {
  add(holdFolder(directory));
  const folder = join(directory, "log");
  makePrivateFolder(folder);
  const databaseFile = join(directory, "dynamodb.sqlite");
  await endLeftOver(databaseFile);
  const { state, save } = await openState(directory);
  const { ports, credentials } = state;
  const access = { region: REGION, credentials };
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  const certificate = tls ? await step("certificate", async () => serverCertificate(directory)) : undefined;
  if (certificate !== undefined) trustAuthority(certificate.caFile);
  const scheme = tls ? "https" : "http";
  const apiUrl = `${scheme}://127.0.0.1:${ports.api}`;
  const names = namesAt({ api: apiUrl, identity: url(ports.identity), sqs: url(ports.sqs) });
  const resources = readTemplates(templates, { region: REGION, accountId: ACCOUNT_ID }, names);

  const database = await step("database", async () => {
    const started = await startDynamoDb({ file: databaseFile, port: ports.dynamodb });
    add(started.close);
    const tables = resources.filter(({ type }) => type === "AWS::DynamoDB::Table");
    // An empty database (the user's own, or a lost file) has nothing of earlier starts: this is a first start again.
    if (await makeTables(tables, started.endpoint, access)) {
      state.created = {};
      rmSync(join(directory, SESSION_FILE), { force: true });
    }
    return started;
  });
  const sessionTokens = resources.filter(({ type }) => type === "AWS::Lambda::Function").map((each) => each.name());
  const storage = await step("object storage", () =>
    startS3({ directory: join(directory, "s3"), port: ports.s3, credentials, region: REGION, sessionTokens, onError }),
  );
  add(storage.close);
  const queues = await step("queues", () => startQueues(resources, { port: ports.sqs, access, onError }));
  add(queues.close);

  const apple = await startApple({ port: ports.apple, onError });
  add(apple.close);
  const environment = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...endpointVariables({
      DYNAMODB: database.endpoint,
      S3: storage.url,
      EVENTBRIDGE: url(ports.aws),
      LAMBDA: url(ports.aws),
      SNS: url(ports.aws),
      KMS: url(ports.aws),
      SQS: queues.url,
      COGNITO_IDENTITY_PROVIDER: url(ports.identity),
    }),
    LOOPBACK_APPLE_API: "allowed",
    // A restart empties the queues. Their jobs are found by the records soon afterwards.
    JOBS_RESUMED_AFTER_SECONDS: "10",
    ...localVariables({ tls, publicUrl }),
  };
  const functions = startFunctions(resources, folder, environment, apple.url);
  add(() => Promise.all([...new Set(functions.values())].map((each) => each.close())));
  const functionOf = (name: string): LocalFunction => {
    const known = functions.get(name);
    if (known === undefined) throw new Error(`the template refers to ${name}, which is no function of it`);
    return known;
  };

  const deliver = async (arn: string, event: Envelope): Promise<void> => {
    if (arn.split(":")[2] === "sqs") await queues.send(arn, JSON.stringify(event));
    else void invokeAsync(functionOf(arn), event, onError);
  };
  const onEvent = (bus: string, event: Envelope): void => appendPrivately(join(directory, EVENTS_FILE), { bus, ...event });
  const buses = busesOf(resources, { deliver, onEvent, onError });
  add(buses.close);

  const subscriptions = resources
    .filter(({ type }) => type === "AWS::SNS::Subscription")
    .map((each) => Subscription.parse(each.properties()));
  const topics = resources
    .filter(({ type }) => type === "AWS::SNS::Topic")
    .map((topic) => topic.name())
    .map((arn) => ({ arn, subscribers: subscriptions.filter(({ TopicArn }) => TopicArn === arn).map(({ Endpoint }) => Endpoint) }));
  const onNotice = (notice: Notice): void => appendPrivately(join(directory, NOTICES_FILE), notice);
  const keys = keysOf(resources, state, save);
  const aws = awsApiOf({
    buses,
    mayPut: permissionsOf(resources),
    functionOf: (name) => functions.get(name),
    topics,
    onNotice,
    keys,
    onError,
  });
  add((await listen(aws, { port: ports.aws, onError })).close);

  const provider = await step("identity provider and API", async () => {
    const made = await identityProvider({ resources, directory, emit: (event) => buses.put(DEFAULT_BUS, event), onError });
    add((await listen(made.answer, { port: ports.identity, onError })).close);
    const hosts = publicUrl === undefined ? [] : [new URL(publicUrl).host];
    const gateway = gatewayOf(resources, functionOf, onError, scheme);
    add((await listen(gateway, { port: ports.api, onError, tls: certificate, hosts })).close);
    return made;
  });

  await step("organization", () => runCustomResources(resources, { functionOf, state, save }));
  add(queues.feed(functionOf));
  return {
    api: apiUrl,
    ca: certificate?.caFile,
    identity: url(ports.identity),
    endpoints: { dynamodb: database.endpoint, s3: storage.url, eventbridge: url(ports.aws), lambda: url(ports.aws), sqs: queues.url },
    apple: apple.url,
    access,
    provider,
    close: closeAll,
  };
};

/** Starts everything, or nothing: what was started is closed again when a part can't be. */
export const startService = async (options: Options): Promise<LocalService> => {
  const closer = closerOf();
  try {
    return await start(options, closer);
  } catch (error) {
    await closer.closeAll();
    throw error;
  }
};
