// Options of the command line. Without a table or an export, it is the service that runs on this machine.
import { parseArgs } from "node:util";
import { IsoTime } from "../domain/shared/time.ts";
import { CannotVerify } from "./cannot-verify.ts";

export const USAGE = `npm run verify-custody -- [options]

  (none)                        the service that runs on this machine, against its own seals
  --table NAME                  the table in AWS, with the credentials and the region of the environment
  --endpoint URL                where DynamoDB is, if not in AWS
  --export FOLDER|FILE          an export of the table to S3, or pages of GET /v1/custody-log, a line each
  --seals BUCKET|FOLDER         the seals: their bucket, or a copy of it
  --until TIME                  seals made after that are not compared: for an export that tells no time

Exit codes: 0 whole, 1 broken, 2 could not verify.`;

type Source =
  | { readonly kind: "local" }
  | { readonly kind: "table"; readonly table: string; readonly endpoint: string | undefined }
  | { readonly kind: "export"; readonly path: string };

export type Options = { readonly source: Source; readonly seals: string | undefined; readonly until: Date | undefined };

const OPTIONS = {
  table: { type: "string" },
  endpoint: { type: "string" },
  export: { type: "string" },
  seals: { type: "string" },
  until: { type: "string" },
  help: { type: "boolean" },
} as const;

const parsed = (argv: string[]) => {
  try {
    return parseArgs({ args: argv, options: OPTIONS }).values;
  } catch (error) {
    throw new CannotVerify(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
};

const sourceOf = ({ table, endpoint, export: path }: ReturnType<typeof parsed>): Source => {
  if (table !== undefined && path !== undefined) throw new CannotVerify(`--table and --export exclude each other.\n\n${USAGE}`);
  if (endpoint !== undefined && table === undefined) throw new CannotVerify(`--endpoint goes with --table.\n\n${USAGE}`);
  if (table !== undefined) return { kind: "table", table, endpoint };
  return path === undefined ? { kind: "local" } : { kind: "export", path };
};

/** `undefined` when only help is asked for. */
export const optionsOf = (argv: string[]): Options | undefined => {
  const values = parsed(argv);
  if (values.help) return undefined;
  const until = values.until === undefined ? undefined : IsoTime.safeParse(values.until);
  if (until?.success === false) throw new CannotVerify(`--until must be a time as 2026-06-01T00:00:00Z.\n\n${USAGE}`);
  return { source: sourceOf(values), seals: values.seals, until: until?.data };
};
