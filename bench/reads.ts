// What a scan may read: as much for each due token whatever exists. Easy to get wrong: where the due are a fixed share of what exists, a scan of
// the whole table reads as much for each of them at every size, and passes; so runs in which ever more exists and as much is due belong to it.

/** What was asked of the table and what it cost: requests, items looked at (found or filtered out), read units. */
export type Reads = { readonly requests: number; readonly items: number; readonly units: number };
export type Run = { readonly tokens: number; readonly due: number; readonly reads: Reads };

export const MEASURES = ["requests", "items", "units"] as const satisfies readonly (keyof Reads)[];

/** How much more may be read for each due token than in the first run: room for rounding, none for another order of growth. */
export const MAX_GROWTH = 1.1;

export const readsPerDue = ({ reads, due }: Run, measure: keyof Reads): number => reads[measure] / due;

/** A sentence for each run that reads more for each due token than the first one does, and by how much; none when reads follow what is due. */
export const complaintsAbout = (runs: readonly Run[]): string[] => {
  const [first, ...others] = runs;
  if (first === undefined || others.every(({ tokens, due }) => tokens === first.tokens || due !== first.due))
    throw new Error("what reads follow can't be told: no run has as much due as the first one, and more tokens");
  return others.flatMap((run) =>
    MEASURES.filter((measure) => readsPerDue(run, measure) > readsPerDue(first, measure) * MAX_GROWTH).map(
      (measure) =>
        `Reads follow what exists: ${run.due} due of ${run.tokens} tokens took ${readsPerDue(run, measure).toFixed(1)} ${measure} each, ` +
        `${first.due} of ${first.tokens} took ${readsPerDue(first, measure).toFixed(1)}; at most ${MAX_GROWTH} times as many are allowed.`,
    ),
  );
};
