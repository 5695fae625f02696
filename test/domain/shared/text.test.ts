// What people write: kept as it is, or refused for what it would do where it is shown.
import { expect, test } from "vitest";
import { nameText, plainText } from "../../../domain/shared/text.ts";

test.each(["Zürich", "中文学校", "a😀b", "Head Office/2", "עברית", "a‍b"])("%j is text", (text) =>
  expect(plainText(100).parse(text)).toBe(text),
);

test.each([
  ["a line break", "a\nb"],
  ["a null", "a\0b"],
  ["a line separator", "a\u2028b"],
  ["a half character", "a\ud800b"],
  ["an override of the direction of writing", "txt.\u202Eexe"],
  ["an isolate", "a\u2066b"],
  ["a direction mark", "a\u200Fb"],
  ["an Arabic letter mark", "a\u061Cb"],
  ["nothing", ""],
  ["too much", "a".repeat(101)],
])("%s is refused", (_, text) => expect(plainText(100).safeParse(text).success).toBe(false));

test("a name has no white space around it", () => {
  expect(nameText(5).parse("  Basel ")).toBe("Basel");
  expect(nameText(5).safeParse("  ").success).toBe(false);
});
