// The lines of a CSV file of licenses that were acquired: each an acquisition, or what is wrong with it. All bad lines are told, not only the first.
import { CsvError, parse } from "csv-parse/sync";
import * as z from "zod";
import { Acquisition, AdamId, PricingParam, SupportedPlatforms } from "../../domain/licenses/licenses.ts";
import { issueText } from "../../domain/shared/issues.ts";
import { delimiterOf, detectSeparator, type Separator, withLineFeeds } from "./csv-text.ts";

export const Problem = z.object({ line: z.int().min(1).describe("1 is the line of the columns' names."), problem: z.string() });
export type Problem = z.infer<typeof Problem>;

const NEEDED = ["adamId", "productType", "quantity"] as const;

/** Spreadsheets write TRUE and FALSE in capitals. */
const YesNo = z
  .string()
  .toLowerCase()
  .pipe(z.enum(["true", "false"]))
  .transform((text) => text === "true");
const Quantity = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number)
  .pipe(Acquisition.shape.quantity);

const Line = z.object({
  adamId: AdamId,
  pricingParam: PricingParam.default("STDQ"),
  productType: Acquisition.shape.productType,
  name: Acquisition.shape.name,
  quantity: Quantity,
  deviceAssignable: YesNo.optional(),
  revocable: YesNo.optional(),
  supportedPlatforms: z
    .string()
    .transform((text) => text.split(/[\s;]+/))
    .pipe(SupportedPlatforms)
    .optional(),
});
const COLUMNS: readonly string[] = Object.keys(Line.shape);

export type LicenseLine = z.infer<typeof Line> & { readonly line: number };

type Row = { readonly line: number; readonly cells: readonly string[] };
type Parsed<Item> = { readonly found: readonly Item[]; readonly problems: readonly Problem[] };

/** With the option `info` the parser gives each record with the line on which it ends, which its types don't tell. */
const Records = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) }));

const rowsOf = (csv: string, separator: Separator): Parsed<Row> => {
  try {
    const options = {
      delimiter: delimiterOf(separator),
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      info: true,
    } as const;
    const rows = Records.parse(parse(csv, options));
    const found = rows.map(({ record, info }) => ({ line: info.lines, cells: record }));
    // Spreadsheets write rows that were used once and are empty now.
    return { found: found.filter(({ cells }) => cells.some((cell) => cell !== "")), problems: [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Its message would quote what came.
    const line = "lines" in error && typeof error.lines === "number" ? error.lines : 1;
    return { found: [], problems: [{ line, problem: "the quotation marks from here on are not as in CSV" }] };
  }
};

/** Empty columns at the end, as spreadsheets write them, are no columns. */
const withoutEmptyEnd = ({ line, cells }: Row, least = 0): Row => {
  const last = cells.findLastIndex((cell) => cell !== "");
  return { line, cells: cells.slice(0, Math.max(least, last + 1)) };
};

const headProblems = ({ line, cells }: Row): Problem[] => {
  const missing = NEEDED.filter((column) => !cells.includes(column)).map((column) => `the column ${column} is missing`);
  const unknown = cells.some((cell) => !COLUMNS.includes(cell)) ? [`the columns may be ${COLUMNS.join(", ")}`] : [];
  const repeated = new Set(cells).size < cells.length ? ["a column stands twice"] : [];
  return [...missing, ...unknown, ...repeated].map((problem) => ({ line, problem }));
};

const lineOf = (head: Row, row: Row): { readonly found: LicenseLine } | { readonly problem: Problem } => {
  const { line, cells } = row.cells.length > head.cells.length ? withoutEmptyEnd(row, head.cells.length) : row;
  if (cells.length !== head.cells.length)
    return { problem: { line, problem: `has ${cells.length} fields where there are ${head.cells.length} columns` } };
  // Empty cells are omitted.
  const told = Object.fromEntries(head.cells.flatMap((column, index) => (cells[index] === "" ? [] : [[column, cells[index]]])));
  const { data, error } = Line.safeParse(told);
  return data === undefined ? { problem: { line, problem: error.issues.map(issueText).join("; ") } } : { found: { ...data, line } };
};

export type ReadLines = Parsed<LicenseLine> & { readonly separator?: Separator };

/** The license of each good line, and the problems of the others. Never quotes a cell. */
export const licenseLines = (csv: string): ReadLines => {
  const separated = detectSeparator(withLineFeeds(csv), COLUMNS);
  if ("problem" in separated) return { found: [], problems: [separated.problem] };
  const { separator, text } = separated;
  const shown = separator === undefined ? {} : { separator };
  const { found: rows, problems } = rowsOf(text, separator ?? "comma");
  const [first, ...rest] = rows;
  const nothing = (wrong: readonly Problem[]): ReadLines => ({ found: [], problems: wrong, ...shown });
  if (problems.length > 0) return nothing(problems);
  if (first === undefined) return nothing([{ line: 1, problem: `is empty: the first line names the columns ${COLUMNS.join(", ")}` }]);
  const head = withoutEmptyEnd(first);
  const wrongHead = headProblems(head);
  if (wrongHead.length > 0) return nothing(wrongHead);
  if (rest.length === 0) return nothing([{ line: head.line, problem: "no line follows the columns' names" }]);
  const read = rest.map((row) => lineOf(head, row));
  return {
    found: read.flatMap((each) => ("found" in each ? [each.found] : [])),
    problems: read.flatMap((each) => ("problem" in each ? [each.problem] : [])),
    ...shown,
  };
};
