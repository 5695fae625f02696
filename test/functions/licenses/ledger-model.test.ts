// The ledger, the tokens and the subscription under whatever several people and MDM servers ask of them at once: on a real DynamoDB whose transactions
// conflict as AWS's do, with acts that are cut short and asked again. After each step the records are held against what was acquired and what must never
// be. Which of the acts at once comes first is not drawn: a run that failed may pass when it is run again.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assetText, totalOf } from "../../../domain/licenses/licenses.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { contend } from "../../support/adapters/contention.ts";
import { at } from "../../support/builders/make.ts";
import { clientOf, databaseForTests } from "../../support/database/records.ts";
import { TABLES } from "../../support/database/table.ts";
import { acts, begin, carryOut, type Draw, type Model, type Real } from "../../support/scenarios/ledger-model.ts";
import { type Host, makeHost } from "../../support/scenarios/scene.ts";

const database = databaseForTests();

const EVER = at("2100-01-01");

/** Everything there is of the locations: their assets with who has one, and their tokens. */
const recordsOf = async (model: Model, { ports }: Host) => {
  const listed = (await ports.locations.list({ limit: 100 })).items;
  for (const { id } of listed) model.known.add(id);
  const found = await ports.locations.getAll([...model.known]);
  return Promise.all(
    [...found.values()].map(async (location) => {
      const assets = await Promise.all(
        (await ports.licenses.assets(location.id)).map(async (asset) => {
          const { items, next } = await ports.licenses.assignments({ of: "asset", asset }, { limit: 100 });
          return { ...asset, rows: items.length, isWhole: next === undefined };
        }),
      );
      const live = (await Array.fromAsync(ports.tokens.ofLocation(location.id))).filter(({ invalidation }) => invalidation === undefined);
      return { location, isListed: listed.some(({ id }) => id === location.id), assets, live: live.length };
    }),
  );
};
type Found = Awaited<ReturnType<typeof recordsOf>>;

const assertLedger = (found: Found, model: Model): void => {
  const all = found.flatMap(({ assets }) => assets);
  const sums = new Map<string, number>();
  for (const asset of all) sums.set(asset.adamId, (sums.get(asset.adamId) ?? 0) + totalOf(asset));
  expect(sums, "what there is, and what was acquired").toEqual(model.acquired);
  for (const { rows, isWhole, available, assigned, retired, ...asset } of all) {
    const where = `${asset.locationId} ${assetText(asset)}`;
    expect({ where, isWhole, rows }).toEqual({ where, isWhole: true, rows: assigned });
    expect(Math.min(available, assigned, retired), where).toBeGreaterThanOrEqual(0);
    if (asset.revocable) continue;
    expect(assigned + retired, `given for good: ${where}`).toBeGreaterThanOrEqual(model.gone.get(where) ?? 0);
    model.gone.set(where, assigned + retired);
  }
};

const assertLocations = (found: Found, model: Model): void => {
  for (const { location, isListed, assets, live } of found) {
    const isClosed = location.closedAt !== undefined;
    expect(isListed, `listed: ${location.id}`).toBe(!isClosed);
    if (model.closed.has(location.id)) expect(isClosed, `still closed: ${location.id}`).toBe(true);
    if (!isClosed) continue;
    model.closed.add(location.id);
    const left = assets.filter(({ available, assigned }) => available + assigned > 0);
    expect({ id: location.id, left, live, reserved: location.reservedAt }).toEqual({ id: location.id, left: [], live: 0 });
  }
  expect(found.filter(({ location }) => location.primary)).toHaveLength(1);
};

/** Each version of it is one beginning or one end, told and entered in the log once. */
const assertSubscription = async (found: Found, { ports, told }: Host): Promise<void> => {
  const subscription = await ports.subscriptions.get();
  const { version } = subscription;
  const reserved = found.flatMap(({ location }) => (location.reservedAt === undefined ? [] : [location.id]));
  expect(reserved).toEqual(subscription.plan === "monthly" ? [subscription.locationId] : []);
  const log = (await ports.custody.list({}, { limit: 1000 })).items;
  const entered = log.filter(({ act }) => act === "subscription-began" || act === "subscription-ended");
  const untold = await Array.fromAsync(ports.outbox.pending(EVER));
  const events = [...told, ...untold].filter((one) => one.kind === "event" && /^Location(Reserved|Released)$/.test(one.type));
  const ids = new Set(events.map(({ id }) => id));
  expect({ entered: entered.length, told: ids.size }).toEqual({ entered: version, told: version });
  expect(version % 2).toBe(subscription.plan === "monthly" ? 1 : 0);
};

const assertHolds = async (model: Model, { host }: Real): Promise<void> => {
  const found = await recordsOf(model, host);
  assertLedger(found, model);
  assertLocations(found, model);
  await assertSubscription(found, host);
};

class AtOnce implements fc.AsyncCommand<Model, Real> {
  readonly draws: readonly Draw[];
  constructor(draws: readonly Draw[]) {
    this.draws = draws;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, real: Real): Promise<void> {
    await carryOut(this.draws, model, real);
    await assertHolds(model, real);
  }
  toString(): string {
    return `at once ${fc.stringify(this.draws)}`;
  }
}

/** Shrinking included: a run that fails is made shorter for as long as this, and told as it is then. */
const MOST_MILLISECONDS = 20_000;

test("licenses are neither lost nor made, nothing reserved is handed out, and what is closed stays empty", {
  timeout: 60_000,
}, async () => {
  const client = clientOf(database.endpoint());
  const contention = contend(client);
  const commands = fc.commands([acts.map((draws) => new AtOnce(draws))], { maxCommands: 16, size: "max" });
  const property = fc.asyncProperty(commands, async (steps) => {
    await database.table();
    const { model, real } = await begin(makeHost(recordsIn({ client, ...TABLES })));
    await fc.asyncModelRun(() => ({ model, real }), steps);
  });
  await fc.assert(property, { numRuns: 10, interruptAfterTimeLimit: MOST_MILLISECONDS });
  client.destroy();
  // It would prove little if nothing had met.
  expect(contention().conflicts).toBeGreaterThan(0);
});
