// Headers that clients write in more than one form.
import fc from "fast-check";
import { expect, test } from "vitest";
import { bearerCredentials, entityTags } from "../../../functions/middleware/headers.ts";

const token = fc.stringMatching(/^[\w.~+/-]{1,40}={0,2}$/);
const scheme = fc.constantFrom("Bearer", "bearer", "BEARER", "bEaReR");

test("credentials are read after any number of spaces and in any letter case of the scheme", () => {
  fc.assert(
    fc.property(scheme, fc.integer({ min: 1, max: 20 }), token, (name, spaces, text) => {
      expect(bearerCredentials(`${name}${" ".repeat(spaces)}${text} `)).toBe(text);
      expect(bearerCredentials(`${name}${text}`)).toBeUndefined();
      expect(bearerCredentials(`Basic ${text}`)).toBeUndefined();
    }),
  );
});

const tag = fc.stringMatching(/^[a-z0-9.-]{1,40}$/);
const written = fc
  .tuple(tag, fc.constantFrom('"', ""), fc.constantFrom("W/", ""), fc.constantFrom("", " "))
  .map(([text, quote, weak, space]) => ({
    text,
    form: `${space}${weak}${quote}${text}${quote}${space}`,
  }));

test("every tag of a list is found, weak or strong, in quotation marks or bare", () => {
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (all) => {
      expect(entityTags(all.map(({ form }) => form).join(","))).toEqual(all.map(({ text }) => text));
    }),
  );
});

test("`*` alone means anything, and any header at all is read", () => {
  expect([entityTags(" * "), entityTags('"*"'), entityTags("*, a"), entityTags(undefined), entityTags("")]).toEqual([
    "*",
    ["*"],
    ["*", "a"],
    [],
    [],
  ]);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (header) => {
      const tags = entityTags(header);
      expect(tags === "*" || tags.every((each) => header.toLowerCase().includes(each.toLowerCase()))).toBe(true);
    }),
  );
});
