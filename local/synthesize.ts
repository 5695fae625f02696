// The demo organization's templates, synthesized as they would be for a deployment.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** Rejects with what the synthesis said. Answers the templates in the order of deployment: records before what works on them. */
export const synthesize = async (folder: string): Promise<readonly string[]> => {
  const cdk = join(dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")), "bin/cdk");
  // The same Node for the app as for us: a shell's own may be too old to run TypeScript.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  try {
    await run(process.execPath, [cdk, "synth", "--quiet", "--output", folder, "--context", "demo=true"], { cwd: root, env });
  } catch (error) {
    const { stderr = "" } = error as { readonly stderr?: string };
    throw new Error(`The templates could not be synthesized.\n${stderr}`, { cause: error });
  }
  return readdirSync(folder)
    .filter((file) => file.endsWith(".template.json"))
    .toSorted()
    .map((file) => join(folder, file));
};
