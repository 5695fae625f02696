// `npm start`: the whole service on this machine until Ctrl-C. What it keeps is in .local, readable by its owner alone.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dynamoDbSource } from "./dynamodb.ts";
import { type LocalService, startService } from "./service.ts";
import { type Session, sessionFile, writeSession } from "./session.ts";
import { type Step, shownStep, silentStep } from "./steps.ts";
import { stopOnSignals } from "./stop.ts";
import { synthesize } from "./synthesize.ts";

export const LOCAL_DIRECTORY = join(import.meta.dirname, "../.local");

/** A bearer lives an hour; the file always has one that lasts a while. */
const REFRESH_MILLISECONDS = 20 * 60 * 1000;

/** The name and message of what failed: the host's own log, for whatever no client is told. */
const logFailure = (directory: string) => (error: unknown) => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  appendFileSync(join(directory, "log", "host.log"), `${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
};

type Options = {
  readonly directory?: string;
  readonly tls?: boolean;
  readonly publicUrl?: string | undefined;
  readonly step?: Step;
};

/** Synthesizes, starts, seeds at the first start, and writes .local/session.json. */
export const startLocal = async ({
  directory = LOCAL_DIRECTORY,
  step = silentStep,
  ...options
}: Options = {}): Promise<{
  service: LocalService;
  session: Session;
}> => {
  // A missing database is reported before the longest step, not after it.
  dynamoDbSource();
  const templates = await synthesize(join(directory, "cdk.out"), step);
  const service = await startService({ directory, templates, onError: logFailure(directory), step, ...options });
  try {
    return { service, session: await step("people and session.json", () => writeSession(directory, service)) };
  } catch (error) {
    await service.close();
    throw error;
  }
};

/** The source that the demo's configuration lets report password changes. */
const IDENTITY_SOURCE = "pretendco.identity";

const welcome = ({ api, ca, identity, userPoolId, clientId, endpoints, apple, accounts }: Session): string => `
Content Tokens runs on this machine: ${api}

  Who can sign in (passwords and bearers: ${sessionFile(".local")})
    ${accounts.administrator.email}      administrator
    ${accounts.contentManager.email}    content manager of Pretendco Springfield
  User pool  ${identity}   ${userPoolId}, client ${clientId} (its API, no pages; for the AWS CLI: --endpoint-url ${identity})
  AWS        dynamodb ${endpoints.dynamodb}   s3 ${endpoints.s3}   sqs ${endpoints.sqs}
             events, lambda, sns ${endpoints.lambda}
  Apple      ${apple}   a stand-in: no token leaves this machine
  To watch   tail -F .local/events.jsonl .local/notices.jsonl .local/mail.jsonl .local/log/*.log

To try, in another terminal and in this folder. First the keys: any will do for AWS, except for S3, whose are in the session file.

  export TOKEN=$(node -p "require('./.local/session.json').accounts.administrator.bearer")
  export API=${api}${ca === undefined ? "" : `\n  export CURL_CA_BUNDLE=${ca}    # the certificate authority to trust: of curl, or with an option of your client`}
  export CREDENTIAL=$(node -p "require('./.local/session.json').mdmServers[0].credential")
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1

Five lines: all tokens; an MDM server fetches its token; the daily scan runs; the content manager's password changes, which ends the token
they issued; the first line again shows it, and that the MDM server is cut off.

  curl -H "authorization: Bearer $TOKEN" ${api}/v1/content-tokens
  curl -L -H "authorization: Bearer $CREDENTIAL" ${api}/v1/fetch/content-token
  aws lambda invoke --endpoint-url ${endpoints.lambda} --function-name expiry-scan /dev/stderr
  aws events put-events --endpoint-url ${endpoints.eventbridge} --entries '[{"EventBusName":"bus","Source":"${IDENTITY_SOURCE}","DetailType":"account.password-changed","Detail":"{\\"accountId\\":\\"${accounts.contentManager.id}\\"}"}]'
  curl -H "authorization: Bearer $TOKEN" ${api}/v1/content-tokens

"npm run demo" walks a token's life. Ctrl-C stops; what there is stays in .local. (A restart signs everyone in again.)
`;

const USAGE = `Usage: npm start -- [--tls] [--public-url URL]
  --tls             serves the API over https, with a certificate that is made at the first start
  --public-url URL  the https address at which a proxy of yours serves the API, like https://mdm.example.org`;

/** Throws with the usage. */
export const optionsOf = (args: readonly string[]): Pick<Options, "tls" | "publicUrl"> => {
  try {
    const { values } = parseArgs({ args: [...args], options: { tls: { type: "boolean" }, "public-url": { type: "string" } } });
    const { tls = false, "public-url": publicUrl } = values;
    if (publicUrl === undefined) return { tls };
    const url = URL.parse(publicUrl);
    if (url?.protocol !== "https:" || ![url.origin, `${url.origin}/`].includes(publicUrl))
      throw new Error(`--public-url must be an https address without a path, like https://mdm.example.org, and is "${publicUrl}".`);
    return { tls, publicUrl: url.origin };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
};

const main = async (): Promise<void> => {
  const options = optionsOf(process.argv.slice(2));
  const { ready } = stopOnSignals({ withParent: process.env.npm_lifecycle_event !== undefined });
  console.log("Starting the service …");
  const { service, session } = await startLocal({ ...options, step: shownStep(process.stdout) });
  const refresh = setInterval(() => void writeSession(LOCAL_DIRECTORY, service).catch(logFailure(LOCAL_DIRECTORY)), REFRESH_MILLISECONDS);
  console.log(welcome(session));
  ready(async () => {
    console.log("Stopping … Another Ctrl-C ends it at once.");
    clearInterval(refresh);
    await service.close();
    console.log("Stopped.");
  });
};

if (import.meta.main)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
