// The tokens that checks with Apple are about.
import { expect, test } from "vitest";
import { isCheckedWithApple, secondsWithoutAnswer } from "../../../domain/tokens/checked-token.ts";
import { at } from "../../support/builders/make.ts";

const now = at("2026-06-10T00:00:00Z");
const token = { origin: "imported", expiresAt: at("2026-06-10T00:00:01Z"), issuedAt: at("2026-01-01T00:00:00Z") } as const;
const invalidation = { at: now, cause: "revoked" } as const;

test("a token is checked if Apple issued it, until it ends or expires", () => {
  expect(isCheckedWithApple(token, now)).toBe(true);
  expect(isCheckedWithApple({ ...token, origin: "issued" }, now)).toBe(false);
  expect(isCheckedWithApple({ ...token, invalidation }, now)).toBe(false);
  expect(isCheckedWithApple({ ...token, expiresAt: now }, now)).toBe(false);
});

test("Apple's silence counts from its last answer, else from the import, else from the issue of the token", () => {
  const importedAt = at("2026-06-01T00:00:00Z");
  const answeredAt = at("2026-06-09T00:00:00Z");
  expect(secondsWithoutAnswer({ ...token, importedAt, answeredAt }, now)).toBe(86_400);
  expect(secondsWithoutAnswer({ ...token, importedAt }, now)).toBe(9 * 86_400);
  expect(secondsWithoutAnswer(token, now)).toBe(160 * 86_400);
});
