// `npm run bench`: measures, shows, writes bench/report.md. It fails when the scan's reads follow what exists, or a
// ledger of licenses does not hold what was answered; times and sizes fail nothing.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { measureWork } from "./device-work.ts";
import { measureWrites } from "./license-writes.ts";
import { complaintsAbout } from "./reads.ts";
import { checksTable, reportOf, scanTable, startUpTable, workTable, writesTable } from "./report.ts";
import { countScans } from "./scan.ts";
import { measureStartUps } from "./start-up.ts";
import { measureChecks } from "./token-checks.ts";

const SIZES = [1_000, 10_000, 100_000];
const START_UP_SECONDS = 45;
/** The scans are counted, not timed: on a machine that is busy with something else they may take long, and nothing is less true for it. */
const SCAN_SECONDS = 900;
/** Of each cell, with conflicts and again without: about 90 s in all. */
const WRITE_SECONDS = 5;
/** Three ways, one of which takes three times as long: 50 s at most. */
const WORK = { turns: 10, seconds: 1 };
const CHECKS = { turns: 5, seconds: 0.5 };

const within = (seconds: number): (() => boolean) => {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() > end;
};

/** For what is not measured there is no report. */
const orGiveUp = (what: string) => (error: unknown) => {
  console.error(`${what}, and bench/report.md is as it was: ${error instanceof Error ? error.message : error}.`);
  console.error("On a machine that is busy with something else all takes longer: if it was for time, try again when it is not.");
  process.exit(1);
};

console.log(
  `Measuring start-ups (${START_UP_SECONDS} s at most), license writes (about 90 s), work of MDM servers and their tokens (about a minute), then scans of ${SIZES.join(", ")} tokens (${SCAN_SECONDS} s at most) …\n`,
);
const startUps = measureStartUps(within(START_UP_SECONDS));
console.log(`${startUpTable(startUps)}\n`);
const writes = await measureWrites({ seconds: WRITE_SECONDS }).catch(orGiveUp("License writes went wrong"));
console.log(`${writesTable(writes)}\n`);
const work = await measureWork(WORK).catch(orGiveUp("The work of MDM servers went wrong"));
console.log(`${workTable(work)}\n`);
const checks = await measureChecks(CHECKS).catch(orGiveUp("The checks of tokens went wrong"));
console.log(`${checksTable(checks)}\n`);
const runs = await countScans(SIZES, { isTimeUp: within(SCAN_SECONDS) }).catch(orGiveUp("The scans were not counted"));
console.log(`${scanTable(runs)}\n`);

const complaints = complaintsAbout(runs);
const machine = { day: new Date().toISOString().slice(0, "2026-01-01".length), node: process.version, cores: cpus().length };
writeFileSync(join(import.meta.dirname, "report.md"), reportOf(machine, { startUps, writes, work, checks, runs, complaints }));
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
else console.log("The scan's reads follow what is due. Written: bench/report.md");
