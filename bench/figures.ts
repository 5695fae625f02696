// The arithmetic of what is measured, and the table that terminal and report show. On a noisy machine two times may be compared only
// when they were measured side by side: a ratio is the median of the pairs' ratios, not the ratio of two medians.

/** The middle of `values`, or the mean of the two middle ones. Throws a RangeError when there is none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const low = sorted[Math.ceil(sorted.length / 2) - 1];
  const high = sorted[Math.floor(sorted.length / 2)];
  if (low === undefined || high === undefined) throw new RangeError("a median takes at least one value");
  return (low + high) / 2;
};

/** Two times that were measured one right after the other, in milliseconds. */
export type Pair = { readonly ours: number; readonly bare: number };

export const medianRatio = (pairs: readonly Pair[]): number => median(pairs.map(({ ours, bare }) => ours / bare));

/** A Markdown table, padded so that it can be read as plain text too. Columns of figures alone are set to the right. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const columns = head.map((title, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    return {
      width: Math.max(title.length, ...cells.map(({ length }) => length)),
      isFigures: cells.every((cell) => /^[\d.,]+$/.test(cell)),
    };
  });
  const line = (cells: readonly string[]): string => {
    const padded = columns.map(({ width, isFigures }, column) => cells[column]?.[isFigures ? "padStart" : "padEnd"](width));
    return `| ${padded.join(" | ")} |`;
  };
  const rule = columns.map(({ width, isFigures }) => (isFigures ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
};
