// The demo organization's templates, synthesized as they would be for a deployment.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Step, silentStep } from "./steps.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** Runs a script under the same Node as this process: a shell's own may be too old to run TypeScript. Rejects with its error output. */
const runScript = async (failure: string, args: readonly string[]): Promise<void> => {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
  try {
    await run(process.execPath, args, { cwd: root, env });
  } catch (error) {
    const { stderr = "" } = error as { readonly stderr?: string };
    throw new Error(`${failure}\n${stderr}`, { cause: error });
  }
};

/** Bundles the functions and synthesizes. Answers the templates in the order of deployment: records before what works on them. */
export const synthesize = async (folder: string, step: Step = silentStep): Promise<readonly string[]> => {
  const cdk = join(dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")), "bin/cdk");
  const context = ["--context", "demo=true", "--context", "bundled=true"];
  await step("bundle the functions", () => runScript("The functions could not be bundled.", [join(root, "infra/bundle.ts")]));
  await step("synthesize the stacks", () =>
    runScript("The templates could not be synthesized.", [cdk, "synth", "--quiet", "--output", folder, ...context]),
  );
  return readdirSync(folder)
    .filter((file) => file.endsWith(".template.json"))
    .toSorted()
    .map((file) => join(folder, file));
};
