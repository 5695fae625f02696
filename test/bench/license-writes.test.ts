// License writes, measured in tiny cells: what they count is what was written, and the report tells it.
import { expect, test } from "vitest";
import { type Measured, measureWrites, type Writes } from "../../bench/license-writes.ts";
import { reportOf, writesTable } from "../../bench/report.ts";
import { someChecks, someWork } from "./measured.ts";

const WRITERS = 8;
const ACTS = 2;

test("writers who have an asset each never meet, those of one asset do; no act is lost", { timeout: 60_000 }, async () => {
  const cells = [WRITERS, 1].map((assets) => ({ writers: WRITERS, assets }));
  const [apart, together] = await measureWrites({ seconds: 30, actsPerWriter: ACTS }, cells);
  const all = { licenses: WRITERS * ACTS, refused: 0, transactions: WRITERS * ACTS };
  expect(apart).toMatchObject({ without: all, with: all });
  expect(together?.without).toMatchObject(all);
  expect(Number(together?.with.licenses) + Number(together?.with.refused)).toBe(WRITERS * ACTS);
  expect(together?.with.transactions).toBeGreaterThan(WRITERS * ACTS);
});

const writes = (licenses: number, over: Partial<Writes> = {}): Writes => ({
  licenses,
  refused: 0,
  transactions: licenses,
  seconds: 1,
  ...over,
});

test("is told in ratios to the writer who was alone beside it, and in what contention cost", () => {
  const contended = writes(60, { refused: 1234, transactions: 120, seconds: 2 });
  const [, , ...rows] = writesTable([{ writers: 64, assets: 1, alone: writes(100), without: writes(300), with: contended }]).split("\n");
  expect(rows.map((row) => row.split("|").map((text) => text.trim()))).toEqual([
    ["", "64", "1", "100", "300", "3.00", "30", "0.30", "0.10", "2.00", "1,234", "1,294", ""],
  ]);
});

const nothing = { startUps: [], runs: [], complaints: [], writes: [], work: someWork, checks: someChecks };

test.each([
  ["that never meet", 64, /conflicts follow the asset/],
  ["that meet all the same", 65, /\*\*Writers of different assets meet/],
])("writers with an asset each %s are told of", (_, transactions, told) => {
  const apart: Measured = { writers: 64, assets: 64, alone: writes(64), without: writes(64), with: writes(64, { transactions }) };
  const machine = { day: "2026-01-01", node: "v24", cores: 2 };
  expect(reportOf(machine, { ...nothing, writes: [apart] })).toMatch(told);
});
