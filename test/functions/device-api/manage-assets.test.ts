// POST /assets/associate and /assets/disassociate: unknown client users, who are refused at once or reported by the job.
import { beforeEach, describe, expect, test } from "vitest";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { askMdm, bearerOf } from "../../support/http/ask-mdm.ts";
import { call, type Host, here, issue, makeHost, neverTimeUp, organize } from "../../support/scenarios/scene.ts";

const APP = "361309726";
const OTHER = "408709785";

let host: Host;
let bearer: string;
const post = (path: string, body: object) => askMdm(host.ports, { route: `POST /mdm/v2/${path}`, bearer, body });
const done = async (path: string, body: object) => {
  const { statusCode, body: answer } = await post(path, body);
  expect([path, statusCode]).toEqual([path, 200]);
  await doWork({ workId: answer.eventId }, host.ports, neverTimeUp);
  const status = await askMdm(host.ports, { route: "GET /mdm/v2/status", bearer, query: { eventId: answer.eventId } });
  return status.body;
};
const asPerson = async (route: string, body: object) => {
  const { statusCode } = await call(host.ports, host.clock.now, { route, body: { locationId: here.id, ...body } });
  expect([route, statusCode < 300]).toEqual([route, true]);
};

beforeEach(async () => {
  host = makeHost(makeWorld());
  await organize(host);
  bearer = await bearerOf(host, await issue(host));
  for (const adamId of [APP, OTHER]) await asPerson("POST /v1/licenses", { adamId, productType: "App", quantity: 9 });
  await done("users/create", { users: [{ clientUserId: "u-1" }, { clientUserId: "retired" }] });
  await done("users/retire", { users: [{ clientUserId: "retired" }] });
});

const assets = [{ adamId: APP }];
const many = (count: number) => Array.from({ length: count }, (_, index) => `nobody-${index}`);

describe.each(["assets/associate", "assets/disassociate"])("%s", (path) => {
  test.each<[string, object, string[]]>([
    ["one who was never created", { assets, clientUserIds: ["nobody"] }, ["nobody"]],
    ["one who is retired", { assets, clientUserIds: ["retired"] }, ["retired"]],
    [
      "both, for several assets",
      { assets: [...assets, { adamId: OTHER }, { adamId: "404" }], clientUserIds: ["retired", "nobody"] },
      ["retired", "nobody"],
    ],
    ["as many as there may be", { assets, clientUserIds: many(1000), serialNumbers: [] }, many(1000)],
    ["one beside no list of devices", { assets, clientUserIds: ["nobody"], serialNumbers: null }, ["nobody"]],
  ])("refuses unknown client users at once with 9609, names them, and orders nothing: %s", async (_, body, clientUserIds) => {
    const before = host.ordered.size;
    const { statusCode, body: answer } = await post(path, body);
    expect(statusCode).toBe(400);
    expect(answer).toEqual({ errorNumber: 9609, errorMessage: "Unable to find the registered user", errorInfo: { clientUserIds } });
    expect(host.ordered.size).toBe(before);
  });

  test.each<[string, { readonly clientUserIds: readonly string[]; readonly [field: string]: unknown }, number]>([
    ["beside one who exists", { assets, clientUserIds: ["nobody", "u-1"] }, 1],
    ["far behind many who do not exist", { assets, clientUserIds: [...many(250), "u-1"] }, 1],
    ["beside a device", { assets, clientUserIds: ["nobody"], serialNumbers: ["A"] }, 1],
  ])("takes a request with unknown client users %s, and the job reports them", async (_, body, completed) => {
    const { eventStatus, numCompleted, failures } = await done(path, body);
    expect([eventStatus, numCompleted]).toEqual(["FAILED", completed]);
    const unknown = body.clientUserIds.filter((id) => id !== "u-1");
    expect(failures).toEqual([{ errorNumber: 9609, errorMessage: expect.any(String), errorInfo: { clientUserIds: unknown } }]);
  });

  test("takes a request for a client user whom a person gave a license and no MDM server created", async () => {
    await asPerson("POST /v1/assignments", { adamId: APP, clientUserIds: ["stranger"] });
    expect(await done(path, { assets, clientUserIds: ["stranger"] })).toMatchObject({ eventStatus: "COMPLETE", numCompleted: 1 });
    expect((await post(path, { assets: [{ adamId: OTHER }], clientUserIds: ["stranger"] })).body.errorNumber).toBe(9609);
  });

  test("leaves to the job what would take more than a thousand look-ups", async () => {
    for (const adamId of [APP, OTHER]) await asPerson("POST /v1/assignments", { adamId, serialNumbers: ["A"] });
    const both = [...assets, { adamId: OTHER }];
    expect((await post(path, { assets: both, clientUserIds: many(501) })).statusCode).toBe(200);
    expect((await post(path, { assets: both, clientUserIds: many(500) })).body.errorNumber).toBe(9609);
  });
});

test("an asset that can't be taken back is refused before its client users are read", async () => {
  await asPerson("POST /v1/licenses", { adamId: "500", productType: "Book", quantity: 1 });
  expect((await post("assets/disassociate", { assets: [{ adamId: "500" }], clientUserIds: ["nobody"] })).body.errorNumber).toBe(9706);
});
