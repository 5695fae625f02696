// How the tests run. A test without an assertion fails; the last line of a run says how many passed and failed.
import { defineConfig } from "vitest/config";
import { closingLine } from "./test/support/runner/closing-line.ts";

export default defineConfig({
  test: {
    globalSetup: ["test/support/runner/bundles.ts"],
    include: ["test/**/*.test.ts"],
    expect: { requireAssertions: true },
    allowOnly: false,
    reporters: ["default", closingLine],
  },
});
