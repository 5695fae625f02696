// `npm run openapi`: writes what is made from the routes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writtenFiles } from "./written.ts";

const root = join(import.meta.dirname, "..");

for (const [file, text] of Object.entries(writtenFiles())) writeFileSync(join(root, file), text);
