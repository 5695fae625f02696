// Nothing is lost: every handler is run with the process dying after each of its calls to a port in turn. Then the functions that run by the clock
// sweep. What an API's caller asked was done whole or not at all; what a queue or a clock gives again ends as if nothing had happened; and each event
// that was recorded is told, by its identifier once.
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Announcement } from "../../domain/events.ts";
import { adminRoutes, custodyRoutes } from "../../functions/api/routes.ts";
import { http } from "../../functions/doors/http.ts";
import { takeIdentityEvent } from "../../functions/events/take-identity-event.ts";
import { accountIdOf } from "../../functions/identity.ts";
import type { Ports } from "../../functions/ports.ts";
import { retryParkedFacts } from "../../functions/schedule/retry-parked-facts.ts";
import { scanExpiry } from "../../functions/schedule/scan-expiry.ts";
import { sweepOutbox } from "../../functions/schedule/sweep-outbox.ts";
import { crashing } from "../crashing.ts";
import { aLocation, anOrganization, at, locationId } from "../make.ts";
import { busInMemory, filesInMemory, logInMemory } from "../outside.ts";
import { signedUp } from "../service.ts";
import { makeWorld } from "../world.ts";

const START = at("2026-06-01T12:00:00.000Z");
const [ada, manager] = [signedUp("ada"), signedUp("manager")];
const here = aLocation();
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
const always = (): boolean => false;

const makeHost = () => {
  const clock = { now: START };
  const files = new Map<string, Uint8Array>();
  const told: Announcement[] = [];
  const ports: Ports = {
    ...makeWorld(),
    files: filesInMemory(files),
    bus: busInMemory(told),
    log: logInMemory([]),
    now: () => clock.now,
    random: (bytes) => randomBytes(bytes),
  };
  return { ports, files, told, clock };
};
type Host = ReturnType<typeof makeHost>;

const later = ({ clock }: Host, seconds: number): void => {
  clock.now = new Date(clock.now.getTime() + seconds * 1000);
};

type Asked = {
  readonly route: string;
  readonly path?: readonly string[];
  readonly body?: object;
  readonly key?: string;
  readonly bearer?: string;
};

/** As the gateway calls; the answer's body, whatever its status. */
const call = async (ports: Ports, now: Date, { route, path = [], body, key, bearer }: Asked) => {
  const names = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const { statusCode, body: text } = await http(
    { ...adminRoutes, ...custodyRoutes },
    ports,
  )({
    routeKey: route,
    headers: {
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    pathParameters: Object.fromEntries(names.map((name, index) => [name, path[index]])),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    requestContext: {
      requestId: "r",
      authorizer: { jwt: { claims: { sub: "ada", token_use: "access", auth_time: String(Math.floor(now.getTime() / 1000)) } } },
    },
  });
  return { statusCode, body: text === "" ? {} : JSON.parse(text) };
};

/** What runs by the clock, until there is nothing left to do for it. */
const sweep = async (host: Host): Promise<void> => {
  const { ports } = host;
  later(host, 600);
  for (let round = 0; round < 2; round++) {
    await sweepOutbox(ports, always);
    await retryParkedFacts(ports, always);
    await scanExpiry(ports, always);
  }
  later(host, 600);
  await sweepOutbox(ports, always);
};

/** In an order that does not hang on identifiers. */
const sorted = <Value>(values: readonly Value[]): Value[] =>
  values.toSorted((one, another) => (JSON.stringify(one) < JSON.stringify(another) ? -1 : 1));

/** The world without what differs from run to run: identifiers, times, and how often something was looked at. */
const stateOf = async ({ ports, files, told }: Host) => {
  const tokens = (await ports.tokens.list("all", { limit: 100 })).items;
  const links = await Array.fromAsync(ports.links.all());
  const servers = (await ports.servers.list({ limit: 100 })).items;
  const log = (await ports.custody.list({}, { limit: 1000 })).items;
  const byId = new Map(told.map((one) => [one.id, one]));
  return {
    tokens: sorted(
      tokens.map(({ origin, locationId: where, invalidation, downloadedBy, supersedesAt }) => ({
        origin,
        where,
        cause: invalidation?.cause,
        holders: downloadedBy.map(({ accountId }) => accountId).toSorted(),
        overlap: invalidation === undefined && supersedesAt !== undefined,
      })),
    ),
    accounts: sorted(
      (await ports.accounts.list({ limit: 100 })).items.map(({ id, grants, passwordChangedAt, disabledAt }) => ({
        id,
        grants,
        changed: passwordChangedAt !== undefined,
        disabled: disabledAt !== undefined,
      })),
    ),
    locations: sorted((await ports.locations.list({ limit: 100 })).items.map(({ name, appleOrgName }) => ({ name, appleOrgName }))),
    organization: (await ports.organizations.get()).name,
    servers: sorted(
      servers.map(({ name, removedAt, earlierCredential }) => [name, removedAt !== undefined, earlierCredential !== undefined]),
    ),
    links: sorted(
      links.map(({ links: all, conflict }) => ({
        open: all.filter(({ removedAt }) => removedAt === undefined).length,
        closed: all.filter(({ removedAt }) => removedAt !== undefined).length,
        used: all.filter(({ usedAt }) => usedAt !== undefined).length,
        conflict: conflict !== undefined,
      })),
    ),
    conflicts: sorted((await ports.links.conflicts({ limit: 100 })).items.map(({ resolution }) => resolution !== undefined)),
    files: files.size,
    untold: (await Array.fromAsync(ports.outbox.pending(at("2100-01-01")))).length,
    unerased: (await Array.fromAsync(ports.erasures.planned(at("2100-01-01")))).length,
    parked: (await Array.fromAsync(ports.parking.all())).length,
    acts: log.map(({ act }) => act).toSorted(),
    told: [...byId.values()].map((one) => (one.kind === "event" ? one.type : one.kind)).toSorted(),
  };
};

type Scenario = {
  readonly name: string;
  /** What was there before; its answer is given to `act`. */
  readonly before?: (host: Host) => Promise<string[]>;
  readonly act: (ports: Ports, host: Host, given: readonly string[]) => Promise<unknown>;
  /** Whoever asked asks again, as a queue, a clock or a careful client does. Otherwise the act is done whole or not at all. */
  readonly again?: boolean;
};

const organize = async (host: Host): Promise<void> => {
  await host.ports.organizations.found(anOrganization(), here, ada);
  await host.ports.locations.add(other);
  await host.ports.accounts.register(manager);
};

const issue = async (host: Host, location = here.id): Promise<string> =>
  (await call(host.ports, host.clock.now, { route: "POST /v1/content-tokens", body: { locationId: location } })).body.id;
const register = async (host: Host, name: string) =>
  (await call(host.ports, host.clock.now, { route: "POST /v1/mdm-servers", body: { name, vendor: "other" } })).body as {
    id: string;
    credential: string;
  };
const link = (host: Host, server: string, token: string) =>
  call(host.ports, host.clock.now, { route: "PUT /v1/mdm-servers/{id}/links/{tokenId}", path: [server, token], body: {} });

const fileOf = (token: string): string =>
  Buffer.from(Buffer.from(JSON.stringify({ expDate: "2027-01-01T00:00:00+0000", token, orgName: "P" })).toString("base64")).toString(
    "base64",
  );

const asking =
  (route: string, over: (given: readonly string[]) => Omit<Asked, "route"> = () => ({})): Scenario["act"] =>
  (ports, host, given) =>
    call(ports, host.clock.now, { route, ...over(given) });

const event = (detailType: string, detail: object) => ({ id: "e-1", "detail-type": detailType, time: "2026-06-01T12:00:30Z", detail });

const SCENARIOS: readonly Scenario[] = [
  { name: "issuing", act: asking("POST /v1/content-tokens", () => ({ body: { locationId: here.id } })) },
  {
    name: "issuing with a key",
    again: true,
    act: asking("POST /v1/content-tokens", () => ({ body: { locationId: here.id }, key: "k-1" })),
  },
  {
    name: "issuing without an overlap",
    before: async (host) => {
      await call(host.ports, host.clock.now, { route: "PATCH /v1/organization", body: { renewalOverlapDays: 0 } });
      const older = await issue(host);
      later(host, 86_400);
      return [older];
    },
    act: asking("POST /v1/content-tokens", () => ({ body: { locationId: here.id } })),
  },
  {
    name: "importing",
    act: asking("POST /v1/content-tokens/import", () => ({
      body: { locationId: here.id, fileName: "a.vpptoken", file: fileOf("x"), downloadedBy: manager.id },
    })),
  },
  {
    name: "downloading",
    before: async (host) => [await issue(host)],
    act: asking("POST /v1/content-tokens/{id}/downloads", (path) => ({ path, body: {} })),
  },
  {
    name: "revoking",
    before: async (host) => [await issue(host)],
    act: asking("POST /v1/content-tokens/{id}/revocation", (path) => ({ path, body: { reason: "lost" } })),
  },
  {
    name: "registering an account of which a fact was parked",
    before: async (host) => {
      await host.ports.parking.park({ accountId: accountIdOf("late"), eventId: "e", meaning: "changed", occurredAt: START });
      return [];
    },
    act: asking("POST /v1/accounts", () => ({ body: { subject: "late", email: "late@example.org" } })),
  },
  { name: "changing an account", act: asking("PATCH /v1/accounts/{id}", () => ({ path: [manager.id], body: { grants: [] } })) },
  {
    name: "disabling an account",
    before: async (host) => [await issue(host)],
    act: asking("DELETE /v1/accounts/{id}", () => ({ path: [manager.id] })),
  },
  {
    name: "reporting a password change",
    act: asking("POST /v1/accounts/{id}/password-changes", () => ({ path: [manager.id], body: {} })),
  },
  { name: "creating a location", act: asking("POST /v1/locations", () => ({ body: { name: "Third" } })) },
  { name: "renaming a location", act: asking("PATCH /v1/locations/{id}", () => ({ path: [other.id], body: { name: "New" } })) },
  { name: "changing the organization", act: asking("PATCH /v1/organization", () => ({ body: { name: "New", reminderLadder: [90, 1] } })) },
  { name: "registering an MDM server", act: asking("POST /v1/mdm-servers", () => ({ body: { name: "Fleet", vendor: "fleet" } })) },
  {
    name: "replacing a credential",
    before: async (host) => [(await register(host, "Fleet")).id],
    act: asking("POST /v1/mdm-servers/{id}/credential", (path) => ({ path, body: {} })),
  },
  {
    name: "linking a second MDM server",
    before: async (host) => {
      const token = await issue(host);
      await link(host, (await register(host, "Fleet")).id, token);
      return [(await register(host, "Zentral")).id, token];
    },
    act: asking("PUT /v1/mdm-servers/{id}/links/{tokenId}", (path) => ({ path, body: {} })),
  },
  {
    name: "unlinking",
    before: async (host) => {
      const [server, token] = [await register(host, "Fleet"), await issue(host)];
      await link(host, server.id, token);
      return [server.id, token];
    },
    act: asking("DELETE /v1/mdm-servers/{id}/links/{tokenId}", (path) => ({ path })),
  },
  {
    name: "removing an MDM server with links at two locations",
    again: true,
    before: async (host) => {
      const server = await register(host, "Fleet");
      for (const location of [here.id, other.id]) await link(host, server.id, await issue(host, location));
      return [server.id];
    },
    act: asking("DELETE /v1/mdm-servers/{id}", (path) => ({ path })),
  },
  {
    name: "resolving a conflict",
    before: async (host) => {
      const token = await issue(host);
      const [fleet, zentral] = [await register(host, "Fleet"), await register(host, "Zentral")];
      await link(host, fleet.id, token);
      const { body } = await link(host, zentral.id, token);
      return [body.conflictId, fleet.id];
    },
    act: asking("POST /v1/conflicts/{id}/resolution", ([conflict = "", keptBy]) => ({
      path: [conflict],
      body: { keptBy, reason: "moved" },
    })),
  },
  {
    name: "fetching, as the last to move on from an earlier token",
    before: async (host) => {
      const [server, older] = [await register(host, "Fleet"), await issue(host)];
      await link(host, server.id, older);
      later(host, 86_400);
      await issue(host);
      return [server.credential];
    },
    act: asking("GET /v1/fetch/content-token", ([bearer = ""]) => ({ bearer })),
  },
  ...(["account.password-changed", "account.disabled"] as const).map(
    (type): Scenario => ({
      name: `taking ${type} of an account with two tokens`,
      again: true,
      before: async (host) => [await issue(host), await issue(host, other.id)],
      act: (ports) => takeIdentityEvent(event(type, { accountId: ada.id, occurredAt: "2026-06-01T12:00:20Z" }), "pool", ports, always),
    }),
  ),
  {
    name: "taking a fact about nobody",
    again: true,
    act: (ports) => takeIdentityEvent(event("account.password-changed", { subject: "unknown" }), "pool", ports, always),
  },
  {
    name: "scanning: one to be reminded of, one that ended, one that a password killed",
    again: true,
    before: async (host) => {
      await issue(host);
      const import_ = (token: string, end: string, downloadedBy: string) =>
        call(host.ports, host.clock.now, {
          route: "POST /v1/content-tokens/import",
          body: {
            locationId: other.id,
            fileName: "a.vpptoken",
            downloadedBy,
            file: Buffer.from(Buffer.from(JSON.stringify({ expDate: end, token, orgName: "P" })).toString("base64")).toString("base64"),
          },
        });
      await import_("ending", "2026-06-08T00:00:00+0000", "unknown");
      await import_("ended", "2026-06-02T00:00:00+0000", "unknown");
      await import_("killed", "2026-06-08T00:00:00+0000", manager.id);
      await host.ports.accounts.recordPasswordChange(manager.id, START);
      later(host, 2 * 86_400);
      return [];
    },
    act: (ports) => scanExpiry(ports, always),
  },
  {
    name: "scanning after an overlap",
    again: true,
    before: async (host) => {
      await issue(host);
      later(host, 86_400);
      await issue(host);
      later(host, 31 * 86_400);
      return [];
    },
    act: (ports) => scanExpiry(ports, always),
  },
  {
    name: "retrying parked facts",
    again: true,
    before: async (host) => {
      await host.ports.parking.park({ accountId: ada.id, eventId: "e", meaning: "changed", occurredAt: START });
      await issue(host);
      return [];
    },
    act: (ports) => retryParkedFacts(ports, always),
  },
  {
    name: "sweeping",
    again: true,
    before: async (host) => {
      const { ports } = host;
      const untold = { ...ports, bus: busInMemory([], () => false), files: filesInMemory(host.files, () => true) };
      const { body } = await call(untold, host.clock.now, { route: "POST /v1/content-tokens", body: { locationId: here.id } });
      await call(untold, host.clock.now, {
        route: "POST /v1/content-tokens/{id}/revocation",
        path: [body.id],
        body: { reason: "lost" },
      });
      later(host, 600);
      return [];
    },
    act: (ports) => sweepOutbox(ports, always),
  },
];

/** One run: what there was, the act with a crash after so many calls, and, if somebody does, the act again; then the sweep. */
const run = async ({ before, act, again }: Scenario, after: number, acts = true) => {
  const host = makeHost();
  await organize(host);
  const given = (await before?.(host)) ?? [];
  const { ports, calls } = crashing(host.ports, after);
  if (acts) await act(ports, host, given).catch(() => undefined);
  const made = calls();
  if (acts && again && after <= made) await act(host.ports, host, given).catch(() => undefined);
  await sweep(host);
  return { made, state: await stateOf(host) };
};

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) => {
  test(`${scenario.again ? "and again" : "whole or not at all"}, wherever the process died`, { timeout: 30_000 }, async () => {
    const whole = await run(scenario, Number.POSITIVE_INFINITY);
    const { state: nothing } = await run(scenario, Number.POSITIVE_INFINITY, false);
    expect(whole.made).toBeGreaterThan(1);
    if (scenario.name !== "sweeping" && !/^(scanning|retrying)/.test(scenario.name)) expect(whole.state).not.toEqual(nothing);
    for (const { untold, unerased } of [whole.state, nothing]) expect([untold, unerased]).toEqual([0, 0]);
    const outcomes = new Set<string>();
    for (let after = 1; after <= whole.made; after++) {
      const { state } = await run(scenario, after);
      const isNothing = !scenario.again && JSON.stringify(state) === JSON.stringify(nothing);
      outcomes.add(isNothing ? "nothing" : "whole");
      if (!isNothing) expect({ after, state }).toEqual({ after, state: whole.state });
    }
    expect(outcomes).toContain("whole");
  });
});
