// Text that a third party chose, as people see it: a quotation that is no instruction, no link and no second line.
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_QUOTED_CHARACTERS, quote, quoteAscii } from "../../../domain/shared/untrusted-text.ts";

test.each([
  ["Fleet at headquarters", '"Fleet at headquarters"'],
  ["Zürich 中文", '"Zürich 中文"'],
  ["Pretendco Inc.", '"Pretendco Inc."'],
  ["visit https://evil.example/login now", '"visit https[:]//evil[.]example/login now"'],
  ["www.evil.example", '"www[.]evil[.]example"'],
  ["evil.example", '"evil[.]example"'],
  ["evil\u3002example evil．example", '"evil[.]example evil[.]example"'],
  ["it@evil.example mailto:it", '"it[at]evil[.]example mailto[:]it"'],
  ["http\u200b://evil.exam\u00adple", '"http[:]//evil[.]example"'],
  ['say "yes" or “no”', "\"say 'yes' or 'no'\""],
  ["a〞 b❞ cʺ d″ e״ f‶ g＂ h🙷 i🙶", "\"a' b' c' d' e' f' g' h' i'\""],
  ["one\r\nBcc: two\u2028three\ttab", '"one Bcc: two three tab"'],
  ["a\u202ecba\u2066x", '"acbax"'],
  ["  ", '""'],
])("%j is shown as %s", (text, shown) => expect(quote(text)).toBe(shown));

/** The forms in which mail programs find links: a scheme, a host name or number, an address. */
const LINKS = [
  /[a-z][a-z0-9+.-]*:\S/i,

  /@/,
  /[\p{L}\p{N}-][.\u3002\uff0e\uff61][\p{L}\p{N}]/u,
  /www\./i,
  /\b\d{1,3}(\.\d{1,3}){3}\b/,
];

const word = fc.string({ unit: fc.constantFrom(..."abz019-_äß中ж".split("")), minLength: 1, maxLength: 6 });
const joint = fc.constantFrom(
  ".",
  "://",
  "@",
  ":",
  "/",
  "//",
  "\u3002",
  "\uff0e",
  "\uff61",
  "\u200b",
  "\u00ad",
  "\u202e",
  "\n",
  " ",
  '"',
  "\u2024",
  "..",
);
const linkLike = fc.array(fc.tuple(word, joint), { maxLength: 20 }).map((parts) => parts.flat().join(""));

test("any text becomes one bounded line in quotation marks without a link", () => {
  fc.assert(
    fc.property(fc.oneof(linkLike, fc.string({ unit: "binary", maxLength: 200 }), fc.webUrl(), fc.emailAddress(), fc.domain()), (text) => {
      for (const shown of [quote(text), quoteAscii(text)]) {
        expect(shown).toMatch(/^"[^"\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*"$/u);
        expect([...shown].length).toBeLessThanOrEqual(MAX_QUOTED_CHARACTERS + 2);
        expect(LINKS.filter((link) => link.test(shown.slice(1, -1)))).toEqual([]);
      }
      expect(quoteAscii(text)).toMatch(/^[\x20-\x7e]+$/);
    }),
    { numRuns: 1000 },
  );
});
