// The app: bundles the functions and puts the two stacks together. Its configuration is `content-tokens.config.json` beside cdk.json; the run on one
// machine asks for the demo's with the context `demo`.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Annotations, App } from "aws-cdk-lib";
import { bundleFunctions } from "./bundle.ts";
import { type Config, readConfig } from "./config.ts";
import { RecordsStack } from "./records-stack.ts";
import { ServiceStack } from "./service-stack.ts";

const root = join(import.meta.dirname, "..");
const app = new App();
const demoFile = join(root, "infra/demo.config.json");
const isDemo = app.node.tryGetContext("demo") === "true";
const file = isDemo ? demoFile : join(root, "content-tokens.config.json");

/** Errors of the configuration are printed without a stack trace, which would hide them. */
const configOrEnd = (): Config => {
  try {
    return readConfig(file, demoFile);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
};
const config = configOrEnd();

// The local run bundles in a step of its own before the synthesis.
if (app.node.tryGetContext("bundled") !== "true") bundleFunctions();
const records = new RecordsStack(app, "ContentTokensRecords", config, { description: "Content Tokens: what must outlive a mistake" });
const service = new ServiceStack(app, "ContentTokensService", config, records, {
  description: "Content Tokens: functions, API, rules, alarms",
});
// At the stacks, since what is said of the app as a whole is never shown.
if (!existsSync(file))
  for (const stack of [records, service])
    Annotations.of(stack).addWarningV2(
      "content-tokens:demo",
      "content-tokens.config.json is missing: this is the demo's organization. Don't deploy it.",
    );
app.synth();
