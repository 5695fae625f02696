// Quotes text that somebody outside of the organization may have chosen (names stated by MDM servers, Apple's names), or that nobody checked, for mails and
// answers that people read: on one line, with nothing in it that a mail program makes clickable.

/** The longest quotation, without its quotation marks. */
export const MAX_QUOTED_CHARACTERS = 60;

/** Removes invisible and direction-changing characters; replaces line ends and other separators by a space. */
const visible = (text: string): string =>
  text
    .toWellFormed()
    .normalize("NFKC")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, " ")
    .replace(/[\p{Cf}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replace(/ +/g, " ")
    .trim();

/** The full stops of other scripts, which browsers read as dots in a domain name. NFKC has made a dot of the other wide forms. */
const DOTS = "[.\\u3002\\uFF61]";

/**
 * Breaks what mail programs turn into links: `@`, and dots and colons within a word, as in `https://x`, `example.org` and `mailto:x`. A dot at the end of
 * a word stays.
 */
const unlinked = (text: string): string =>
  text
    .replace(/@/g, "[at]")
    .replace(new RegExp(`${DOTS}(?=[^ .])`, "gu"), "[.]")
    .replace(/:(?=\S)/g, "[:]");

/** Every character that a reader takes for a closing double quotation mark. NFKC makes two primes of the double prime. */
const DOUBLE_QUOTES = /["«»“-‟ʺ˝״❝❞❠〝-〟\u{1f676}-\u{1f678}]|′′|‵‵/gu;

const shortened = (text: string, max: number): string => {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 3).join("")}...`;
};

/**
 * The text in quotation marks.
 * Invariant: one line of at most `max` characters between the marks, with no other quotation mark, and nothing that is read as a link or an address.
 */
export const quote = (text: string, max = MAX_QUOTED_CHARACTERS): string =>
  `"${shortened(unlinked(visible(text)).replace(DOUBLE_QUOTES, "'"), max)}"`;

/** The same in printable ASCII, with one `_` for each other character: for the subject of a mail. */
export const quoteAscii = (text: string, max = MAX_QUOTED_CHARACTERS): string => quote(text, max).replace(/[^\x20-\x7e]/gu, "_");
