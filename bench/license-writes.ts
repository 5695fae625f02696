// How many licenses are assigned, one in each act, by one writer and by many, on one asset and on many of one location: the very handler, over the
// very records. Easy to get wrong: the embedded database knows no conflicts, so without those of test/support/adapters/contention.ts nobody ever has to wait.
import assert from "node:assert/strict";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type AssetKey, assetText, targetText } from "../domain/licenses/licenses.ts";
import { acquiring, together } from "../domain/licenses/postings.ts";
import { Refusal } from "../domain/shared/refusal.ts";
import { recordsIn } from "../functions/aws/records.ts";
import { assignLicenses } from "../functions/licenses/assign.ts";
import { startDynamoDb } from "../local/dynamodb.ts";
import { contend } from "../test/support/adapters/contention.ts";
import { aLocation, anAccount, anOrganization, locationId } from "../test/support/builders/make.ts";
import { makeTables, TABLES } from "../test/support/database/table.ts";
import { connect, quiet } from "./surroundings.ts";

/** Writer i assigns licenses of asset i mod `assets`, one act after the other. */
export type Cell = { readonly writers: number; readonly assets: number };
/** Whichever comes first ends a cell; an act that was begun is finished. */
export type Bounds = { readonly seconds: number; readonly actsPerWriter?: number };
/** `refused`: acts that were answered `busy`. `transactions`: sent, whatever became of them. `seconds`: until the last act was answered. */
export type Writes = { readonly licenses: number; readonly refused: number; readonly transactions: number; readonly seconds: number };
/** `alone`: one writer on one asset without conflicts, what both sides are compared with. */
export type Measured = Cell & { readonly alone: Writes; readonly without: Writes; readonly with: Writes };

const ALONE: Cell = { writers: 1, assets: 1 };
export const CELLS: readonly Cell[] = [1, 64].flatMap((assets) => [1, 8, 64].map((writers) => ({ writers, assets })));

const ACQUIRED = 1_000_000;
const caller = anAccount();
const assetAt = (index: number): AssetKey => ({ locationId: locationId(), adamId: String(1000 + index), pricingParam: "STDQ" });

const countTransactions = (client: DynamoDBDocumentClient): (() => number) => {
  let sent = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === "TransactWriteItemsCommand") sent += 1;
        return next(args);
      },
    { step: "initialize", name: "countTransactions", priority: "high" },
  );
  return () => sent;
};

const portsOn = (client: DynamoDBDocumentClient) => ({ ...recordsIn({ client, ...TABLES }), ...quiet, now: () => new Date() });
type Ports = ReturnType<typeof portsOn>;

/** Two items for each asset, and a transaction takes 100. */
const ASSETS_AT_ONCE = 32;

const ACQUIRED_AT = new Date("2026-01-01T00:00:00Z");

const acquireEach = async (assets: readonly AssetKey[], { organizations, licenses }: Ports): Promise<void> => {
  assert.ok(await organizations.found(anOrganization(), aLocation(), caller));
  const postings = assets.map((asset) => acquiring(asset, undefined, { productType: "App", quantity: ACQUIRED }, ACQUIRED_AT));
  for (let start = 0; start < postings.length; start += ASSETS_AT_ONCE)
    assert.ok(await licenses.post(together(postings.slice(start, start + ASSETS_AT_ONCE), ACQUIRED_AT)));
};

/** Whom each asset's licenses were given to, by what the acts were answered. */
type Given = ReadonlyMap<string, readonly string[]>;

/** The ledger holds what the acts were answered, and nothing of those that were refused: no license, no assignment, no event. */
const assertKept = async (assets: readonly AssetKey[], given: Given, { licenses, outbox }: Ports): Promise<void> => {
  for (const asset of assets) {
    const rows: string[] = [];
    let after: string | undefined;
    do {
      const page = await licenses.assignments({ of: "asset", asset }, { limit: 500, after });
      rows.push(...page.items.map(({ target }) => targetText(target)));
      after = page.next;
    } while (after !== undefined);
    const { available, assigned, retired } = (await licenses.asset(asset)) ?? {};
    const meant = given.get(assetText(asset)) ?? [];
    assert.deepEqual({ available, assigned, retired }, { available: ACQUIRED - meant.length, assigned: meant.length, retired: 0 });
    assert.deepEqual(rows.toSorted(), meant.toSorted(), "those have a license whom one was given, and nobody whose act was refused");
  }
  const untold = await Array.fromAsync(outbox.pending(new Date("9999-01-01")));
  assert.deepEqual(untold, [], "an act that was refused leaves nothing to tell");
};

/** Whether the act was done; false when it was refused as `busy`. */
const assign = async (asset: AssetKey, serialNumber: string, ports: Ports): Promise<boolean> => {
  try {
    const input = { ...asset, serialNumbers: [serialNumber], clientUserIds: [] };
    const { body } = await assignLicenses({ caller, input, idempotencyKey: undefined }, ports);
    assert.equal(body?.assigned, 1);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.reason === "busy") return false;
    throw error;
  }
};

const writesOf = async (client: DynamoDBDocumentClient, cell: Cell, bounds: Bounds, isContended: boolean): Promise<Writes> => {
  const { seconds, actsPerWriter = Number.POSITIVE_INFINITY } = bounds;
  await makeTables(client);
  const ports = portsOn(client);
  const assets = Array.from({ length: cell.assets }, (_, index) => assetAt(index));
  await acquireEach(assets, ports);
  const transactions = countTransactions(client);
  if (isContended) contend(client);

  const given = new Map(assets.map((asset): [string, string[]] => [assetText(asset), []]));
  let refused = 0;
  const begin = performance.now();
  const write = async (writer: number): Promise<void> => {
    const asset = assetAt(writer % cell.assets);
    for (let act = 0; act < actsPerWriter && performance.now() < begin + seconds * 1000; act++) {
      const serialNumber = `${writer}-${act}`;
      if (await assign(asset, serialNumber, ports)) given.get(assetText(asset))?.push(targetText({ serialNumber }));
      else refused += 1;
    }
  };
  await Promise.all(Array.from({ length: cell.writers }, (_, writer) => write(writer)));
  const took = (performance.now() - begin) / 1000;
  await assertKept(assets, given, ports);
  return { licenses: [...given.values()].flat().length, refused, transactions: transactions(), seconds: took };
};

/** Of a cell's seconds. */
const ALONE_SHARE = 1 / 5;

/**
 * Each cell without conflicts and with them, and one writer alone between the two: what is compared is measured side by side. Throws when a ledger
 * does not hold what the acts were answered.
 */
export const measureWrites = async (bounds: Bounds, cells = CELLS): Promise<Measured[]> => {
  const database = await startDynamoDb();
  const side = async (cell: Cell, isContended: boolean, share = 1): Promise<Writes> => {
    // An act reads two items at once.
    const client = connect(database.endpoint, 2 * cell.writers);
    try {
      return await writesOf(client, cell, { ...bounds, seconds: bounds.seconds * share }, isContended);
    } finally {
      client.destroy();
    }
  };
  try {
    // What is compiled on the way would count against whoever comes first.
    await side(ALONE, true, ALONE_SHARE);
    const measured: Measured[] = [];
    for (const cell of cells) {
      const without = await side(cell, false);
      const alone = await side(ALONE, false, ALONE_SHARE);
      measured.push({ ...cell, without, alone, with: await side(cell, true) });
    }
    return measured;
  } finally {
    await database.close();
  }
};
