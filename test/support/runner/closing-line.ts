// A reporter that ends a run with one plain line, for machines that read the log. It says what the runner counted and decides nothing.
import type { Reporter, TestModule } from "vitest/node";

const count = (modules: readonly TestModule[], state: "passed" | "failed"): number =>
  modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0);

export const closingLine: Reporter = {
  onTestRunEnd(modules) {
    console.log(`${count(modules, "passed")} passed, ${count(modules, "failed")} failed`);
  },
};
