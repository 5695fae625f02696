// The report's words and tables, from what was measured. It names neither host nor path, and concludes nothing that the figures don't say.
import { median, medianRatio, tableOf } from "./figures.ts";
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

export type Machine = { readonly day: string; readonly node: string; readonly cores: number };

export const reportOf = (
  { day, node, cores }: Machine,
  startUps: readonly StartUp[],
  runs: readonly Run[],
  complaints: readonly string[],
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
`;
