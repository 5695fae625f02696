// There is always an administrator left: on a real DynamoDB, where two who take each other's rights at the same moment meet in the table, with and
// without the conflicts between transactions that AWS's has.
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountId } from "../../../domain/shared/ids.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { http } from "../../../functions/middleware/http.ts";
import { adminRoutes } from "../../../functions/routes/admin-routes.ts";
import { contend } from "../../support/adapters/contention.ts";
import { aLocation, anOrganization } from "../../support/builders/make.ts";
import { databaseForTests } from "../../support/database/records.ts";
import { makeService, NOW, signedUp } from "../../support/scenarios/service.ts";

const database = databaseForTests();
const three = ["ada", "bob", "cem"] as const;
type Name = (typeof three)[number];
const idOf = (name: Name): AccountId => signedUp(name).id;

let conflict: () => void;
let ports: Awaited<ReturnType<typeof makeService>>["ports"];
beforeEach(async () => {
  const table = await database.table();
  table.client.middlewareStack.remove("contend");
  ports = { ...(await makeService()).ports, ...recordsIn(table) };
  conflict = () => void contend(table.client);
  await ports.organizations.found(anOrganization(), aLocation(), signedUp("ada"));
  for (const name of ["bob", "cem"] as const) await ports.accounts.register(signedUp(name));
});

/** From now on nothing is written of an account until so many have judged: each acts on what it read before any other one wrote. */
const togetherWith = (count: number): void => {
  const { replace } = ports.accounts;
  const { promise, resolve } = Promise.withResolvers<void>();
  let preconditions = 0;
  ports.accounts.replace = async (...given) => {
    preconditions += 1;
    if (preconditions === count) resolve();
    await promise;
    return replace(...given);
  };
};

type Asked = { readonly route: string; readonly body?: object };
const ask = async (as: Name, id: AccountId | undefined, { route, body }: Asked) =>
  (
    await http(
      adminRoutes,
      ports,
    )({
      routeKey: route,
      headers: {},
      pathParameters: id === undefined ? {} : { id },
      body: body === undefined ? undefined : JSON.stringify(body),
      requestContext: {
        requestId: "r",
        authorizer: { jwt: { claims: { sub: as, token_use: "access", auth_time: String(NOW.getTime() / 1000) } } },
      },
    })
  ).statusCode;

const administrators = async (): Promise<Name[]> => {
  const found = await ports.accounts.getAll(three.map(idOf));
  return three.filter((name) => {
    const account = found.get(idOf(name));
    return account?.disabledAt === undefined && account?.grants.some(({ role }) => role === "administrator");
  });
};

const WAYS: readonly (readonly [string, Asked])[] = [
  ["removes", { route: "DELETE /v1/accounts/{id}" }],
  ["disables", { route: "PATCH /v1/accounts/{id}", body: { enabled: false } }],
  ["takes the grants of", { route: "PATCH /v1/accounts/{id}", body: { grants: [] } }],
];

describe.each(WAYS)("when each %s the other", (_, way) => {
  test.each([false, true])("at the same moment, exactly one succeeds (transactions conflict: %s)", async (isContended) => {
    await ask("ada", idOf("cem"), way);
    if (isContended) conflict();
    togetherWith(2);
    const statuses = await Promise.all([ask("ada", idOf("bob"), way), ask("bob", idOf("ada"), way)]);
    expect(statuses.toSorted()).toEqual([200, 412]);
    expect(await administrators()).toHaveLength(1);
  });

  test("in a ring of three, one is left at least", async () => {
    togetherWith(3);
    const ring = [ask("ada", idOf("bob"), way), ask("bob", idOf("cem"), way), ask("cem", idOf("ada"), way)];
    const statuses = await Promise.all(ring);
    expect(statuses).toContain(200);
    expect((await administrators()).length).toBe(3 - statuses.filter((status) => status === 200).length);
    expect((await administrators()).length).toBeGreaterThan(0);
  });

  test("the last one stays: nobody does it to themselves", async () => {
    for (const name of ["bob", "cem"] as const) expect(await ask("ada", idOf(name), way)).toBe(200);
    expect(await ask("ada", idOf("ada"), way)).toBe(409);
    expect(await administrators()).toEqual(["ada"]);
  });
});

test("whoever was removed meanwhile registers nobody: what they asked rested on a record that changed", async () => {
  const { register } = ports.accounts;
  ports.accounts.register = async (...given) => {
    expect(await ask("bob", idOf("ada"), { route: "DELETE /v1/accounts/{id}" })).toBe(200);
    return register(...given);
  };
  const grants = [{ role: "administrator", location: "all" }];
  const body = { subject: "crony", email: "crony@example.org", grants };
  expect(await ask("ada", undefined, { route: "POST /v1/accounts", body })).toBe(412);
  expect(await ports.accounts.get(signedUp("crony").id)).toBeUndefined();
});
