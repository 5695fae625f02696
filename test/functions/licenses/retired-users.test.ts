// Client users who are retired while work gives them licenses: whichever comes first, who is retired has nothing that can come back.
import { beforeEach, expect, test } from "vitest";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { type Asked, statusOf, WorkId } from "../../../domain/device-api/work.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import { ordered } from "../../../functions/device-api/enqueue-job.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import type { WorkPorts } from "../../../functions/device-api/jobs/step.ts";
import { aContentToken, aLocation } from "../../support/builders/make.ts";
import { recordToken } from "../../support/http/bearer.ts";
import { makeService } from "../../support/scenarios/service.ts";

const location = aLocation();
const APP = { adamId: "101", pricingParam: "STDQ" as const };
const bearer = {
  token: aContentToken({ locationId: location.id }),
  location,
  links: noLinks(location.id),
  config: noClientConfig(location.id),
};
const ASSOCIATE: Asked = { type: "ASSOCIATE", assets: [APP], targets: [{ clientUserId: "u" }] };

let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
  await recordToken(service.ports, bearer.token);
  await service.call("POST /v1/licenses", [], { body: { locationId: location.id, ...APP, productType: "App", quantity: 5 } });
  await done({ type: "CREATE", users: [{ clientUserId: "u" }] });
});

/** Ordered, done with `ports`, and how it ended. */
const done = async (asked: Asked, ports: WorkPorts = service.ports): Promise<string> => {
  const { eventId } = await ordered(asked, bearer, service.ports);
  await doWork({ workId: eventId }, ports, () => false);
  const work = await service.ports.works.get(WorkId.parse(eventId));
  if (work === undefined) throw new Error("the work is gone");
  const failures = await service.ports.works.failures(work.id);
  return [statusOf(work), ...failures.map(({ errorNumber }) => errorNumber)].join(" ");
};
const retireAsPerson = () =>
  service.call("POST /v1/assignments/retirements", [], { body: { locationId: location.id, clientUserIds: ["u"] } });

/** What the ports of a worker that is about to do something find when others come before, once. */
const before = <Port extends "licenses" | "clientUsers">(
  port: Port,
  name: keyof WorkPorts[Port],
  first: () => Promise<unknown>,
): WorkPorts => {
  let isFirst = true;
  const real = service.ports[port];
  const late = async (...asked: unknown[]) => {
    if (isFirst) {
      isFirst = false;
      await first();
    }
    return (real[name] as (...all: unknown[]) => Promise<unknown>).apply(real, asked);
  };
  return { ...service.ports, [port]: { ...real, [name]: late } };
};

const held = async () => service.ports.licenses.holding({ ...APP, locationId: location.id }, [{ clientUserId: "u" }]);
const isActive = async () => (await service.ports.clientUsers.getAll(location.id, ["u"])).size === 1;

test("by a person, after work had found them: they are given nothing", async () => {
  const late = before("licenses", "post", async () => expect((await retireAsPerson()).status).toBe(200));
  expect(await done(ASSOCIATE, late)).toBe("FAILED 9609");
  expect([await isActive(), await held()]).toEqual([false, []]);
});

test("by work, after another worker had found them: they are given nothing", async () => {
  const late = before("licenses", "post", async () => {
    expect(await done({ type: "RETIRE", users: [{ clientUserId: "u" }] })).toBe("COMPLETE");
  });
  expect(await done(ASSOCIATE, late)).toBe("FAILED 9609");
  expect([await isActive(), await held()]).toEqual([false, []]);
});

test("by work, which another worker comes before at the last moment: what they were given comes back", async () => {
  const late = before("clientUsers", "record", async () => {
    expect(await done(ASSOCIATE)).toBe("COMPLETE");
    expect(await held()).toHaveLength(1);
  });
  expect(await done({ type: "RETIRE", users: [{ clientUserId: "u" }] }, late)).toBe("COMPLETE");
  expect([await isActive(), await held()]).toEqual([false, []]);
});

test("by a person, whom work comes before at the last moment: what they were given comes back", async () => {
  const real = service.ports.clientUsers;
  const record = real.record.bind(real);
  let isFirst = true;
  Object.assign(real, {
    record: async (...asked: Parameters<typeof record>) => {
      if (isFirst) {
        isFirst = false;
        expect(await done(ASSOCIATE)).toBe("COMPLETE");
      }
      return record(...asked);
    },
  });
  expect(await retireAsPerson()).toMatchObject({ status: 200, body: { unassigned: 1, retired: 0 } });
  expect([await isActive(), await held()]).toEqual([false, []]);
});
