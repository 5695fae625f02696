// `npm run demo`: a token's life on this machine, on the service that runs already or on one started for it. Ends with an error at the first promise
// that is not kept.
import { trustAuthority } from "./certificate.ts";
import { BrokenPromise, createNarrator } from "./demo/narrator.ts";
import { peopleOf } from "./demo/person.ts";
import { walkTokenLife } from "./demo/walk.ts";
import { LOCAL_DIRECTORY, startLocal } from "./main.ts";
import { readSession, type Session } from "./session.ts";
import { signIn } from "./sign-in.ts";
import { holderOf } from "./state.ts";
import { shownStep } from "./steps.ts";

/** Walks; prints a line for each promise. */
export const runDemo = async (
  session: Session,
  directory: string,
  print: (line: string) => void,
  onSecret: (secret: string) => void = () => undefined,
): Promise<void> => {
  const people = peopleOf(session);
  try {
    await walkTokenLife({ session, directory, people, narrator: createNarrator(print), onSecret });
  } finally {
    people.close();
  }
};

/** The file's bearer may be an old one: the administrator's password may have been reported as changed since. */
const signedInAnew = async (session: Session): Promise<Session> => {
  if (session.ca !== undefined) trustAuthority(session.ca);
  const { bearer: _, ...administrator } = session.accounts.administrator;
  const bearer = await signIn(session, administrator);
  const accounts = { ...session.accounts, administrator: { ...administrator, ...(bearer === undefined ? {} : { bearer }) } };
  return { ...session, accounts };
};

const main = async (): Promise<void> => {
  const left = holderOf(LOCAL_DIRECTORY) === undefined ? undefined : readSession(LOCAL_DIRECTORY);
  const running = left === undefined ? undefined : await signedInAnew(left);
  console.log(running === undefined ? "Starting the service for the demo …" : `The service runs already: ${running.api}`);
  const started = running === undefined ? await startLocal({ step: shownStep(process.stdout) }) : undefined;
  const session = running ?? started?.session;
  try {
    if (session !== undefined) await runDemo(session, LOCAL_DIRECTORY, console.log);
    console.log("\nEverything was as promised.");
  } finally {
    await started?.service.close();
  }
};

if (import.meta.main)
  await main().catch((error: unknown) => {
    console.error(error instanceof BrokenPromise ? `\n${error.message}` : error);
    process.exitCode = 1;
  });
