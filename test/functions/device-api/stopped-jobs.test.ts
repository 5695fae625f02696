// Jobs whose reason to be done is gone: each ends in one step with one failure and one notification, and what was done of it stays.
import { beforeEach, describe, expect, test } from "vitest";
import { type Asked, failuresOf, statusOf, type WorkAsset, WorkId } from "../../../domain/device-api/work.ts";
import type { Target } from "../../../domain/licenses/licenses.ts";
import { reserved } from "../../../domain/organization/subscription.ts";
import { ContentTokenId } from "../../../domain/shared/ids.ts";
import { ordered } from "../../../functions/device-api/enqueue-job.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import type { WorkPorts } from "../../../functions/device-api/jobs/step.ts";
import { here, makeMdmService, manager, other } from "../../support/scenarios/mdm-service.ts";

const APP: WorkAsset = { adamId: "361309726", pricingParam: "STDQ" };
const neverTimeUp = (): boolean => false;
const devices = (count: number): Target[] => Array.from({ length: count }, (_, index) => ({ serialNumber: `SN${index}` }));
const users = (count: number) => Array.from({ length: count }, (_, index) => ({ clientUserId: `u${index}` }));

/** Large enough for several runs of the worker. */
const LARGE: Asked = { type: "ASSOCIATE", assets: [APP], targets: devices(2200) };
const DONE_AT_ONCE = 12 * 85;

let service: Awaited<ReturnType<typeof makeMdmService>>;
let tokenId: ContentTokenId;
beforeEach(async () => {
  service = await makeMdmService();
  tokenId = ContentTokenId.parse(await service.issue(other.id, "manager"));
  await service.call("POST /v1/licenses", [], { body: { locationId: other.id, ...APP, productType: "App", quantity: 5000 } });
  await service.ports.clientConfigs.change({
    locationId: other.id,
    notificationUrl: "https://mdm.example.org/told",
    notificationAuthToken: "x",
    notificationTypes: ["ASSET_MANAGEMENT", "USER_MANAGEMENT"],
  });
});

const ask = async (asked: Asked): Promise<WorkId> => {
  const { ports } = service;
  return WorkId.parse((await ordered(asked, await ports.bearers.get(tokenId), ports)).eventId);
};
const run = (workId: WorkId, ports: WorkPorts = service.ports) => doWork({ workId }, ports, neverTimeUp);
const told = () => service.published.flatMap((one) => (one.kind === "mdm-notification" ? [one] : []));
const pending = () => service.ports.pendingJobs.countAt(other.id);
const assigned = async (): Promise<number> => (await service.ports.licenses.asset({ ...APP, locationId: other.id }))?.assigned ?? 0;
const endOf = async (id: WorkId) => {
  const work = await service.ports.works.get(id);
  if (work === undefined) throw new Error("there is no such job");
  const failures = failuresOf(work, await service.ports.works.failures(id));
  return {
    status: statusOf(work),
    completed: work.completed,
    failures: failures.map(({ errorNumber, errorInfo }) => [errorNumber, errorInfo]),
  };
};

const grant = async (...grants: readonly object[]): Promise<void> => {
  const { status } = await service.call("PATCH /v1/accounts/{id}", [manager.id], { body: { grants } });
  expect(status).toBe(200);
};
const locationNow = async () => {
  const location = await service.ports.locations.get(other.id);
  if (location === undefined) throw new Error("there is no location");
  return location;
};

type Reason = readonly [reason: string, errorNumber: number, happens: () => Promise<unknown>];

/** Each happens while a job is pending. */
const REASONS: readonly Reason[] = [
  ["the token was revoked", 9625, () => service.call("POST /v1/content-tokens/{id}/revocation", [tokenId], { body: { reason: "leaked" } })],
  ["a holder's password changed", 9625, () => service.ports.accounts.recordPasswordChange(manager.id, service.clock.now)],
  ["a holder was disabled", 9625, () => service.ports.accounts.recordDisabled(manager.id, service.clock.now)],
  ["a holder was removed", 9625, () => service.call("DELETE /v1/accounts/{id}", [manager.id])],
  [
    "the location was closed",
    9634,
    async () => {
      const location = await locationNow();
      return service.ports.locations.replace({ ...location, closedAt: service.clock.now, version: location.version + 1 });
    },
  ],
  ["the location was reserved", 9645, async () => service.ports.locations.replace(reserved(await locationNow(), service.clock.now))],
  ["its holder has no grant any more", 9637, () => grant()],
  ["its holder's grant is for another location", 9637, () => grant({ role: "content-manager", location: here })],
];

describe.each(REASONS)("when %s", (_, errorNumber, happens) => {
  test(`a job stops in one step with one failure ${errorNumber}, and completed steps stay`, async () => {
    const id = await ask(LARGE);
    await run(id);
    expect(await endOf(id)).toMatchObject({ status: "PENDING", completed: DONE_AT_ONCE });
    await happens();
    const before = told().length;
    let steps = 0;
    const { works } = service.ports;
    const advance: typeof works.advance = (...args) => {
      steps += 1;
      return works.advance(...args);
    };
    await run(id, { ...service.ports, works: { ...works, advance } });
    expect(await endOf(id)).toEqual({ status: "FAILED", completed: DONE_AT_ONCE, failures: [[errorNumber, undefined]] });
    expect([steps, await works.failures(id), await assigned()]).toEqual([0, [], DONE_AT_ONCE]);
    expect(
      told()
        .slice(before)
        .map(({ type, notification }) => [type, notification]),
    ).toEqual([
      [
        "ASSET_MANAGEMENT",
        {
          eventId: id,
          type: "ASSOCIATE",
          result: "FAILURE",
          assignments: [],
          error: { errorNumber, errorMessage: expect.any(String) },
        },
      ],
    ]);
    expect(await pending()).toEqual({ jobs: 0, assignments: 0 });
  });

  test("all of its jobs of every type stop, each once though its message comes twice", async () => {
    const all: Asked[] = [
      LARGE,
      { type: "DISASSOCIATE", assets: [APP], targets: devices(200) },
      { type: "REVOKE", targets: devices(50) },
      { type: "CREATE", users: users(50) },
      { type: "UPDATE", users: users(50) },
      { type: "RETIRE", users: users(50) },
    ];
    const ids = await Promise.all(all.map(ask));
    await happens();
    for (const id of [...ids, ...ids]) await run(id);
    for (const id of ids) expect(await endOf(id)).toEqual({ status: "FAILED", completed: 0, failures: [[errorNumber, undefined]] });
    expect(told().map(({ type }) => type)).toEqual([...Array(3).fill("ASSET_MANAGEMENT"), ...Array(3).fill("USER_MANAGEMENT")]);
    expect([await assigned(), await pending()]).toEqual([0, { jobs: 0, assignments: 0 }]);
  });
});

test("a job continues while one account that was given its token may manage licenses there", async () => {
  await service.call("POST /v1/content-tokens/{id}/downloads", [tokenId], { body: {} });
  const id = await ask(LARGE);
  await run(id);
  await grant();
  await run(id);
  await run(id);
  expect(await endOf(id)).toEqual({ status: "COMPLETE", completed: 2200, failures: [] });
});

test("a job continues when its grant was given back before the next step", async () => {
  const id = await ask(LARGE);
  await run(id);
  await grant();
  await grant({ role: "content-manager", location: other.id });
  await run(id);
  expect(await endOf(id)).toMatchObject({ status: "PENDING", completed: 2 * DONE_AT_ONCE });
});

test("a job continues when its token was renewed or expired: it was good when it was requested", async () => {
  const token = await service.ports.tokens.get(tokenId);
  service.clock.now = new Date((token?.expiresAt.getTime() ?? 0) - 60_000);
  const id = await ask(LARGE);
  await run(id);
  service.later(120);
  await run(id);
  await service.ports.tokens.invalidate(tokenId, { at: service.clock.now, cause: "superseded" });
  await run(id);
  expect(await endOf(id)).toEqual({ status: "COMPLETE", completed: 2200, failures: [] });
});

test("grants are read before each step, not once for a run: a job stops in the midst of one", async () => {
  const id = await ask(LARGE);
  const { licenses } = service.ports;
  let steps = 0;
  const post: typeof licenses.post = async (...args) => {
    const isPosted = await licenses.post(...args);
    steps += 1;
    if (steps === 3) await grant();
    return isPosted;
  };
  await run(id, { ...service.ports, licenses: { ...licenses, post } });
  expect(await endOf(id)).toEqual({ status: "FAILED", completed: 3 * 85, failures: [[9637, undefined]] });
});

test("a token that is revoked while a step is being done keeps the step from being recorded", async () => {
  const id = await ask(LARGE);
  const { licenses } = service.ports;
  const post: typeof licenses.post = async (...args) => {
    await service.call("POST /v1/content-tokens/{id}/revocation", [tokenId], { body: { reason: "leaked" } });
    return licenses.post(...args);
  };
  await run(id, { ...service.ports, licenses: { ...licenses, post } });
  expect(await endOf(id)).toEqual({ status: "FAILED", completed: 0, failures: [[9625, undefined]] });
  expect(await assigned()).toBe(0);
});
