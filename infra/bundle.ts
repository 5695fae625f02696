// Each function's entry as one file in dist/<function>/index.mjs: what is deployed, and what runs on one machine.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";

const root = join(import.meta.dirname, "..");

export const bundleOf = (name: string): string => join(root, "dist", name);

/** Bundling options of all functions. The benchmark bundles its reference handlers with the same options. */
export const BUNDLING = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  // Parts of the SDK are CommonJS and call `require`, which a module does not have.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  logLevel: "warning",
} satisfies BuildOptions;

/** Bundles every `functions/entries/<name>.lambda.ts`. */
export const bundleFunctions = (): void => {
  const names = readdirSync(join(root, "functions", "entries"))
    .filter((file) => file.endsWith(".lambda.ts"))
    .map((file) => file.slice(0, -".lambda.ts".length));
  buildSync({
    entryPoints: names.map((name) => ({ in: join(root, "functions", "entries", `${name}.lambda.ts`), out: join(name, "index") })),
    outdir: join(root, "dist"),
    outExtension: { ".js": ".mjs" },
    ...BUNDLING,
  });
};

if (import.meta.main) bundleFunctions();
