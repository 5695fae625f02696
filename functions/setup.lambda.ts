// A custom resource, at the first deployment: the organization, its primary location, its first administrator.
import { environmentOf, peopleOf, recordsOf } from "./aws/connect.ts";
import { createOnly } from "./doors/resource.ts";
import { Founding, foundOrganization } from "./events/found-organization.ts";

const env = environmentOf("setup");
const ports = { ...recordsOf("setup", env), people: peopleOf(env) };

export const handler = createOnly(
  ({ reminderLadder, ...properties }) =>
    foundOrganization(Founding.parse({ ...properties, reminderLadder: JSON.parse(String(reminderLadder)) }), ports),
  ports.log,
);
