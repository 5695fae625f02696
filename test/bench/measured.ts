// What might have been measured, for what tells of it.
import type { Turn, WorkMeasured } from "../../bench/device-work.ts";
import type { ChecksMeasured } from "../../bench/token-checks.ts";

const turn = (licenses: number, units: number): Turn => ({ licenses, seconds: 2, transactions: licenses / 2, units });

/** Two turns, in which the large request was three and five times as fast as a person. */
export const someWork: WorkMeasured = {
  size: { assets: 2, devices: 80 },
  turns: [30, 50].map((large) => ({ large: turn(large, 2 * large), small: turn(4, 72), person: turn(10, 70) })),
};

const reads = (requests: number) => ({ requests, items: 2 * requests, units: 3 * requests });

export const someChecks: ChecksMeasured = [
  { warm: { checks: 20, seconds: 1, reads: reads(20) }, cold: { checks: 10, seconds: 1, reads: reads(30) } },
];
