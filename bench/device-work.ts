// How many licenses the worker of the device management API assigns: of one request as large as one may be, of as many requests of one license each, and beside
// them one act of a person for each license. They take turns, so that what is compared meets the same noise.
import assert from "node:assert/strict";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { noClientConfig } from "../domain/device-api/client-config.ts";
import { statusOf, type Work, WorkId } from "../domain/device-api/work.ts";
import type { AssetKey } from "../domain/licenses/licenses.ts";
import { acquiring, together } from "../domain/licenses/postings.ts";
import { noLinks } from "../domain/mdm-servers/links.ts";
import type { LocationId } from "../domain/shared/ids.ts";
import { recordsIn } from "../functions/aws/records.ts";
import { ordered } from "../functions/device-api/enqueue-job.ts";
import { doWork } from "../functions/device-api/jobs/run-job.ts";
import { assignLicenses } from "../functions/licenses/assign.ts";
import type { TokenBearer } from "../functions/middleware/mdm-handler.ts";
import type { Ports } from "../functions/ports/ports.ts";
import { startDynamoDb } from "../local/dynamodb.ts";
import { aContentToken, aLocation, anAccount, anOrganization, contentTokenId, locationId } from "../test/support/builders/make.ts";
import { makeTables, TABLES } from "../test/support/database/table.ts";
import { connect, quiet } from "./surroundings.ts";
import { countWrites, type Written } from "./written.ts";

/** What a way comes to in one turn, or in all. */
export type Turn = Written & { readonly licenses: number; readonly seconds: number };
export const WAYS = ["large", "small", "person"] as const;
export type Way = (typeof WAYS)[number];
/** Turn by turn, each of which all ways took one after the other. */
export type WorkMeasured = { readonly size: Size; readonly turns: readonly Readonly<Record<Way, Turn>>[] };
/** Of the large request. */
export type Size = { readonly assets: number; readonly devices: number };

export const LARGEST: Size = { assets: 25, devices: 1000 };
/** Two items for each asset, and a transaction takes 100. */
const ASSETS_AT_ONCE = 32;
const ACQUIRED = 1_000_000;
const NOW = new Date("2026-06-01T12:00:00Z");
const caller = anAccount();
const PLACES: Readonly<Record<Way, LocationId>> = { large: locationId(1), small: locationId(2), person: locationId(3) };

const assetAt = (place: LocationId, index: number): AssetKey => ({ locationId: place, adamId: String(1000 + index), pricingParam: "STDQ" });
const serial = (index: number): string => `C02X${String(index).padStart(8, "0")}`;

const portsOn = (client: DynamoDBDocumentClient) => ({ ...recordsIn({ client, ...TABLES }), ...quiet, now: () => new Date() });
type BenchPorts = ReturnType<typeof portsOn>;

/** Each way's location, used through a token before, with licenses of each asset. */
const prepare = async ({ assets }: Size, { organizations, locations, licenses, tokens, erasures }: BenchPorts): Promise<void> => {
  const places = Object.values(PLACES).map((id, index) =>
    aLocation({ id, uId: `100000000000000${index}`, primary: index === 0, assignedThroughTokenAt: NOW }),
  );
  const [first, ...others] = places;
  assert.ok(first !== undefined && (await organizations.found(anOrganization(), first, caller)));
  for (const other of others) assert.ok(await locations.add(other));
  // The worker evaluates the token before each step.
  for (const token of places.map(({ id }) => tokenAt(id))) {
    await erasures.plan(token.file.key, NOW);
    assert.ok(await tokens.add(token));
  }
  for (const { id } of places) {
    const postings = Array.from({ length: assets }, (_, index) =>
      acquiring(assetAt(id, index), undefined, { productType: "App", quantity: ACQUIRED }, NOW),
    );
    for (let start = 0; start < assets; start += ASSETS_AT_ONCE)
      assert.ok(await licenses.post(together(postings.slice(start, start + ASSETS_AT_ONCE), NOW)));
  }
};

const tokenAt = (id: LocationId) => {
  const seed = Object.values(PLACES).indexOf(id) + 1;
  return aContentToken({ id: contentTokenId(seed), locationId: id, secretSha256: String(seed).repeat(64) });
};

const bearerAt = (id: LocationId): TokenBearer => ({
  token: tokenAt(id),
  location: aLocation({ id }),
  links: noLinks(id),
  config: noClientConfig(id),
});

const neverTimeUp = (): boolean => false;

/** A queue of one piece of work: the order that the worker puts back is given to it at once. */
const workedOn = async (id: WorkId, ports: BenchPorts): Promise<Work> => {
  await doWork({ workId: id }, ports, neverTimeUp);
  const work = await ports.works.get(id);
  assert.ok(work !== undefined);
  return work;
};

/** Each does a little and answers how many licenses it assigned; `undefined` when there is nothing left to do. */
type Doing = () => Promise<number | undefined>;

const largeRequest = ({ assets, devices }: Size, ports: BenchPorts): Doing => {
  let id: WorkId | undefined;
  let before = 0;
  return async () => {
    if (id === undefined) {
      const wanted = Array.from({ length: assets }, (_, index) => ({
        adamId: assetAt(PLACES.large, index).adamId,
        pricingParam: "STDQ" as const,
      }));
      const targets = Array.from({ length: devices }, (_, index) => ({ serialNumber: serial(index) }));
      const order = await ordered({ type: "ASSOCIATE", assets: wanted, targets }, bearerAt(PLACES.large), ports);
      id = WorkId.parse(order.eventId);
    }
    const work = await workedOn(id, ports);
    const done = work.completed - before;
    before = work.completed;
    assert.notEqual(statusOf(work), "FAILED");
    return done === 0 ? undefined : done;
  };
};

const smallRequests = ({ assets }: Size, ports: BenchPorts): Doing => {
  let count = 0;
  return async () => {
    const { adamId } = assetAt(PLACES.small, count % assets);
    const targets = [{ serialNumber: serial(count++) }];
    const { eventId } = await ordered(
      { type: "ASSOCIATE", assets: [{ adamId, pricingParam: "STDQ" }], targets },
      bearerAt(PLACES.small),
      ports,
    );
    assert.equal(statusOf(await workedOn(WorkId.parse(eventId), ports)), "COMPLETE");
    return 1;
  };
};

const onePerson = ({ assets }: Size, ports: BenchPorts): Doing => {
  let count = 0;
  return async () => {
    const input = { ...assetAt(PLACES.person, count % assets), serialNumbers: [serial(count++)], clientUserIds: [] };
    const { body } = await assignLicenses({ caller, input, idempotencyKey: undefined }, ports);
    assert.equal(body?.assigned, 1);
    return 1;
  };
};

/** The ledger holds what was counted, whichever way it came there. */
const assertKept = async (counted: Readonly<Record<Way, number>>, { licenses }: Pick<Ports, "licenses">): Promise<void> => {
  for (const way of WAYS) {
    const all = await licenses.assets(PLACES[way]);
    assert.equal(
      all.reduce((sum, { assigned }) => sum + assigned, 0),
      counted[way],
    );
    for (const { available, assigned } of all) assert.equal(available + assigned, ACQUIRED);
  }
};

/** The large request is long: its turns are longer, so that it ends. */
const SHARE: Readonly<Record<Way, number>> = { large: 3, small: 1, person: 1 };

export type WorkBounds = { readonly turns: number; readonly seconds: number; readonly size?: Size; readonly actsPerTurn?: number };

/**
 * Turns until the large request is done, `turns` at most. `seconds`: of one turn of one way, which finishes what it began. Throws when a ledger does not hold
 * what was counted.
 */
export const measureWork = async ({
  turns,
  seconds,
  size = LARGEST,
  actsPerTurn = Number.POSITIVE_INFINITY,
}: WorkBounds): Promise<WorkMeasured> => {
  const database = await startDynamoDb();
  const client = connect(database.endpoint);
  try {
    await makeTables(client);
    const ports = portsOn(client);
    await prepare(size, ports);
    const doing: Readonly<Record<Way, Doing>> = {
      large: largeRequest(size, ports),
      small: smallRequests(size, ports),
      person: onePerson(size, ports),
    };
    const counted = { large: 0, small: 0, person: 0 };
    const writes = countWrites(client);
    const turn = async (way: Way): Promise<Turn> => {
      writes();
      const begin = performance.now();
      let licenses = 0;
      for (let act = 0; act < actsPerTurn && performance.now() < begin + SHARE[way] * seconds * 1000; act++) {
        const done = await doing[way]();
        if (done === undefined) break;
        licenses += done;
      }
      counted[way] += licenses;
      return { licenses, seconds: (performance.now() - begin) / 1000, ...writes() };
    };
    const measured: Record<Way, Turn>[] = [];
    for (let count = 0; count < turns && counted.large < size.assets * size.devices; count++)
      measured.push({ large: await turn("large"), small: await turn("small"), person: await turn("person") });
    await assertKept(counted, ports);
    return { size, turns: measured };
  } finally {
    client.destroy();
    await database.close();
  }
};
