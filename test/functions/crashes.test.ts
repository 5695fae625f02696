// Nothing is lost: every handler is run with the process dying after each of its calls to a port in turn. Then the functions that run by the clock
// sweep. What an API's caller asked was done whole or not at all; what a queue or a clock gives again ends as if nothing had happened; and each event
// that was recorded is told, by its identifier once.
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { isEnded, statusOf } from "../../domain/device-api/work.ts";
import { openLinks, openSightings } from "../../domain/mdm-servers/links.ts";
import { retryParkedFacts } from "../../functions/accounts/retry-parked-facts.ts";
import { ENV } from "../../functions/contract/env.ts";
import { ADMIN_ROUTES, CUSTODY_ROUTES } from "../../functions/contract/routes.ts";
import { mdmRoutes } from "../../functions/device-api/routes.ts";
import { sweepOutbox } from "../../functions/operations/sweep-outbox.ts";
import { scanExpiry } from "../../functions/tokens/scan-expiry.ts";
import { crashing } from "../support/adapters/crashing.ts";
import { makeWorld } from "../support/adapters/world.ts";
import { at } from "../support/builders/make.ts";
import { type Host, later, makeHost, neverTimeUp, organize, SCENARIOS, type Scenario } from "../support/scenarios/scenarios.ts";

/** What runs by the clock, until there is nothing left to do for it. */
const sweep = async (host: Host): Promise<void> => {
  const { ports } = host;
  later(host, 600);
  for (let round = 0; round < 2; round++) {
    await sweepOutbox(ports, neverTimeUp);
    await retryParkedFacts(ports, neverTimeUp);
    await scanExpiry(ports, neverTimeUp);
  }
  later(host, 600);
  await sweepOutbox(ports, neverTimeUp);
};

/** In an order that does not hang on identifiers. */
const sorted = <Value>(values: readonly Value[]): Value[] =>
  values.toSorted((one, another) => (JSON.stringify(one) < JSON.stringify(another) ? -1 : 1));

/** Each asset with its counts, and how many have one. */
const licensesIn = async ({ locations, licenses }: Host["ports"]) => {
  const found: object[] = [];
  for (const { id } of (await locations.list({ limit: 100 })).items)
    for (const asset of await licenses.assets(id)) {
      const rows = await licenses.assignments({ of: "asset", asset }, { limit: 100 });
      found.push({ ...asset, rows: rows.items.length });
    }
  return sorted(found);
};

/** The list and the counts of pending jobs are those of the jobs that have not ended, wherever the process died. */
const assertPending = async ({ ports, ordered }: Host): Promise<void> => {
  const all = await Promise.all([...ordered].map(ports.works.get));
  const pending = all.filter((work) => work !== undefined).filter((work) => !isEnded(work));
  const listed = await Array.fromAsync(ports.pendingJobs.requestedUntil(at("2100-01-01")));
  expect(listed.map(({ id }) => id).toSorted()).toEqual(pending.map(({ id }) => id).toSorted());
  for (const { id } of (await ports.locations.list({ limit: 100 })).items) {
    const here = pending.filter(({ locationId }) => locationId === id);
    const assignments = here.reduce((sum, { requested }) => sum + requested, 0);
    expect(await ports.pendingJobs.countAt(id)).toEqual({ jobs: here.length, assignments });
  }
};

/** What MDM servers said and left at each location, and what they asked for. */
const servedIn = async (host: Host) => {
  const { ports, told, ordered } = host;
  const { locations, clientConfigs, clientUsers, works, uses, tokens } = ports;
  const places = (await locations.list({ limit: 100 })).items.map(({ id }) => id);
  const users = await Promise.all(places.map((id) => clientUsers.list(id, "all", { skip: 0, limit: 100 })));
  const asked = await Promise.all(
    [...ordered].map(async (id) => {
      const work = await works.get(id);
      if (work === undefined) throw new Error(`the work ${id} is not recorded`);
      const failed = (await works.failures(id)).map(({ step, errorNumber, targets }) => [step, errorNumber, targets]);
      const isTold = told.some((one) => one.kind === "work" && one.workId === id);
      return [work.type, statusOf(work), work.stopped?.errorNumber, work.step, work.completed, failed, isTold];
    }),
  );
  await assertPending(host);
  const used = await Promise.all((await tokens.list("all", { limit: 100 })).items.map(({ id }) => uses.of(id)));
  return {
    configs: sorted((await Promise.all(places.map(clientConfigs.get))).filter((config) => config !== undefined)),
    users: sorted(users.flat().map(({ clientUserId, email, idHash, retiredAt }) => [clientUserId, email, idHash, retiredAt !== undefined])),
    works: sorted(asked),
    // For whom and for what is told now and then only.
    used: sorted(used.map((each) => each.length > 0)),
  };
};

/** The world without what differs from run to run: identifiers, times, and how often something was looked at. */
const stateOf = async (host: Host) => {
  const { ports, files, told, pool } = host;
  if (!(await ports.organizations.isFounded())) return { organization: undefined, untold: 0, unerased: 0 };
  const seal = await ports.seals.last();
  const tokens = (await ports.tokens.list("all", { limit: 100 })).items;
  const links = await Array.fromAsync(ports.links.all());
  const servers = (await ports.servers.list({ limit: 100 })).items;
  const log = (await ports.custody.list({}, { limit: 1000 })).items;
  const byId = new Map(told.map((one) => [one.id, one]));
  return {
    ...(await servedIn(host)),
    tokens: sorted(
      tokens.map(({ origin, locationId: where, invalidation, downloadedBy, supersedesAt, lastCheck, doubt }) => ({
        origin,
        where,
        cause: invalidation?.cause,
        check: lastCheck?.outcome,
        doubt: doubt === undefined ? undefined : { reason: doubt.reason, isNoticed: doubt.noticedAt !== undefined },
        holders: downloadedBy.map(({ accountId }) => accountId).toSorted(),
        overlap: invalidation === undefined && supersedesAt !== undefined,
      })),
    ),
    people: sorted([...pool.keys()]),
    accounts: sorted(
      (await ports.accounts.list({ limit: 100 })).items.map(({ id, grants, passwordChangedAt, disabledAt }) => ({
        id,
        grants,
        changed: passwordChangedAt !== undefined,
        disabled: disabledAt !== undefined,
      })),
    ),
    locations: sorted(
      (await ports.locations.list({ limit: 100 })).items.map(({ name, appleOrgName, appleUId, reservedAt, assignedThroughTokenAt }) => ({
        name,
        appleOrgName,
        appleUId,
        inUse: assignedThroughTokenAt !== undefined,
        reserved: reservedAt !== undefined,
      })),
    ),
    licenses: await licensesIn(ports),
    subscription: (await ports.subscriptions.get()).plan,
    organization: (await ports.organizations.get()).name,
    servers: sorted(
      servers.map(({ name, mdmInfo, credentialSha256, removedAt, earlierCredentials }) => [
        name,
        mdmInfo,
        credentialSha256 !== undefined,
        removedAt !== undefined,
        earlierCredentials.length,
      ]),
    ),
    links: sorted(
      links.map((record) => ({
        open: openLinks(record).length,
        closed: record.links.length - openLinks(record).length,
        seen: sorted(openSightings(record).map(({ how, provedAt }) => [how, provedAt !== undefined])),
        noLongerSeen: record.sightings.length - openSightings(record).length,
        conflict: record.conflict !== undefined,
      })),
    ),
    conflicts: sorted((await ports.links.conflicts({ limit: 100 })).items.map(({ resolution }) => resolution !== undefined)),
    files: files.size,
    sealed: seal === undefined ? 0 : seal.heads.length,
    untold: (await Array.fromAsync(ports.outbox.pending(at("2100-01-01")))).length,
    unerased: (await Array.fromAsync(ports.erasures.planned(at("2100-01-01")))).length,
    parked: (await Array.fromAsync(ports.parking.all())).length,
    acts: log.map(({ act }) => act).toSorted(),
    // An order for work, or a check, may be given more often than it was recorded.
    told: [...byId.values()]
      .filter(({ kind }) => kind !== "work" && kind !== "check")
      .map((one) => (one.kind === "event" ? one.type : one.kind))
      .toSorted(),
  };
};

/** One run: what there was, the act with a crash after so many calls, and, if somebody does, the act again; then the sweep. */
const run = async ({ before, act, again, begins }: Scenario, after: number, acts = true) => {
  const host = makeHost(makeWorld());
  if (begins === undefined) await organize(host);
  const given = (await before?.(host)) ?? [];
  const { ports, calls } = crashing(host.ports, after);
  if (acts) await act(ports, host, given).catch(() => undefined);
  const made = calls();
  if (acts && again && after <= made) await act(host.ports, host, given).catch(() => undefined);
  if (await host.ports.organizations.isFounded()) await sweep(host);
  return { made, state: await stateOf(host) };
};

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) => {
  test(`${scenario.again ? "and again" : "whole or not at all"}, wherever the process died`, { timeout: 30_000 }, async () => {
    const whole = await run(scenario, Number.POSITIVE_INFINITY);
    const { state: nothing } = await run(scenario, Number.POSITIVE_INFINITY, false);
    expect(whole.made).toBeGreaterThan(1);
    if (!scenario.changesNothing) expect(whole.state).not.toEqual(nothing);
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

test("everything that changes what is kept is in a scene: every such route, and every function", () => {
  const routes = [...ADMIN_ROUTES, ...CUSTODY_ROUTES].filter((key) => !key.startsWith("GET ") || key === "GET /v1/fetch/content-token");
  // Any request of an MDM server notes that its token is used: one that reads stands for all. Some are always refused.
  const asked = Object.entries(mdmRoutes()).filter(([key, { reply }]) => !key.startsWith("GET ") && !(reply instanceof z.ZodNever));
  const all = [...routes, ...asked.map(([key]) => key), "GET /mdm/v2/client/config"];
  expect(new Set(SCENARIOS.flatMap(({ route }) => route ?? []))).toEqual(new Set(all));
  // Whoever is told of no table and no bucket can't change what is kept.
  const keepers = Object.entries(ENV).filter(
    // The function that asks Apple only reads: it has no right to write.
    ([name, told]) => name !== "apple-check" && Object.keys(told.shape).some((each) => /_(TABLE|BUCKET)$/.test(each)),
  );
  expect(new Set<string>(SCENARIOS.map(({ by }) => by))).toEqual(new Set(keepers.map(([name]) => name)));
});
