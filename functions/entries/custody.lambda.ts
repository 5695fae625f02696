// The only signer: issue, import, download, fetch, revoke; and the only one that makes credentials.

import { checkSenderOf } from "../aws/check-queue.ts";
import { portsOf } from "../aws/connect.ts";
import { environmentOf } from "../aws/environment.ts";
import { http } from "../middleware/http.ts";
import { custodyRoutes } from "../routes/custody-routes.ts";

const env = environmentOf("custody");

export const handler = http(custodyRoutes, portsOf("custody", env, checkSenderOf(env)));
