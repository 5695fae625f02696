// Who may import whom. A folder may reach only what its row names; everything else is refused, so that rules stay free of the world.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** What files under a folder may import: packages by name (or prefix ending in `/`), folders of ours by path. */
const MAY: Readonly<Record<string, readonly RegExp[]>> = {
  domain: [/^zod$/, /^\.\/domain\//],
  "functions/doors": [
    /^@middy\/core$/,
    /^aws-lambda$/,
    /^zod$/,
    /^\.\/domain\//,
    /^\.\/functions\/(ports|handle|identity|unfinished)\.ts$/,
    /^\.\/functions\/doors\//,
  ],
  "functions/api": [/^zod$/, /^\.\/domain\//, /^\.\/functions\/[a-z-]+\.ts$/, /^\.\/functions\/(api|doors)\//],
  "functions/events": [/^zod$/, /^\.\/domain\//, /^\.\/functions\/[a-z-]+\.ts$/, /^\.\/functions\/events\//],
  "functions/schedule": [/^\.\/domain\//, /^\.\/functions\/[a-z-]+\.ts$/, /^\.\/functions\/schedule\//],
  "functions/aws": [
    /^@aws-lambda-powertools\//,
    /^zod$/,
    /^node:(crypto|timers\/promises)$/,
    /^@aws-sdk\//,
    /^\.\/domain\//,
    /^\.\/functions\/((ports|env|cursor)\.ts|aws\/)/,
  ],
  // The stacks know of the functions what they are called, which routes they serve and what they are told: never how they work.
  infra: [
    /^aws-cdk-lib(\/|$)/,
    /^constructs$/,
    /^esbuild$/,
    /^zod$/,
    /^node:(fs|module|path)$/,
    /^\.\/domain\//,
    /^\.\/functions\/(env|routes)\.ts$/,
    /^\.\/infra\//,
  ],
};

const sourcesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));

const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|[\s}])(?:from|import)\s*\(?\s*["']([^"'\s]+)["']/g)].flatMap((match) => match[1] ?? []);

const resolved = (file: string, specifier: string): string =>
  specifier.startsWith(".") ? `./${relative(root, join(root, dirname(file), specifier))}` : specifier;

const strays = (file: string, text: string, allowed: readonly RegExp[]): string[] =>
  importsOf(text)
    .map((specifier) => resolved(file, specifier))
    .filter((target) => !allowed.some((pattern) => pattern.test(target)));

describe.each(Object.entries(MAY))("%s", (folder, allowed) => {
  test.each(sourcesOf(folder))("%s imports only what its folder may", (file) => {
    expect(strays(file, readFileSync(join(root, file), "utf8"), allowed)).toEqual([]);
  });

  test("a stray import would be found", () => {
    const text = 'import { exec } from "node:child_process";\nimport x from "left-pad";';
    expect(strays(`${folder}/x.ts`, text, allowed)).toEqual(["node:child_process", "left-pad"]);
  });
});

test("rules read no clock and draw no randomness", () => {
  const impure = sourcesOf("domain").filter((file) =>
    /Date\.now|new Date\(\)|Math\.random|crypto\.|process\./.test(readFileSync(join(root, file), "utf8")),
  );
  expect(impure).toEqual([]);
});
