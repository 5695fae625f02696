// `npm start`: the whole service on this machine until Ctrl-C. What it keeps is in .local, readable by its owner alone.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalService, startService } from "./service.ts";
import { type Session, sessionFile, writeSession } from "./session.ts";
import { synthesize } from "./synthesize.ts";

export const LOCAL_DIRECTORY = join(import.meta.dirname, "../.local");

/** A bearer lives an hour; the file always has one that lasts a while. */
const REFRESH_MILLISECONDS = 20 * 60 * 1000;

/** The name and message of what failed: the host's own log, for whatever no client is told. */
const logFailure = (directory: string) => (error: unknown) => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  appendFileSync(join(directory, "log", "host.log"), `${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
};

/** Synthesizes, starts, seeds at the first start, and writes .local/session.json. */
export const startLocal = async (directory = LOCAL_DIRECTORY): Promise<{ service: LocalService; session: Session }> => {
  const templates = await synthesize(join(directory, "cdk.out"));
  const service = await startService({ directory, templates, onError: logFailure(directory) });
  try {
    return { service, session: await writeSession(directory, service) };
  } catch (error) {
    await service.close();
    throw error;
  }
};

const welcome = ({ api, identity, userPoolId, clientId, endpoints, apple, accounts }: Session): string => `
Content Tokens runs on this machine: ${api}

  Who can sign in (passwords and bearers: ${sessionFile(".local")})
    ${accounts.administrator.email}      administrator
    ${accounts.contentManager.email}    content manager of Pretendco Springfield
  User pool  ${identity}   ${userPoolId}, client ${clientId} (its API, no pages)
  AWS        dynamodb ${endpoints.dynamodb}   s3 ${endpoints.s3}   sqs ${endpoints.sqs}
             events, lambda, sns ${endpoints.lambda}
  Apple      ${apple}   a stand-in: no token leaves this machine
  To watch   tail -F .local/events.jsonl .local/notices.jsonl .local/mail.jsonl .local/log/*.log

To try, in another terminal. First the keys: any will do for AWS, except for S3, whose are in the session file.

  export TOKEN=$(node -p "require('./.local/session.json').accounts.administrator.bearer")
  export API=${api}
  export CREDENTIAL=$(node -p "require('./.local/session.json').mdmServers[0].credential")
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1

Five lines: all tokens; an MDM server fetches its token; the daily scan runs; the content manager's password changes, which ends the token
they issued; the first line again shows it, and that the MDM server is cut off.

  curl -H "authorization: Bearer $TOKEN" ${api}/v1/content-tokens
  curl -L -H "authorization: Bearer $CREDENTIAL" ${api}/v1/fetch/content-token
  aws lambda invoke --endpoint-url ${endpoints.lambda} --function-name expiry-scan /dev/stdout
  aws events put-events --endpoint-url ${endpoints.eventbridge} --entries '[{"EventBusName":"bus","Source":"me","DetailType":"account.password-changed","Detail":"{\\"accountId\\":\\"${accounts.contentManager.id}\\"}"}]'
  curl -H "authorization: Bearer $TOKEN" ${api}/v1/content-tokens

"npm run demo" walks a token's life. Ctrl-C stops; what there is stays in .local. (A restart signs everyone in again.)
`;

const main = async (): Promise<void> => {
  console.log("Synthesizing the stacks and starting their stand-ins …");
  const { service, session } = await startLocal();
  const refresh = setInterval(() => void writeSession(LOCAL_DIRECTORY, service).catch(logFailure(LOCAL_DIRECTORY)), REFRESH_MILLISECONDS);
  console.log(welcome(session));
  const stop = async (): Promise<void> => {
    clearInterval(refresh);
    await service.close();
    console.log("Stopped.");
    process.exit(0);
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
};

if (import.meta.main)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
