// The only signer: issue, import, download, fetch, revoke; and the only one that makes credentials.
import { custodyRoutes } from "./api/custody-routes.ts";
import { portsOf } from "./aws/connect.ts";
import { environmentOf } from "./aws/environment.ts";
import { http } from "./doors/http.ts";

export const handler = http(custodyRoutes, portsOf("custody", environmentOf("custody")));
