// Requests for jobs while too much of the location is pending are refused with the advice to wait, and nothing of them is recorded.
import { beforeEach, describe, expect, test } from "vitest";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { mdm } from "../../../functions/device-api/middleware.ts";
import { mdmRoutes } from "../../../functions/device-api/routes.ts";
import { bearerOf } from "../../support/http/ask-mdm.ts";
import { makeMdmService, other } from "../../support/scenarios/mdm-service.ts";

const LIMITS = { jobs: 3, assignments: 20 };
const devices = (count: number): string[] => Array.from({ length: count }, (_, index) => `SN${index}`);

let service: Awaited<ReturnType<typeof makeMdmService>>;
let [bearer, elsewhere] = ["", ""];
beforeEach(async () => {
  service = await makeMdmService();
  bearer = await bearerOf(service, await service.issue());
  elsewhere = await bearerOf(service, await service.issue(other.id));
});

/** As the gateway gives it to an instance with small limits. */
const ask = async (path: string, body: object, as = bearer) => {
  const {
    statusCode,
    headers,
    body: text,
  } = await mdm(mdmRoutes(1000, LIMITS), service.ports, { requestsPerSecond: 1000 })({
    routeKey: "ANY /mdm/{proxy+}",
    rawPath: `/mdm/v2/${path}`,
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
    queryStringParameters: {},
    body: JSON.stringify(body),
    requestContext: { requestId: "r", domainName: "api.example.org", http: { method: "POST" } },
  });
  return { status: statusCode, retryAfter: headers["retry-after"], body: JSON.parse(text) };
};
const revoke = (count: number, as?: string) => ask("assets/revoke", { serialNumbers: devices(count) }, as);
const orders = () => service.published.filter(({ kind }) => kind === "work");
const pendingIds = async (): Promise<string[]> =>
  (await Array.fromAsync(service.ports.pendingJobs.requestedUntil(new Date("2100-01-01")))).map(({ id }) => id);

/** Each request by its path, as small as it may be. */
const REQUESTS: readonly (readonly [path: string, body: object])[] = [
  ["assets/associate", { assets: [{ adamId: "1" }], serialNumbers: ["A"] }],
  ["assets/disassociate", { assets: [{ adamId: "1" }], serialNumbers: ["A"] }],
  ["assets/revoke", { serialNumbers: ["A"] }],
  ["users/create", { users: [{ clientUserId: "u" }] }],
  ["users/update", { users: [{ clientUserId: "u" }] }],
  ["users/retire", { users: [{ clientUserId: "u" }] }],
];

describe.each(REQUESTS)("POST /%s", (path, body) => {
  beforeEach(async () => {
    const licenses = { locationId: "", adamId: "1", productType: "App", quantity: 5 };
    for (const { id } of (await service.ports.locations.list({ limit: 10 })).items)
      await service.call("POST /v1/licenses", [], { body: { ...licenses, locationId: id } });
  });

  test("is refused with 429 and 9646 beyond the jobs that may be pending, and nothing of it is recorded", async () => {
    for (let count = 0; count < LIMITS.jobs; count++) expect((await ask(path, body)).status).toBe(200);
    const before = [await pendingIds(), orders().length];
    const refused = await ask(path, body);
    expect(refused).toMatchObject({ status: 429, retryAfter: "30", body: { errorNumber: 9646 } });
    expect(refused.body.errorMessage).toContain("3 jobs with 3 assignments of this location are pending, and at most 3 with 20 may be");
    expect([await pendingIds(), orders().length]).toEqual(before);
    expect((await ask(path, body, elsewhere)).status).toBe(200);
  });
});

test("a request is refused beyond the assignments that may be pending, and a smaller one is not", async () => {
  expect((await revoke(15)).status).toBe(200);
  expect(await revoke(6)).toMatchObject({ status: 429, body: { errorNumber: 9646 } });
  expect((await revoke(5)).status).toBe(200);
});

test("a request that could never fit says so", async () => {
  const { status, body } = await revoke(21);
  expect([status, body.errorNumber]).toEqual([429, 9646]);
  expect(body.errorMessage).toContain("may ask for at most 20 assignments; this one asks for 21");
});

test("once a job has ended, its place is free", async () => {
  const { body } = await revoke(20);
  expect((await revoke(1)).status).toBe(429);
  await doWork({ workId: body.eventId }, service.ports, () => false);
  expect((await revoke(20)).status).toBe(200);
});
