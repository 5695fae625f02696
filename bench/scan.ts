// What the daily scan reads, counted on a real table: the very scan, over the very records, with a bus that takes everything and files that are
// none. The counts are the same on any machine; the seconds it took are nobody's business.
import assert from "node:assert/strict";
import { addDays } from "../domain/shared/time.ts";
import { type Records, recordsIn } from "../functions/aws/records.ts";
import { type ScanPorts, scanExpiry } from "../functions/tokens/scan-expiry.ts";
import { startDynamoDb } from "../local/dynamodb.ts";
import { makeTables, TABLES } from "../test/support/database/table.ts";
import { countReads } from "./counted.ts";
import type { Run } from "./reads.ts";
import { seed } from "./seed.ts";
import { connect, quiet } from "./surroundings.ts";

const FIRST_AT = new Date("2026-06-01T06:00:00Z");
/** As many are due on the first day, whatever exists. */
const FIXED_DUE = 5;
/** The share of all tokens that are due on the second day: 0.5 %. */
const DUE_SHARE = 0.005;

const notAsked = (): never => {
  throw new Error("the scan was not expected to store or sign a file");
};

const context = (records: Pick<ScanPorts, keyof ReturnType<typeof recordsIn> & keyof ScanPorts>, now: Date): ScanPorts => ({
  ...records,
  ...quiet,
  files: { put: notAsked, signDownload: notAsked, erase: async () => {} },
  now: () => now,
});

/** `change` puts another port in the place of the reminders' own: how a scan that reads too much is shown to be found out. */
type Options = { readonly isTimeUp?: () => boolean; readonly change?: (records: Records) => Records["reminders"] };

/**
 * Two scans at each size, on two days: with as many due whatever exists, then with 0.5 % due. All of the first kind come first. Throws when a scan
 * looks at anything but what was made to be due, or when the time is up.
 */
export const countScans = async (
  sizes: readonly number[],
  { isTimeUp = () => false, change = ({ reminders }) => reminders }: Options = {},
): Promise<Run[]> => {
  const database = await startDynamoDb();
  const [seeding, scanning] = [connect(database.endpoint), connect(database.endpoint)];
  const readSince = countReads(scanning);
  const kept = recordsIn({ client: scanning, ...TABLES });
  const records = { ...kept, reminders: change(kept) };

  const scanOf = async (size: number, due: number, now: Date): Promise<Run> => {
    const answer = await scanExpiry(context(records, now), isTimeUp);
    assert.deepEqual(answer, { looked: due, complete: true }, `of ${size} tokens the scan was to look at the ${due} that are due`);
    return { tokens: size, due, reads: readSince() };
  };

  try {
    const byDay: [Run[], Run[]] = [[], []];
    for (const size of sizes) {
      await makeTables(seeding);
      const due = [FIXED_DUE, size * DUE_SHARE] as const;
      await seed({ client: seeding, ...TABLES }, { tokens: size, due, firstAt: FIRST_AT }, isTimeUp);
      byDay[0].push(await scanOf(size, due[0], FIRST_AT));
      byDay[1].push(await scanOf(size, due[1], addDays(FIRST_AT, 1)));
    }
    return byDay.flat();
  } finally {
    seeding.destroy();
    scanning.destroy();
    await database.close();
  }
};
