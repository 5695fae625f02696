// The report's words and tables, from what was measured. It names neither host nor path, and concludes nothing that the figures don't say.
import { median, medianRatio, tableOf } from "./figures.ts";
import type { Measured, Writes } from "./license-writes.ts";
import { MAX_GROWTH, type Run, readsPerDue } from "./reads.ts";
import type { StartUp } from "./start-up.ts";

const count = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const kB = (bytes: number): string => (bytes / 1000).toFixed(0);

export const startUpTable = (all: readonly StartUp[]): string =>
  tableOf(
    ["function", "min kB", "bare", "ratio", "gzip kB", "bare", "import ms", "bare", "ratio", "pairs", "clients held"],
    all.map(({ name, clients, ours, bare, pairs }) => [
      name,
      kB(ours.minified),
      kB(bare.minified),
      (ours.minified / bare.minified).toFixed(2),
      kB(ours.gzipped),
      kB(bare.gzipped),
      median(pairs.map((pair) => pair.ours)).toFixed(0),
      median(pairs.map((pair) => pair.bare)).toFixed(0),
      medianRatio(pairs).toFixed(2),
      String(pairs.length),
      clients.join(", "),
    ]),
  );

export const scanTable = (runs: readonly Run[]): string =>
  tableOf(
    ["due", "of tokens", "requests", "items read", "read units", "requests/due", "items/due", "units/due"],
    runs.map((run) => [
      count.format(run.due),
      count.format(run.tokens),
      count.format(run.reads.requests),
      count.format(run.reads.items),
      count.format(run.reads.units),
      readsPerDue(run, "requests").toFixed(2),
      readsPerDue(run, "items").toFixed(2),
      readsPerDue(run, "units").toFixed(2),
    ]),
  );

const rate = ({ licenses, seconds }: Writes): number => licenses / seconds;
const rateRatio = (ours: Writes, other: Writes): string => (rate(ours) / rate(other)).toFixed(2);

export const writesTable = (cells: readonly Measured[]): string =>
  tableOf(
    ["writers", "assets", "alone/s", "without/s", "ratio", "with/s", "ratio", "with:without", "transactions/license", "busy", "of acts"],
    cells.map(({ writers, assets, alone, without, with: contended }) => [
      String(writers),
      String(assets),
      rate(alone).toFixed(0),
      rate(without).toFixed(0),
      rateRatio(without, alone),
      rate(contended).toFixed(0),
      rateRatio(contended, alone),
      rateRatio(contended, without),
      (contended.transactions / contended.licenses).toFixed(2),
      count.format(contended.refused),
      count.format(contended.refused + contended.licenses),
    ]),
  );

/** Whether writers who have an asset each ever met. */
const conflictsFollow = (cells: readonly Measured[]): string =>
  cells.some(({ writers, assets, with: { transactions, licenses } }) => writers <= assets && transactions > licenses)
    ? "**Writers of different assets meet: they sent more than one transaction for a license.**"
    : "conflicts follow the asset, not the location. Writers who have an asset each never meet, and send one transaction for each license.";

export type Machine = { readonly day: string; readonly node: string; readonly cores: number };

type Results = {
  readonly startUps: readonly StartUp[];
  readonly writes: readonly Measured[];
  readonly runs: readonly Run[];
  readonly complaints: readonly string[];
};

export const reportOf = ({ day, node, cores }: Machine, { startUps, writes, runs, complaints }: Results): string => `# What was measured

Written by \`npm run bench\` on ${day}, Node ${node}, ${cores} cores, noisy: other work may have run beside it. Compare ratios and counts, not milliseconds.

## Size and start-up of each function

\`bare\` is a handler that constructs the same SDK clients and holds the same commands as the function's bundle, and nothing else, bundled alike.
kB are 1000 bytes. Import time is that of one \`import\` in a fresh Node process, without Node's own start; its ratio is the median of pairs
timed one right after the other. Nothing here is asserted.

${startUpTable(startUps)}

What one may conclude: what the ratio exceeds 1 by is what this service's own code, its validation, logs and metrics cost; the rest is the SDK's, and
grows with each client held. A client that a function holds without needing it is in \`bare\` too: read the last column. What one may not: how
long a cold start takes on Lambda, which has other processors, starts Node, and opens connections besides.

## What the daily scan reads

On the embedded DynamoDB, filled with what the records' own port writes; one account and one location for 500 tokens. Of five due tokens three are
to be reminded of, one has ended, one was killed by a password. Two scans at each size: five due whatever exists, then 0.5 % due. Items read
are those looked at, found or filtered out. Asserted: in no run more than ${MAX_GROWTH} times the first run's requests, items or units for each due token.

${scanTable(runs)}

${
  complaints.length > 0
    ? complaints.map((complaint) => `**${complaint}**`).join("\n")
    : "What one may conclude: reads follow what is due. With as much due, what exists beside it costs no read; n times as much due costs n times as\nmuch, less what is read once per scan. What one may not: how long a scan takes, or what its writes cost."
}

## License writes

On the embedded DynamoDB. Each writer assigns one license in each act, one act after the other, through the handler of \`POST /v1/assignments\`;
writer i works on asset i mod n, all of one location. \`without\` is the embedded database as it is, which knows no conflicts; \`with\` cancels each
transaction that names an item of one under way, as DynamoDB does, and what is canceled is tried again. Between the two, \`alone\` is one writer on
one asset without conflicts: the ratios are to it. Transactions and \`busy\` are those of \`with\`: acts refused with 503 after all attempts. Who is
refused asks for another license at once, as no client should; an act that was begun is finished, and the last ones meet fewer others. Asserted,
in each ledger at its end: available and assigned are what was acquired, the assignments are those that were answered, and refused acts left
neither license nor assignment nor event. Nothing about time is asserted.

${writesTable(writes)}

What one may conclude: ${conflictsFollow(writes)}
What many on one asset cost is in the last four columns: one transaction at a time gets through, so more writers add attempts and refusals.
One writer does the same in all columns and on any number of assets: how far its ratios are from 1 is how noisy the run was, and no smaller
difference means anything. What one may not conclude: how many licenses a real table takes in a second. The database is embedded, and all writers
share one process, and this machine's processor with it: where \`without\` stops growing, that is why. A transaction holds its items here as long
as this machine takes to send and answer it, there as long as DynamoDB takes. Nor how an acquisition fares: it checks the caller's account too,
where an assignment checks no other item; here two checks of one item would conflict, and whether they do in a real table was not seen.
`;
