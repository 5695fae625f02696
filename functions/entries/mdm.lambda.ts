// The device management API: MDM servers, by their content tokens. It reads and takes orders; it does no work on licenses and sees no token file.
import { environmentOf } from "../aws/environment.ts";
import { mdmPortsOf } from "../aws/serving-mdm.ts";
import { mdm } from "../device-api/middleware.ts";
import { mdmRoutes } from "../device-api/routes.ts";

const env = environmentOf("mdm");
const requestsPerSecond = Number(env.REQUESTS_PER_SECOND);
const jobLimits = { jobs: Number(env.MAX_PENDING_JOBS), assignments: Number(env.MAX_PENDING_ASSIGNMENTS) };

export const handler = mdm(mdmRoutes(requestsPerSecond, jobLimits), mdmPortsOf(env), {
  requestsPerSecond,
  publicUrl: env.PUBLIC_URL,
  scheme: env.LOCAL_SCHEME,
});
