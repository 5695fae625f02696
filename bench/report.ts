// The report's words and tables, from what was measured. It names neither host nor path, and concludes nothing that the figures don't say.

import { type Turn, WAYS, type Way, type WorkMeasured } from "./device-work.ts";
import { median, medianRatio, tableOf } from "./figures.ts";
import type { Measured, Writes } from "./license-writes.ts";
import { MAX_GROWTH, type Run, readsPerDue } from "./reads.ts";
import type { StartUp } from "./start-up.ts";
import type { Checks, ChecksMeasured } from "./token-checks.ts";

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

const rate = ({ licenses, seconds }: Pick<Writes, "licenses" | "seconds">): number => licenses / seconds;
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

const WAY_NAMES: Readonly<Record<Way, string>> = { large: "one large request", small: "small requests", person: "a person" };

const ALL_TURNS = { licenses: 0, seconds: 0, transactions: 0, units: 0 };
const inAll = (turns: readonly Turn[]): Turn =>
  turns.reduce<Turn>(
    (sum, turn) => ({
      licenses: sum.licenses + turn.licenses,
      seconds: sum.seconds + turn.seconds,
      transactions: sum.transactions + turn.transactions,
      units: sum.units + turn.units,
    }),
    ALL_TURNS,
  );

/** Turn by turn, how many times as fast as a person. */
const timesAPerson = ({ turns }: WorkMeasured, way: Way): number => median(turns.map((turn) => rate(turn[way]) / rate(turn.person)));

export const workTable = (measured: WorkMeasured): string =>
  tableOf(
    ["way", "licenses", "licenses/s", "ratio", "transactions/license", "units/license", "licenses/unit"],
    WAYS.map((way) => {
      const all = inAll(measured.turns.map((turn) => turn[way]));
      return [
        WAY_NAMES[way],
        count.format(all.licenses),
        rate(all).toFixed(0),
        timesAPerson(measured, way).toFixed(2),
        (all.transactions / all.licenses).toFixed(2),
        (all.units / all.licenses).toFixed(2),
        (all.licenses / all.units).toFixed(2),
      ];
    }),
  );

const checksAll = (all: readonly Checks[]): Checks =>
  all.reduce((sum, { checks, seconds, reads }) => ({
    checks: sum.checks + checks,
    seconds: sum.seconds + seconds,
    reads: {
      requests: sum.reads.requests + reads.requests,
      items: sum.reads.items + reads.items,
      units: sum.reads.units + reads.units,
    },
  }));

export const checksTable = (measured: ChecksMeasured): string => {
  const checkRate = ({ checks, seconds }: Checks): number => checks / seconds;
  const ratio = median(measured.map(({ warm, cold }) => checkRate(warm) / checkRate(cold)));
  const rows = [
    ["warm", checksAll(measured.map(({ warm }) => warm)), ratio.toFixed(2)],
    ["cold", checksAll(measured.map(({ cold }) => cold)), "1.00"],
  ] as const;
  return tableOf(
    ["instance", "checks", "checks/s", "ratio", "requests/check", "items/check", "units/check"],
    rows.map(([name, all, times]) => [
      name,
      count.format(all.checks),
      checkRate(all).toFixed(0),
      times,
      (all.reads.requests / all.checks).toFixed(2),
      (all.reads.items / all.checks).toFixed(2),
      (all.reads.units / all.checks).toFixed(2),
    ]),
  );
};

/** How much of the large request was done in the time there was. */
const largeDone = ({ turns, size }: WorkMeasured): string => {
  const done = turns.reduce((sum, { large }) => sum + large.licenses, 0);
  const asked = size.assets * size.devices;
  return done === asked ? "was done whole" : `was done in part: ${count.format(done)} of ${count.format(asked)}`;
};

export type Machine = { readonly day: string; readonly node: string; readonly cores: number };

type Results = {
  readonly startUps: readonly StartUp[];
  readonly writes: readonly Measured[];
  readonly work: WorkMeasured;
  readonly checks: ChecksMeasured;
  readonly runs: readonly Run[];
  readonly complaints: readonly string[];
};

export const reportOf = (
  { day, node, cores }: Machine,
  { startUps, writes, work, checks, runs, complaints }: Results,
): string => `# What was measured

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

## Work of the device management API

On the embedded DynamoDB, with a queue in memory that gives work back at once. \`one large request\` names as many assets and devices as a request may,
${work.size.assets} and ${count.format(work.size.devices)}, and asks for a license of each asset for each device; it ${largeDone(work)}. \`small requests\` ask for one license
each, one request after the other. Both are ordered and done as \`mdm\` and \`license-worker\` do it, without what lies before and between them: gateway,
token, queue. \`a person\` is the handler of \`POST /v1/assignments\` with one device, as above: one transaction for each license. The three take turns,
${work.turns.length} of them; a ratio is the median of the turns' ratios to \`a person\`. Units are write units as the embedded database tells them, all of them: the order, its
parts, events, and that they are struck out when they were told. For writes as they are made here a test holds it to AWS's rule, 2 for each KB begun of
each item of a transaction. No MDM server is notified. Asserted, of each way's ledger at its end: it holds what was counted. Nothing about time is
asserted.

${workTable(work)}

What one may conclude: what a license costs when it is one of many of its asset in one request, and what it costs by itself, where it pays for the
order, the step and the location alone. What one may not: how many licenses a worker assigns in a second in AWS, where each of its transactions waits
for a network and not for this machine's processor.

## Who a token lets in

On the embedded DynamoDB: what each request of an MDM server begins with, for a token that one account was given. \`warm\` is an instance that has seen
the token before, \`cold\` one that has not. They take turns, ${checks.length} of them; the ratio is the median of the turns'. Items are those found: where a location
has no links or no configuration yet, that too is asked and costs a unit.

${checksTable(checks)}

What one may conclude: how many reads it takes, each of them strongly consistent. What one may not: how long a check takes in AWS, nor
how many requests a location may make, which is limited elsewhere.
`;
