// What is deployed, made once before any test: the functions' bundles in dist/, and the synthesized templates of the demo's organization.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { synthesize } from "../../../local/synthesize.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The templates' files, in the order of deployment. */
    templates: readonly string[];
  }
}

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), "cdk-out-"));
  project.provide("templates", await synthesize(folder));
  return () => rm(folder, { recursive: true, force: true });
};
