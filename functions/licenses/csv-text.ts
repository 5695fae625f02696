// Reads CSV files as spreadsheets save them: in UTF-8 or UTF-16, with commas, semicolons or tabs. The answer names the encoding and the separator that were found;
// an ambiguous file is refused with the number of the line.
import * as z from "zod";

export const Encoding = z.enum(["UTF-8", "UTF-16LE", "UTF-16BE"]);
export type Encoding = z.infer<typeof Encoding>;

const DELIMITERS = { comma: ",", semicolon: ";", tab: "\t" } as const;
export const Separator = z.enum(["comma", "semicolon", "tab"]);
export type Separator = z.infer<typeof Separator>;

export const delimiterOf = (separator: Separator): string => DELIMITERS[separator];

type Problem = { readonly line: number; readonly problem: string };
type Decoded = { readonly encoding: Encoding; readonly text: string } | { readonly problem: Problem };

const MARKS: readonly (readonly [mark: readonly number[], encoding: Encoding])[] = [
  [[0xef, 0xbb, 0xbf], "UTF-8"],
  [[0xff, 0xfe], "UTF-16LE"],
  [[0xfe, 0xff], "UTF-16BE"],
];

const SAVE_AS = 'save the file as "CSV UTF-8", or as "Unicode text" (UTF-16)';

/** The decoder drops a byte order mark. */
const decodedAs = (bytes: Uint8Array, encoding: Encoding): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const LINE_FEED = 0x0a;

/** The line of the first byte that is no UTF-8, from 1. No other character's encoding contains the byte of a line feed. */
const firstBadLine = (bytes: Uint8Array): number => {
  let [line, start] = [1, 0];
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    if (decodedAs(bytes.subarray(start, end), "UTF-8") === undefined) return line;
    [line, start] = [line + 1, end + 1];
  }
  return line;
};

/** Characters that only a wrong decoding leaves in a text. */
const DAMAGE: readonly (readonly [character: string, what: string])[] = [
  ["\0", "has NUL characters, as UTF-16 without a byte order mark does"],
  ["\uFFFD", "has U+FFFD, the character that replaces unreadable bytes"],
];

/** Without a byte order mark only UTF-8 is taken: all else would be a guess. */
export const decodeCsv = (bytes: Uint8Array): Decoded => {
  const encoding = MARKS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte))?.[1] ?? "UTF-8";
  const text = decodedAs(bytes, encoding);
  if (text === undefined) {
    if (encoding !== "UTF-8") return { problem: { line: 1, problem: `begins as ${encoding} and is not: ${SAVE_AS}` } };
    return { problem: { line: firstBadLine(bytes), problem: `has bytes that are not UTF-8: ${SAVE_AS}` } };
  }
  const [found] = DAMAGE.filter(([character]) => text.includes(character));
  if (found === undefined) return { encoding, text };
  const [character, what] = found;
  const line = text.slice(0, text.indexOf(character)).split("\n").length;
  return { problem: { line, problem: `${what}: ${SAVE_AS}` } };
};

/** Line ends as `\n`, so that line numbers do not depend on the system that wrote the file. */
export const withLineFeeds = (text: string): string => text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");

/** The first line of a file, if it names the separator for spreadsheets. */
const DIRECTIVE = /^\n*"?sep=(.)"?[,;\t]*(?=\n|$)/i;

const cellsOf = (line: string, separator: Separator): string[] =>
  line.split(delimiterOf(separator)).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));

/** Without `separator` the first line does not show one. */
type Separated = { readonly separator?: Separator; readonly text: string } | { readonly problem: Problem };

/**
 * The separator of a file, and its text with the line that names it left empty. Without such a line the separator is the one that divides the first line into
 * the most `columns`. Two separators that divide it into equally many are refused.
 */
export const detectSeparator = (text: string, columns: readonly string[]): Separated => {
  const directive = DIRECTIVE.exec(text);
  if (directive !== null) {
    const separator = Separator.options.find((each) => delimiterOf(each) === directive[1]);
    const line = directive[0].split("\n").length;
    if (separator === undefined) return { problem: { line, problem: "the separator (sep=) may be a comma, a semicolon or a tab" } };
    return { separator, text: directive[0].replace(/[^\n]/g, "") + text.slice(directive[0].length) };
  }
  const lines = text.split("\n");
  const head = lines.findIndex((each) => each.trim() !== "");
  const counts = Separator.options.map((separator) => {
    const count = cellsOf(lines[head] ?? "", separator).filter((cell) => columns.includes(cell)).length;
    return { separator, count };
  });
  const most = Math.max(...counts.map(({ count }) => count));
  const [best, other] = counts.filter(({ count }) => count === most);
  // A line of one column has no separator.
  if (best === undefined || most === 0 || cellsOf(lines[head] ?? "", best.separator).length === 1) return { text };
  if (other !== undefined)
    return { problem: { line: head + 1, problem: "its columns are separated by more than one of comma, semicolon and tab" } };
  return { separator: best.separator, text };
};
