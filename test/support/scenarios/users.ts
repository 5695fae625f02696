// The work on client users that MDM servers ask for in scene, of more of them than a step takes.
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import type { UserAct } from "../../../domain/licenses/user-changes.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import { ordered } from "../../../functions/device-api/enqueue-job.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import type { TokenBearer } from "../../../functions/middleware/mdm-handler.ts";
import { aContentToken } from "../builders/make.ts";
import { recordToken } from "../http/bearer.ts";
import { call, type Host, here, neverTimeUp, type Scenario } from "./scene.ts";

const CONFIG = {
  ...noClientConfig(here.id),
  notificationUrl: "https://mdm.example.org/told",
  notificationAuthToken: "x",
  notificationTypes: ["USER_MANAGEMENT" as const, "USER_ASSOCIATED" as const],
};

const bearer: TokenBearer = { token: aContentToken({ locationId: here.id }), location: here, links: noLinks(here.id), config: CONFIG };

/** More than one part. */
const USERS = Array.from({ length: 25 }, (_, index) => ({ clientUserId: `u-${index}`, managedAppleId: `u-${index}@example.net` }));

const orderedBy = async ({ ports }: Host, type: UserAct): Promise<string[]> => {
  await ports.clientConfigs.change(CONFIG);
  if ((await ports.tokens.get(bearer.token.id)) === undefined) await recordToken(ports, bearer.token);
  return [(await ordered({ type, users: USERS }, bearer, ports)).eventId];
};

/** Users, each of whom has an app and the first of whom a book, who are all to go. */
const toRetire = async (host: Host): Promise<string[]> => {
  const [workId] = await orderedBy(host, "CREATE");
  await doWork({ workId }, host.ports, neverTimeUp);
  const ask = (route: string, body: object) => call(host.ports, host.clock.now, { route, body: { locationId: here.id, ...body } });
  await ask("POST /v1/licenses", { adamId: "1", productType: "App", quantity: 30 });
  await ask("POST /v1/licenses", { adamId: "2", productType: "Book", quantity: 30 });
  await ask("POST /v1/assignments", { adamId: "1", clientUserIds: USERS.map(({ clientUserId }) => clientUserId) });
  await ask("POST /v1/assignments", { adamId: "2", clientUserIds: ["u-0"] });
  return orderedBy(host, "RETIRE");
};

const working: Pick<Scenario, "by" | "act" | "again"> = {
  by: "license-worker",
  again: true,
  act: (ports, _, [workId]) => doWork({ workId }, ports, neverTimeUp),
};

export const USER_SCENARIOS: readonly Scenario[] = [
  { name: "creating client users", before: (host) => orderedBy(host, "CREATE"), ...working },
  { name: "updating client users whom nobody created", before: (host) => orderedBy(host, "UPDATE"), ...working },
  { name: "retiring client users with licenses", before: toRetire, ...working },
];
