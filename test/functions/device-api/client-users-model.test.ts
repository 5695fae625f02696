// Client users under whatever MDM servers and people ask of them at once: on a real DynamoDB whose transactions conflict as AWS's do, with work that is cut
// short and given again. After each round the users and the licenses are held against what must always be.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { nextStep, WorkId } from "../../../domain/device-api/work.ts";
import { totalOf } from "../../../domain/licenses/licenses.ts";
import type { UserAct } from "../../../domain/licenses/user-changes.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import { Refusal } from "../../../domain/shared/refusal.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { ordered } from "../../../functions/device-api/enqueue-job.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { registerUser } from "../../../functions/device-api/register-user.ts";
import { idHashOf } from "../../../functions/licenses/known-users.ts";
import { contend } from "../../support/adapters/contention.ts";
import { Crash, crashing } from "../../support/adapters/crashing.ts";
import { aContentToken } from "../../support/builders/make.ts";
import { clientOf, databaseForTests } from "../../support/database/records.ts";
import { TABLES } from "../../support/database/table.ts";
import { recordToken } from "../../support/http/bearer.ts";
import { call, type Host, here, makeHost, neverTimeUp, organize } from "../../support/scenarios/scene.ts";

const database = databaseForTests();

const IDS = ["a", "b", "c", "d"];
const ACCOUNTS = ["one@example.net", "two@example.net"];
const ASSETS = [
  { adamId: "101", productType: "App" },
  { adamId: "102", productType: "Book" },
];
const QUANTITY = 50;

const bearer = {
  token: aContentToken({ locationId: here.id }),
  location: here,
  links: noLinks(here.id),
  config: noClientConfig(here.id),
};

const asUser = fc.record(
  {
    clientUserId: fc.constantFrom(...IDS),
    managedAppleId: fc.constantFrom(...ACCOUNTS),
    email: fc.constantFrom("x@example.net", "y@example.net"),
  },
  { requiredKeys: ["clientUserId"] },
);
const draw = fc.oneof(
  fc.record({
    kind: fc.constant("work" as const),
    act: fc.constantFrom<UserAct>("CREATE", "CREATE", "UPDATE", "RETIRE"),
    users: fc.uniqueArray(asUser, { selector: ({ clientUserId }) => clientUserId, minLength: 1 }),
    /** The call to a port after which the process dies; then the work is given again, and again when it was done. */
    dies: fc.integer({ min: 1, max: 25 }),
  }),
  fc.record({ kind: fc.constant("register" as const), user: asUser }),
  fc.record({ kind: fc.constant("person" as const), clientUserId: fc.constantFrom(...IDS) }),
  fc.record({ kind: fc.constant("assign" as const), clientUserId: fc.constantFrom(...IDS), asset: fc.constantFrom(...ASSETS) }),
);
type Draw = typeof draw extends fc.Arbitrary<infer Value> ? Value : never;

/** What an act may end with beside success: it died as it was drawn to, it was refused, or others were in its way for too long. */
const mayFail = (error: unknown): void => {
  const refused = error instanceof Error && error.name === "MdmRefusal";
  if (!(error instanceof Crash) && !refused && !(error instanceof Refusal && error.reason === "busy")) throw error;
};

const post = (host: Host, route: string, body: object) => call(host.ports, host.clock.now, { route, body });

const carriedOut = async (one: Draw, host: Host): Promise<void> => {
  const { ports } = host;
  switch (one.kind) {
    case "work": {
      const asked = { type: one.act, users: one.users };
      const { eventId } = await ordered(asked, bearer, ports);
      await doWork({ workId: eventId }, crashing(ports, one.dies).ports, neverTimeUp).catch(mayFail);
      const id = WorkId.parse(eventId);
      for (;;) {
        await doWork({ workId: eventId }, ports, neverTimeUp).catch(mayFail);
        const work = await ports.works.get(id);
        if (work === undefined) throw new Error("the work is gone");
        if (nextStep(work) !== undefined) continue;
        const failed = (await ports.works.failures(id)).flatMap(({ targets }) => targets).length;
        expect(work.completed + failed, "each user is done or failed, once").toBe(one.users.length);
        return;
      }
    }
    case "register": {
      const { clientUserId: clientUserIdStr, managedAppleId: managedAppleIDStr, email } = one.user;
      await registerUser({ caller: bearer, input: { clientUserIdStr, managedAppleIDStr, email }, base: "" }, ports).catch(mayFail);
      return;
    }
    case "person":
      await post(host, "POST /v1/assignments/retirements", { locationId: here.id, clientUserIds: [one.clientUserId] });
      return;
    case "assign":
      await post(host, "POST /v1/assignments", { locationId: here.id, adamId: one.asset.adamId, clientUserIds: [one.clientUserId] });
  }
};

const assertUsers = async ({ clientUsers }: Host["ports"]): Promise<void> => {
  const all = await clientUsers.list(here.id, "all", { skip: 0, limit: 1000 });
  const active = all.filter(({ retiredAt }) => retiredAt === undefined);
  const ids = active.map(({ clientUserId }) => clientUserId);
  const hashes = active.flatMap(({ idHash }) => idHash ?? []);
  expect(new Set(ids).size, "one entry that is not retired").toBe(ids.length);
  expect(new Set(hashes).size, "one holder of an Apple Account").toBe(hashes.length);
  const holders = new Map(active.flatMap(({ idHash, clientUserId }) => (idHash === undefined ? [] : [[idHash, clientUserId]])));
  expect(await clientUsers.holders(here.id, ACCOUNTS.map(idHashOf)), "and it is found by it").toEqual(holders);
  const version = await clientUsers.version(here.id);
  expect(version).toMatchObject({ active: active.length, retired: all.length - active.length });
  for (const { changedIn } of all) expect(changedIn).toBeLessThanOrEqual(version.version);
};

const assertLicenses = async ({ licenses }: Host["ports"]): Promise<void> => {
  for (const asset of await licenses.assets(here.id)) {
    const { items } = await licenses.assignments({ of: "asset", asset }, { limit: 100 });
    expect(totalOf(asset)).toBe(QUANTITY);
    expect(items.length).toBe(asset.assigned);
  }
};

/** Shrinking included. */
const MOST_MILLISECONDS = 15_000;

test("a client user is there once, an Apple Account is one user's, and no license is lost or made", { timeout: 60_000 }, async () => {
  const client = clientOf(database.endpoint());
  const contention = contend(client);
  const rounds = fc.array(fc.array(draw, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8, size: "max" });
  const property = fc.asyncProperty(rounds, async (all) => {
    await database.table();
    const host = makeHost(recordsIn({ client, ...TABLES }));
    await organize(host);
    await recordToken(host.ports, bearer.token);
    for (const asset of ASSETS) await post(host, "POST /v1/licenses", { locationId: here.id, ...asset, quantity: QUANTITY });
    for (const atOnce of all) {
      const settled = await Promise.allSettled(atOnce.map((one) => carriedOut(one, host)));
      for (const one of settled) if (one.status === "rejected") throw one.reason;
      await assertUsers(host.ports);
      await assertLicenses(host.ports);
    }
  });
  await fc.assert(property, { numRuns: 15, interruptAfterTimeLimit: MOST_MILLISECONDS });
  client.destroy();
  // It would prove little if nothing had met.
  expect(contention().conflicts).toBeGreaterThan(0);
});
