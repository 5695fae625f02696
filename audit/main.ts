// `npm run verify-custody`: whether the custody log is as it was written. Prints what it read and, of each broken chain, the first entry that is
// not as it was; ends with 0 when all is whole, 1 when something is broken, 2 when it could not tell.
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Found } from "../domain/custody/custody-verification.ts";
import { nameOf } from "../local/names.ts";
import { REGION } from "../local/place.ts";
import { readSession } from "../local/session.ts";
import { CannotVerify } from "./cannot-verify.ts";
import { openExport, tableEntries } from "./entries.ts";
import { type Options, optionsOf, USAGE } from "./options.ts";
import { type StoredSeal, sealsOfBucket, sealsOfFolder } from "./seals.ts";
import { type Report, verify } from "./verify.ts";

type Source = {
  readonly name: string;
  readonly entries: () => AsyncIterable<Found>;
  readonly takenAt?: Date | undefined;
  /** The seals that belong to it, where it is known which. */
  readonly own?: { readonly name: string; readonly seals: AsyncIterable<StoredSeal> };
};

/** The service's folder is where `npm start` makes it. */
const localSource = (): Source => {
  const session = readSession(resolve(".local"));
  if (session === undefined)
    throw new CannotVerify("there is no .local/session.json: start the service (npm start), or name --table or --export");
  const { endpoints, credentials } = session;
  const access = { region: REGION, credentials };
  const [name, seals] = [nameOf("CustodyLog"), nameOf("Seals")];
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...access, endpoint: endpoints.dynamodb }));
  const storage = new S3Client({ ...access, endpoint: endpoints.s3 });
  return {
    name,
    entries: () => tableEntries(client, name),
    own: { name: seals, seals: sealsOfBucket({ client: storage, name: seals }) },
  };
};

const openSource = async ({ source }: Options): Promise<Source> => {
  if (source.kind === "local") return localSource();
  if (source.kind === "table") {
    const { table, endpoint } = source;
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(endpoint === undefined ? {} : { endpoint }));
    return { name: table, entries: () => tableEntries(client, table) };
  }
  const { entries, takenAt } = await openExport(source.path);
  return { name: source.path, entries: () => entries, takenAt };
};

/** A folder when there is one of that name, else a bucket. */
const sealsNamed = (name: string): AsyncIterable<StoredSeal> =>
  existsSync(name) && statSync(name).isDirectory() ? sealsOfFolder(name) : sealsOfBucket({ client: new S3Client({}), name });

const NO_SEALS: AsyncIterable<StoredSeal> = (async function* () {})();

/** A seal takes in what is written while it is made, for as long as its function may run: it may know more than an export of that time. */
const SEALING_MILLISECONDS = 15 * 60 * 1000;

const untilOf = ({ until }: Options, { takenAt }: Source): Date | undefined =>
  until ?? (takenAt === undefined ? undefined : new Date(takenAt.getTime() - SEALING_MILLISECONDS));

const spanText = ({ first, last }: { readonly first: Date | undefined; readonly last: Date | undefined }): string =>
  first === undefined || last === undefined ? "" : `, ${first.toISOString()} to ${last.toISOString()}`;

const UNSEALED =
  "Not compared with any seal: a chain that was rewritten whole, or cut at its end, is not found without (--seals BUCKET|FOLDER).";

const linesOf = ({ chains, entries, brokenChains, seals }: Report, name: string, sealsName: string): string[] => {
  const isCompared = seals.count > seals.newer;
  const newer = seals.newer === 0 ? "" : ` (${seals.newer} not compared: newer than the log that was read)`;
  const ok = `OK: every chain is as it was written${isCompared ? ", and holds what was sealed of it" : ""}.`;
  const isBroken = brokenChains.length + seals.broken.length > 0;
  return [
    `Custody log ${name}: ${chains} chains, ${entries.count} entries${spanText(entries)}`,
    ...(seals.count > 0 ? [`Seals in ${sealsName}: ${seals.count}${spanText(seals)}${newer}`] : []),
    ...(isCompared ? [] : [UNSEALED]),
    ...brokenChains.map(({ subject, seq, why }) => `${subject} entry ${seq} ${why}`),
    ...seals.broken.map(({ number, why }) => `seal ${number} ${why}`),
    isBroken ? `BROKEN: ${brokenChains.length} of ${chains} chains, ${seals.broken.length} of ${seals.count} seals.` : ok,
  ];
};

/** Answers the exit code. */
const main = async (argv: string[], print: (line: string) => void): Promise<number> => {
  const options = optionsOf(argv);
  if (options === undefined) {
    print(USAGE);
    return 0;
  }
  const source = await openSource(options);
  const named = options.seals === undefined ? undefined : { name: options.seals, seals: sealsNamed(options.seals) };
  const { name, seals } = named ?? source.own ?? { name: "", seals: NO_SEALS };
  const report = await verify(seals, source.entries, untilOf(options, source));
  if (named !== undefined && report.seals.count === 0) throw new CannotVerify(`there are no seals in ${name}`);
  for (const line of linesOf(report, source.name, name)) print(line);
  return report.brokenChains.length + report.seals.broken.length === 0 ? 0 : 1;
};

type Failure = { readonly message?: string; readonly name?: string; readonly code?: string };

const adviceFor = ({ message, code }: Failure): string => {
  if (code === "ECONNREFUSED") return ": nothing listens there. Does the service run (npm start)?";
  return message === "Region is missing" ? ": set AWS_REGION to the region of the table and the bucket." : "";
};

try {
  process.exitCode = await main(process.argv.slice(2), console.log);
} catch (error) {
  const failure = error as Failure;
  // A failed connection has no message of its own, but a code.
  console.error(`Could not verify: ${failure.message || failure.code || failure.name}${adviceFor(failure)}`);
  process.exitCode = 2;
}
