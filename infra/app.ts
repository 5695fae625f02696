// The app: bundles the functions and puts the two stacks together. Its configuration is `content-tokens.config.json` beside cdk.json.
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { bundleFunctions } from "./bundle.ts";
import { readConfig } from "./config.ts";
import { RecordsStack } from "./records-stack.ts";
import { ServiceStack } from "./service-stack.ts";

const root = join(import.meta.dirname, "..");
const config = readConfig(join(root, "content-tokens.config.json"), join(root, "infra/demo.config.json"));

bundleFunctions();
const app = new App();
const records = new RecordsStack(app, "ContentTokensRecords", config, { description: "Content Tokens: what must outlive a mistake" });
new ServiceStack(app, "ContentTokensService", config, records, { description: "Content Tokens: functions, API, rules, alarms" });
app.synth();
