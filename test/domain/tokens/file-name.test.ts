// The name of a token's file: different for each location, readable by a person, safe in a header and on any disk.
import fc from "fast-check";
import { expect, test } from "vitest";
import { attachmentHeader, parseLocationName, tokenFileName } from "../../../domain/tokens/file-name.ts";

const uId = "2049025000431439";

test.each([
  ["Berlin", `sToken_for_Berlin_${uId}.vpptoken`],
  ["Head Office/2", `sToken_for_Head_Office_2_${uId}.vpptoken`],
  ["東京本社", `sToken_for_東京本社_${uId}.vpptoken`],
  ["Zu\u0308rich", `sToken_for_Zürich_${uId}.vpptoken`],
  ['a"\r\nb\u202e', `sToken_for_a___b__${uId}.vpptoken`],
])("the file of location %j is named %s", (name, fileName) => expect(tokenFileName({ name, uId })).toBe(fileName));

test("a header names the file in any script, with an ASCII form for clients that read nothing else", () => {
  expect(attachmentHeader(`sToken_for_Berlin_${uId}.vpptoken`)).toBe(`attachment; filename="sToken_for_Berlin_${uId}.vpptoken"`);
  expect(attachmentHeader("a'東(1)*.txt")).toBe(`attachment; filename="a___1__.txt"; filename*=UTF-8''a%27%E6%9D%B1%281%29%2A.txt`);
});

const name = fc.string({ unit: "binary", minLength: 1, maxLength: 100 });
const location = fc.record({ name, uId: fc.stringMatching(/^[1-9][0-9]{15}$/) });
const fallbackOf = (header: string): string => /filename="([^"]*)"/.exec(header)?.[1] ?? "";

test("two locations never have files of one name, in either form, for any names of the locations", () => {
  fc.assert(
    fc.property(location, location, (one, other) => {
      fc.pre(one.uId !== other.uId);
      expect(tokenFileName(one)).not.toBe(tokenFileName(other));
      expect(fallbackOf(attachmentHeader(tokenFileName(one)))).not.toBe(fallbackOf(attachmentHeader(tokenFileName(other))));
    }),
  );
});

test("the header is printable ASCII that carries the whole name, and the name fits on a disk", () => {
  fc.assert(
    fc.property(location, (each) => {
      const fileName = tokenFileName(each);
      const header = attachmentHeader(fileName);
      expect(header).toMatch(/^[\x20-\x7e]+$/);
      expect(Buffer.byteLength(fileName)).toBeLessThanOrEqual(255);
      expect(fileName).not.toMatch(/[\p{Cc}\p{Cf}\s/\\:*?"<>|]/u);
      const extended = /filename\*=UTF-8''([!#$&+.^_`|~\w%-]+)$/.exec(header)?.[1];
      expect(extended === undefined ? fallbackOf(header) : decodeURIComponent(extended)).toBe(fileName);
    }),
  );
});

test.each([
  ["sToken_for_Paris.vpptoken", "Paris"],
  ["sToken_for_Paris (2).vpptoken", "Paris"],
  [`sToken_for_Paris_${uId}.vpptoken`, "Paris"],
  ["stoken_for_Head_Office.VPPTOKEN", "Head_Office"],
  ["sToken_for_____.vpptoken", "____"],
  ["sToken_for_大阪支社.vpptoken", "____"],
  ["Paris.vpptoken", undefined],
  ["sToken_for_.vpptoken", undefined],
])("the file name %s names the location %s", (fileName, expected) => expect(parseLocationName(fileName)).toBe(expected));
