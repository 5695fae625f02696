// How large each function's bundle is and how long a fresh Node takes to import it, beside a bare handler with the same SDK clients. Function and
// bare are timed in turn, in pairs; only a pair's ratio means something.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { ENV, type FunctionName } from "../functions/contract/env.ts";
import { BUNDLING } from "../infra/bundle.ts";
import { bareSource, clientsOf, heldIn } from "./bare.ts";
import type { Pair } from "./figures.ts";

/** In bytes. */
export type Size = { readonly minified: number; readonly gzipped: number };
export type StartUp = {
  readonly name: FunctionName;
  readonly clients: readonly string[];
  readonly ours: Size;
  readonly bare: Size;
  readonly pairs: readonly Pair[];
};

const MAX_PAIRS = 15;
const MIN_PAIRS = 5;
const IMPORT_TIMEOUT_MILLISECONDS = 10_000;

const root = join(import.meta.dirname, "..");
const names = Object.keys(ENV) as FunctionName[];

const sizeOf = (file: string): Size => {
  const bytes = readFileSync(file);
  return { minified: bytes.length, gzipped: gzipSync(bytes).length };
};

const bundle = (entry: string, outfile: string) =>
  buildSync({ ...BUNDLING, entryPoints: [entry], outfile, absWorkingDir: root, nodePaths: [join(root, "node_modules")], metafile: true });

const bundlesOf = (name: FunctionName, directory: string) => {
  const ours = join(directory, `${name}.mjs`);
  const bare = join(directory, `${name}.bare.mjs`);
  const [output] = Object.values(bundle(join(root, "functions", "entries", `${name}.lambda.ts`), ours).metafile.outputs);
  const inputs = output?.inputs ?? {};
  const held = heldIn(inputs);
  // One that holds nothing of the SDK is measured against a handler that holds nothing.
  const isWithSdk = Object.entries(inputs).some(
    ([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes("node_modules/@aws-sdk/"),
  );
  if (held.length === 0 && isWithSdk)
    throw new Error(`no SDK client was found in ${name}'s bundle: bench/bare.ts does not know how the SDK lies there`);
  const source = join(directory, `${name}.bare.js`);
  writeFileSync(source, bareSource(held));
  bundle(source, bare);
  return { name, clients: clientsOf(held), ours, bare };
};

const IMPORT = `const before = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - before));
process.exit();`;

/** A number is a name too. */
const DUMMY = "1";

/** What the function can't do without. */
const variablesOf = (name: FunctionName): string[] => (ENV[name].safeParse({}).error?.issues ?? []).map(({ path }) => path.join());

/** Milliseconds. Nothing of this process's environment is passed on; what the function has to be told are dummies. */
const importTime = (file: string, name: FunctionName): number => {
  const told = Object.fromEntries(variablesOf(name).map((variable) => [variable, DUMMY]));
  const answer = execFileSync(process.execPath, ["--input-type=module", "--eval", IMPORT, pathToFileURL(file).href], {
    env: { ...told, AWS_REGION: "us-east-1" },
    timeout: IMPORT_TIMEOUT_MILLISECONDS,
    encoding: "utf8",
  });
  const milliseconds = Number(answer);
  if (!(milliseconds > 0)) throw new Error(`importing ${name} was to print its milliseconds, and printed: ${answer}`);
  return milliseconds;
};

const timePair = (ours: string, bare: string, name: FunctionName, isOursFirst: boolean): Pair => {
  if (isOursFirst) return { ours: importTime(ours, name), bare: importTime(bare, name) };
  const bareTime = importTime(bare, name);
  return { ours: importTime(ours, name), bare: bareTime };
};

/** At most 15 pairs for each function; at least 5, even when the time is up. */
export const measureStartUps = (isTimeUp: () => boolean): StartUp[] => {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const all = names.map((name) => ({ ...bundlesOf(name, directory), pairs: [] as Pair[] }));
    for (let round = 0; round < MAX_PAIRS && !(round >= MIN_PAIRS && isTimeUp()); round++)
      for (const { name, ours, bare, pairs } of all) pairs.push(timePair(ours, bare, name, round % 2 === 0));
    return all.map(({ ours, bare, ...rest }) => ({ ...rest, ours: sizeOf(ours), bare: sizeOf(bare) }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
