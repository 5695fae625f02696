// What an MDM server says of itself to the device API, where more hangs on it than the answer: who is written down, and how often an address is tried.
import { beforeEach, expect, test } from "vitest";
import { notifierInMemory } from "../../support/adapters/outside.ts";
import { askMdm, bearerOf } from "../../support/http/ask-mdm.ts";
import { makeMdmService, other } from "../../support/scenarios/mdm-service.ts";

const CONFIG = "POST /mdm/v2/client/config";
const mdmInfo = { id: "7f0c", name: "Intune", metadata: "tenant 4" };
const notify = { notificationUrl: "https://mdm.example.org/told", notificationAuthToken: "secret-of-the-address" };

let service: Awaited<ReturnType<typeof makeMdmService>>;
let bearer: string;
beforeEach(async () => {
  service = await makeMdmService();
  bearer = await bearerOf(service, await service.issue());
});

const say = (body: object, ports = service.ports) => askMdm(ports, { route: CONFIG, bearer, body });

test("who names itself at the built-in service's location is refused and written down: its token has to be removed", async () => {
  await service.call("PUT /v1/subscription", [], { body: { plan: "monthly" } });
  expect(await say({ mdmInfo, ...notify })).toMatchObject({ statusCode: 403, body: { errorNumber: 9645 } });
  expect((await service.ports.servers.findByMdmInfo(mdmInfo.id))?.name).toBe("Intune");
  expect((await service.call("GET /v1/subscription")).body.toBeRemoved).toMatchObject([{ name: "Intune" }]);
  const location = (await service.ports.locations.primary()).id;
  expect(await service.ports.clientConfigs.get(location)).toBeUndefined();
});

test("an address is tried six times a minute at most, whoever is asked for it", async () => {
  const called: Parameters<typeof notifierInMemory>[0] = [];
  const ports = { ...service.ports, notifier: notifierInMemory(called, () => ({ delivered: false, why: "timed_out" })) };
  const numbers = async () => (await say(notify, ports)).body.errorNumber;
  for (let count = 0; count < 6; count++) expect(await numbers()).toBe(9728);
  expect([await numbers(), called.length]).toEqual([9646, 6]);
  service.later(60);
  expect([await numbers(), called.length]).toEqual([9728, 7]);
});

test("a name that somebody else takes at the same moment is theirs: it is judged again, and no failure", async () => {
  const { findByMdmInfo } = service.ports.servers;
  // The only one that has the token, and never named itself: an id that is new would be its own.
  const [token] = (await service.ports.tokens.list("all", { limit: 1 })).items;
  await service.link(service.fleet, token?.id ?? "");
  const elsewhere = await service.issue(other.id);
  let isFirst = true;
  const servers = {
    ...service.ports.servers,
    findByMdmInfo: async (id: string) => {
      const found = await findByMdmInfo(id);
      if (isFirst) {
        isFirst = false;
        const body = { mdmInfo, mdmServerId: service.zentral.id };
        await service.call("POST /v1/content-tokens/{id}/claims", [elsewhere], { body });
      }
      return found;
    },
  };
  expect((await say({ mdmInfo }, { ...service.ports, servers })).statusCode).toBe(200);
  expect((await findByMdmInfo(mdmInfo.id))?.id).toBe(service.zentral.id);
  expect((await service.ports.servers.list({ limit: 10 })).items.filter((each) => each.mdmInfo?.id === mdmInfo.id)).toHaveLength(1);
});

test("what an address is to be shown is in no log, and not kept in clear", async () => {
  expect((await say({ mdmInfo, ...notify })).body).toMatchObject({ notificationAuthToken: notify.notificationAuthToken });
  const config = await service.ports.clientConfigs.get((await service.ports.locations.primary()).id);
  expect(JSON.stringify([config, service.logged, service.published])).not.toContain(notify.notificationAuthToken);
});
