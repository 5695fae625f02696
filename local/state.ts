// What a service on one machine remembers between starts, in files that only their owner reads. One process at a time holds the folder.
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { freePort } from "./http.ts";

/** The file with the addresses and the accounts of a run. */
export const SESSION_FILE = "session.json";

const PORTS = ["api", "identity", "aws", "s3", "sqs", "dynamodb", "apple"] as const;

const State = z.object({
  ports: z.record(z.enum(PORTS), z.int()),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  /** Custom resources by stack and id, with the properties they were last given. */
  created: z.record(z.string(), z.object({ physicalId: z.string(), properties: z.string() })),
  /** What KMS's keys are made of, in base64, by their ARN. */
  keys: z.record(z.string(), z.base64()).default({}),
});
export type State = z.infer<typeof State>;

/** The state that an earlier version of the service may have left, without ports that were added later. */
const LeftState = State.extend({ ports: z.partialRecord(z.enum(PORTS), z.int()) });

/** Makes a folder that nobody else may look into. */
export const makePrivateFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
};

/** Whole or not at all: a crash leaves what was there. */
export const writePrivately = (file: string, text: string): void => {
  writeFileSync(`${file}.part`, text, { mode: 0o600 });
  renameSync(`${file}.part`, file);
};

/** One line of JSON more. */
export const appendPrivately = (file: string, line: unknown): void => appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });

export const readLines = (file: string): unknown[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];

/**
 * The content of a file of the folder, or `undefined` when there is none. An error names the file's path and what to do; it never quotes the file, which may
 * hold secrets.
 */
export const readKept = <Schema extends z.ZodType>(file: string, schema: Schema, remedy: string): z.infer<Schema> | undefined => {
  if (!existsSync(file)) return undefined;
  const damaged = (why: string): Error => new Error(`${file} is damaged or of another version (${why}). ${remedy}`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw damaged("it is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(`${z.core.toDotPath(issue?.path ?? []) || "the whole file"} is not as expected`);
};

/** The remedy for files without which the folder can't be used. */
export const startOverAdvice = (directory: string): string => `Restore it, or remove the folder ${directory} to start over.`;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** The process that holds the folder, if one does. */
export const holderOf = (directory: string): number | undefined => {
  const lock = join(directory, "lock");
  const pid = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : Number.NaN;
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined;
};

/** Throws when another process holds the folder. */
export const assertNotHeld = (directory: string): void => {
  const holder = holderOf(directory);
  if (holder !== undefined)
    throw new Error(
      `${directory} is in use by process ${holder}: stop it first. If process ${holder} is not this service, remove ${directory}/lock.`,
    );
};

/** Holds the folder until the answer is called. Throws when another process does: two would write over each other. */
export const holdFolder = (directory: string): (() => void) => {
  makePrivateFolder(directory);
  assertNotHeld(directory);
  const lock = join(directory, "lock");
  rmSync(lock, { force: true });
  writeFileSync(lock, String(process.pid), { flag: "wx", mode: 0o600 });
  return () => rmSync(lock, { force: true });
};

/** Ports and keys are kept from start to start, so that links and sign-ins stay good; a port that was taken meanwhile is replaced. */
export const openState = async (directory: string): Promise<{ readonly state: State; save(): void }> => {
  const file = join(directory, "state.json");
  const known = readKept(file, LeftState, startOverAdvice(directory));
  const ports: Partial<Record<(typeof PORTS)[number], number>> = {};
  for (const name of PORTS) {
    const taken = Object.values(ports);
    let port = await freePort(known?.ports[name]);
    while (taken.includes(port)) port = await freePort();
    ports[name] = port;
  }
  const state = State.parse({
    credentials: {
      accessKeyId: `LOCAL${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64url"),
    },
    created: {},
    ...known,
    ports,
  });
  const save = (): void => writePrivately(file, JSON.stringify(state, undefined, 2));
  save();
  return { state, save };
};
