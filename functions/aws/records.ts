// Every port that is kept in the Records table.
import type { Ports } from "../ports/ports.ts";
import { accountsIn } from "./accounts.ts";
import { bearersIn } from "./bearers.ts";
import { clientUsersIn } from "./client-users.ts";
import { contentTokensIn } from "./content-tokens.ts";
import { custodyIn } from "./custody.ts";
import { erasuresIn } from "./erasures.ts";
import { licensesIn } from "./licenses.ts";
import { linksIn } from "./links.ts";
import { locationsIn } from "./locations.ts";
import { clientConfigsIn, ratesIn, tokenUsesIn } from "./mdm.ts";
import { mdmServersIn } from "./mdm-servers.ts";
import { organizationsIn } from "./organization.ts";
import { outboxIn } from "./outbox.ts";
import { parkingIn } from "./parking.ts";
import { pendingJobsIn } from "./pending-jobs.ts";
import { remindersIn } from "./reminders.ts";
import { requestsIn } from "./requests.ts";
import { subscriptionsIn } from "./subscriptions.ts";
import type { Table } from "./table.ts";
import { worksIn } from "./works.ts";

export type Records = Pick<
  Ports,
  | "organizations"
  | "locations"
  | "accounts"
  | "tokens"
  | "reminders"
  | "servers"
  | "links"
  | "subscriptions"
  | "licenses"
  | "requests"
  | "bearers"
  | "works"
  | "pendingJobs"
  | "clientConfigs"
  | "clientUsers"
  | "uses"
  | "rates"
  | "erasures"
  | "outbox"
  | "parking"
  | "custody"
>;

export const recordsIn = (table: Table): Records => ({
  organizations: organizationsIn(table),
  locations: locationsIn(table),
  accounts: accountsIn(table),
  tokens: contentTokensIn(table),
  reminders: remindersIn(table),
  servers: mdmServersIn(table),
  links: linksIn(table),
  subscriptions: subscriptionsIn(table),
  licenses: licensesIn(table),
  requests: requestsIn(table),
  bearers: bearersIn(table),
  works: worksIn(table),
  pendingJobs: pendingJobsIn(table),
  clientConfigs: clientConfigsIn(table),
  clientUsers: clientUsersIn(table),
  uses: tokenUsesIn(table),
  rates: ratesIn(table),
  erasures: erasuresIn(table),
  outbox: outboxIn(table),
  parking: parkingIn(table),
  custody: custodyIn(table),
});
