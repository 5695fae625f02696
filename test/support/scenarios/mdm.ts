// MDM servers at the device management API, the work that they ask for, and what they are told, in scene.

import { doWork, giveUpWork } from "../../../functions/device-api/jobs/run-job.ts";
import { notifyMdmServer } from "../../../functions/device-api/notifications/notify.ts";
import { TokenProved, takeTokenProof } from "../../../functions/mdm-servers/token-proved.ts";
import { resumeJobs } from "../../../functions/operations/resume-jobs.ts";
import { askMdm, bearerOf, type MdmAsked } from "../http/ask-mdm.ts";
import { call, event, type Host, here, issue, later, link, neverTimeUp, register, type Scenario } from "./scene.ts";

const CONFIG = "GET /mdm/v2/client/config";
const SAY = "POST /mdm/v2/client/config";

const jamf = { id: "7f0c", name: "Jamf", metadata: "jamf.example.org" };
const zentral = { id: "91aa", name: "Zentral", metadata: "-" };
const NOTIFY = {
  notificationUrl: "https://jamf.example.org/apps",
  notificationAuthToken: "what Jamf wants to be shown",
  notificationTypes: ["ASSET_MANAGEMENT", "USER_MANAGEMENT", "USER_ASSOCIATED", "ASSET_COUNT"],
};

const ask = async (host: Host, asked: MdmAsked) => {
  const { statusCode, body } = await askMdm(host.ports, asked);
  if (statusCode !== 200) throw new Error(`${asked.route} answered ${statusCode}`);
  return body;
};

/** A token's bearer, of whose use is known already: it is noted now and then only, beside what is asked. */
const aBearer = async (host: Host): Promise<string> => {
  const bearer = await bearerOf(host, await issue(host));
  await ask(host, { route: CONFIG, bearer });
  return bearer;
};

const asking = (
  route: string,
  over: (given: readonly string[]) => Omit<MdmAsked, "route"> = ([bearer]) => ({ bearer }),
): Pick<Scenario, "by" | "act" | "route"> => ({
  by: "mdm",
  route,
  act: (ports, _, given) => askMdm(ports, { route, ...over(given) }),
});

/** Licenses of two apps and a book, and who has some; two users. */
const withLicenses = async (host: Host): Promise<void> => {
  const post = async (route: string, body: object): Promise<void> => {
    const { statusCode } = await call(host.ports, host.clock.now, { route, body: { locationId: here.id, ...body } });
    if (statusCode >= 300) throw new Error(`${route} answered ${statusCode}`);
  };
  await post("POST /v1/licenses", { adamId: "1", productType: "App", quantity: 4 });
  await post("POST /v1/licenses", { adamId: "2", productType: "App", quantity: 4 });
  await post("POST /v1/licenses", { adamId: "3", productType: "Book", quantity: 4 });
  for (const adamId of ["1", "2"]) await post("POST /v1/assignments", { adamId, serialNumbers: ["A"], clientUserIds: ["u-1"] });
  await post("POST /v1/assignments", { adamId: "3", clientUserIds: ["u-1"] });
};

const workOf = (eventId: string): { workId: string } => ({ workId: eventId });

/** What an MDM server asks for, which comes to work: its path, and what it names. `does` says it of the work. */
const OF_ASSETS = [
  {
    path: "assets/associate",
    body: { assets: [{ adamId: "1" }, { adamId: "3" }], clientUserIds: ["u-1", "u-2", "nobody"] },
    does: "assigning",
  },
  {
    path: "assets/associate",
    body: { assets: [{ adamId: "1" }, { adamId: "2" }], serialNumbers: ["A", "B", "C", "D"] },
    does: "assigning more than there is",
  },
  {
    path: "assets/disassociate",
    body: { assets: [{ adamId: "1" }], clientUserIds: ["u-1", "nobody"], serialNumbers: ["A", "B"] },
    does: "taking back",
  },
  { path: "assets/revoke", body: { clientUserIds: ["u-1", "u-2", "nobody"], serialNumbers: ["A"] }, does: "revoking" },
] as const;
const OF_USERS = [
  {
    path: "users/create",
    body: { users: [{ clientUserId: "u-1" }, { clientUserId: "u-3", managedAppleId: "eve@example.net" }] },
    does: "creating users",
  },
  {
    path: "users/update",
    body: { users: [{ clientUserId: "u-2", managedAppleId: "eve@example.net", email: "eve@example.org" }, { clientUserId: "nobody" }] },
    does: "updating users",
  },
  { path: "users/retire", body: { users: [{ clientUserId: "u-1" }, { clientUserId: "nobody" }] }, does: "retiring users" },
] as const;

/** An order that was taken, at a location where all it may be about is there. */
const taken = async (host: Host, { path, body }: { readonly path: string; readonly body: object }): Promise<string[]> => {
  const bearer = await aBearer(host);
  await ask(host, { route: SAY, bearer, body: { mdmInfo: jamf, ...NOTIFY } });
  await withLicenses(host);
  const users = [{ clientUserId: "u-1" }, { clientUserId: "u-2" }];
  const created = await ask(host, { route: "POST /mdm/v2/users/create", bearer, body: { users } });
  await doWork(workOf(created.eventId), host.ports, neverTimeUp);
  const { eventId } = await ask(host, { route: `POST /mdm/v2/${path}`, bearer, body });
  return [eventId];
};

/** More assets than the worker goes on with at once; of most there are no licenses. */
const MANY = ["1", ...Array.from({ length: 11 }, (_, index) => String(index + 10)), "2"].map((adamId) => ({ adamId }));

const ASKED: readonly Scenario[] = [
  {
    name: "an MDM server asking what is known of its location",
    before: async (host) => [await bearerOf(host, await issue(host))],
    ...asking(CONFIG),
  },
  {
    name: "an MDM server naming itself, and where it wants to be told",
    again: true,
    before: async (host) => [await aBearer(host)],
    ...asking(SAY, ([bearer]) => ({ bearer, body: { mdmInfo: jamf, ...NOTIFY } })),
  },
  {
    name: "an MDM server naming itself that somebody had registered and linked",
    again: true,
    before: async (host) => {
      const [server, token] = [await register(host, "Jamf"), await issue(host)];
      await link(host, server.id, token);
      return [await bearerOf(host, token)];
    },
    ...asking(SAY, ([bearer]) => ({ bearer, body: { mdmInfo: jamf } })),
  },
  {
    name: "a second MDM server naming itself with one token",
    again: true,
    before: async (host) => {
      const bearer = await aBearer(host);
      await ask(host, { route: SAY, bearer, body: { mdmInfo: jamf } });
      return [bearer];
    },
    ...asking(SAY, ([bearer]) => ({ bearer, body: { mdmInfo: zentral } })),
  },
  {
    name: "a linked MDM server naming itself anew with a newer token, as the last to move on from an earlier one",
    again: true,
    before: async (host) => {
      const [server, older] = [await register(host, "Jamf"), await issue(host)];
      await link(host, server.id, older);
      await ask(host, { route: SAY, bearer: await bearerOf(host, older), body: { mdmInfo: jamf } });
      later(host, 86_400);
      return [await bearerOf(host, await issue(host))];
    },
    ...asking(SAY, ([bearer]) => ({ bearer, body: { mdmInfo: { ...jamf, name: "Jamf Pro" } } })),
  },
  {
    name: "the loser of a conflict naming itself again",
    again: true,
    before: async (host) => {
      const token = await issue(host);
      const bearer = await bearerOf(host, token);
      await ask(host, { route: SAY, bearer, body: { mdmInfo: jamf } });
      const fleet = await register(host, "Fleet");
      const { conflictId } = (await link(host, fleet.id, token)).body;
      const route = "POST /v1/conflicts/{id}/resolution";
      await call(host.ports, host.clock.now, { route, path: [conflictId], body: { keptBy: fleet.id, reason: "moved" } });
      later(host, 60);
      return [bearer];
    },
    ...asking(SAY, ([bearer]) => ({ bearer, body: { mdmInfo: jamf } })),
  },
  {
    name: "an MDM server using the token that it was linked to, for the first time",
    again: true,
    before: async (host) => {
      const [server, token] = [await register(host, "Fleet"), await issue(host)];
      await link(host, server.id, token);
      return [await bearerOf(host, token)];
    },
    ...asking(CONFIG),
  },
  ...["POST /mdm/registerVPPUserSrv", "POST /mdm/v2/registerVPPUserSrv"].map(
    (route): Scenario => ({
      name: `an MDM server registering a user at once by ${route}`,
      before: async (host) => [await aBearer(host)],
      ...asking(route, ([sToken = ""]) => ({ body: { sToken, clientUserIdStr: "u-1", managedAppleIDStr: "eve@example.net" } })),
    }),
  ),
  ...[...OF_ASSETS, ...OF_USERS].map(
    ({ path, body, does }): Scenario => ({
      name: `taking an order: ${does}`,
      before: async (host) => {
        await withLicenses(host);
        return [await aBearer(host)];
      },
      ...asking(`POST /mdm/v2/${path}`, ([bearer]) => ({ bearer, body })),
    }),
  ),
];

const DONE: readonly Scenario[] = [
  ...OF_ASSETS.map(
    (order): Scenario => ({
      name: `doing what was ordered: ${order.does}`,
      again: true,
      before: (host) => taken(host, order),
      by: "license-worker",
      act: (ports, _, [id = ""]) => doWork(workOf(id), ports, neverTimeUp),
    }),
  ),
  {
    name: "doing what was ordered in two runs, the first of which puts it back into the queue",
    again: true,
    before: (host) => taken(host, { path: "assets/associate", body: { assets: MANY, serialNumbers: ["B"] } }),
    by: "license-worker",
    act: async (ports, _, [id = ""]) => {
      for (let run = 0; run < 2; run++) await doWork(workOf(id), ports, neverTimeUp);
    },
  },
  {
    name: "giving up work",
    again: true,
    before: (host) => taken(host, OF_ASSETS[0]),
    by: "license-worker",
    act: (ports, _, [id = ""]) => giveUpWork(workOf(id), ports),
  },
  ...[OF_ASSETS[0], OF_USERS[2]].map(
    (order): Scenario => ({
      name: `stopping a job whose token was revoked: ${order.does}`,
      again: true,
      before: async (host) => {
        const given = await taken(host, order);
        for (const { id } of (await host.ports.tokens.list("all", { limit: 10 })).items)
          await call(host.ports, host.clock.now, {
            route: "POST /v1/content-tokens/{id}/revocation",
            path: [id],
            body: { reason: "lost" },
          });
        return given;
      },
      by: "license-worker",
      act: (ports, _, [id = ""]) => doWork(workOf(id), ports, neverTimeUp),
    }),
  ),
  {
    name: "giving up a job that is a day old",
    again: true,
    before: async (host) => {
      const given = await taken(host, OF_ASSETS[0]);
      later(host, 86_400);
      return given;
    },
    by: "license-worker",
    act: (ports, _, [id = ""]) => doWork(workOf(id), ports, neverTimeUp),
  },
  {
    name: "putting a job back into the queue whose message was lost",
    changesNothing: true,
    again: true,
    before: async (host) => {
      const given = await taken(host, OF_ASSETS[0]);
      later(host, 600);
      return given;
    },
    by: "outbox",
    act: (ports) => resumeJobs(ports, neverTimeUp),
  },
  {
    name: "telling an MDM server of licenses that came",
    again: true,
    changesNothing: true,
    before: async (host) => {
      await ask(host, { route: SAY, bearer: await aBearer(host), body: NOTIFY });
      return [];
    },
    by: "notifications",
    act: (ports) => {
      const acquired = { id: "e-1", locationId: here.id, adamId: "1", pricingParam: "STDQ", quantity: 4, accountId: "acc_" };
      return notifyMdmServer({ id: "e-1", locationId: here.id, type: "ASSET_COUNT", notification: acquired }, 1, ports);
    },
  },
  {
    name: "being told that the last MDM server that had an earlier token proved the newer one",
    again: true,
    before: async (host) => {
      const [server, older] = [await register(host, "Fleet"), await issue(host)];
      await link(host, server.id, older);
      later(host, 86_400);
      await ask(host, { route: SAY, bearer: await bearerOf(host, older), body: { mdmInfo: jamf } });
      later(host, 60);
      const newer = await issue(host);
      await ask(host, { route: SAY, bearer: await bearerOf(host, newer), body: { mdmInfo: jamf } });
      return [newer, server.id];
    },
    by: "identity-events",
    act: (ports, _, [tokenId, mdmServerId]) =>
      takeTokenProof(TokenProved.parse(event("ContentTokenProved", { tokenId, locationId: here.id, mdmServerId })), ports),
  },
];

export const MDM_SCENARIOS: readonly Scenario[] = [...ASKED, ...DONE];
