// A custom resource, at the first deployment: the organization, its primary location, its first administrator.
import { foundingOf } from "../aws/connect.ts";
import { environmentOf } from "../aws/environment.ts";
import { createOnly } from "../middleware/resource.ts";
import { Founding, foundOrganization } from "../organization/found-organization.ts";

const env = environmentOf("setup");
const ports = foundingOf("setup", env);

export const handler = createOnly((properties) => foundOrganization(Founding.parse(properties), ports), ports.log);
