// Asks Apple about one imported token. It may read imported files and nothing else, and is the only function that sends a token anywhere.

import { environmentOf } from "../aws/environment.ts";
import { readFileOf } from "../aws/token-files.ts";
import { checkFile, ImportedFile } from "../checks/check-file.ts";
import { invoked } from "../middleware/invoked.ts";

const env = environmentOf("apple-check");
const source = { readFile: readFileOf(env), api: env.APPLE_API, loopback: env.LOOPBACK_APPLE_API };

export const handler = invoked(ImportedFile, (file) => checkFile(file, source));
