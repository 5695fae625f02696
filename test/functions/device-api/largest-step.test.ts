// The largest step that a job can have fits into one transaction of DynamoDB, with everything that may come with it.
import { expect, test } from "vitest";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { type Asked, partsOf, WorkId } from "../../../domain/device-api/work.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { ordered } from "../../../functions/device-api/enqueue-job.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { aContentToken } from "../../support/builders/make.ts";
import { databaseForTests } from "../../support/database/records.ts";
import { recordToken } from "../../support/http/bearer.ts";
import { call, here, makeHost, neverTimeUp, organize } from "../../support/scenarios/scene.ts";

const database = databaseForTests();
const BOOK = { adamId: "500", pricingParam: "STDQ" as const };
const users = (count: number) => Array.from({ length: count }, (_, index) => ({ clientUserId: `u${index}` }));
const [
  {
    targets: { length: MOST },
  } = { targets: [] },
] = partsOf({ type: "ASSOCIATE", assets: [BOOK], targets: users(1000) });

test("a step of the most targets, with three kinds of failures, first use of the location and notifications, ends its job", async () => {
  const host = makeHost(recordsIn(await database.table()));
  const { ports } = host;
  await organize(host);
  const bearer = {
    token: aContentToken({ locationId: here.id }),
    location: here,
    links: noLinks(here.id),
    config: noClientConfig(here.id),
  };
  await recordToken(ports, bearer.token);
  const listening = {
    notificationUrl: "https://mdm.example.org/told",
    notificationAuthToken: "x",
    notificationTypes: ["ASSET_MANAGEMENT" as const],
  };
  await ports.clientConfigs.change({ ...noClientConfig(here.id), ...listening });
  const body = { locationId: here.id, adamId: BOOK.adamId, productType: "Book", quantity: MOST - 3 };
  await call(ports, host.clock.now, { route: "POST /v1/licenses", body });
  const run = async (asked: Asked) => {
    const { eventId } = await ordered(asked, bearer, ports);
    await doWork({ workId: eventId }, ports, neverTimeUp);
    return { ...(await ports.works.get(WorkId.parse(eventId))), failures: await ports.works.failures(WorkId.parse(eventId)) };
  };
  await run({ type: "CREATE", users: users(MOST - 2) });
  // One user without a license left, one whom nobody created, and a device, to which a book can't be assigned.
  const targets = [...users(MOST - 2), { clientUserId: "nobody" }, { serialNumber: "D" }];
  const { completed, step, failures } = await run({ type: "ASSOCIATE", assets: [BOOK], targets });
  expect({ completed, step }).toEqual({ completed: MOST - 3, step: 1 });
  expect(failures.map(({ errorNumber }) => errorNumber).toSorted()).toEqual([9609, 9707, 9709]);
  expect(host.told.filter(({ kind }) => kind === "mdm-notification")).toHaveLength(4);
  expect((await ports.locations.get(here.id))?.assignedThroughTokenAt).toBeDefined();
  expect(await ports.pendingJobs.countAt(here.id)).toEqual({ jobs: 0, assignments: 0 });
});
