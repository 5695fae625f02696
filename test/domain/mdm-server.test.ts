// Credentials of MDM servers: which one opens when.
import { describe, expect, test } from "vitest";
import { isCredentialGood, isSeenAnew, withCredential } from "../../domain/mdm-server.ts";
import { anMdmServer, at } from "../make.ts";

const NOW = at("2026-06-01T00:00:00Z");
const [first, second, third] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string];
const server = anMdmServer({ credentialSha256: first });

describe("a replaced credential", () => {
  const replaced = withCredential(server, second, NOW, false);

  test("goes on opening for a day, to the second, beside the new one", () => {
    expect(isCredentialGood(replaced, second, NOW)).toBe(true);
    expect(isCredentialGood(replaced, first, at("2026-06-01T23:59:59Z"))).toBe(true);
    expect(isCredentialGood(replaced, first, at("2026-06-02T00:00:00Z"))).toBe(false);
  });

  test("that is revoked opens nothing at once", () => {
    const revoked = withCredential(server, second, NOW, true);
    expect(isCredentialGood(revoked, first, NOW)).toBe(false);
    expect(isCredentialGood(revoked, second, NOW)).toBe(true);
  });

  test("goes on when another one is made after it, as when an administrator asks twice; a revocation ends both", () => {
    const twice = withCredential(replaced, third, NOW, false);
    expect([first, second, third].map((each) => isCredentialGood(twice, each, NOW))).toEqual([true, true, true]);
    const dayLater = at("2026-06-02T00:00:00Z");
    expect([first, second, third].map((each) => isCredentialGood(twice, each, dayLater))).toEqual([false, false, true]);
    const revoked = withCredential(replaced, third, NOW, true);
    expect([first, second, third].map((each) => isCredentialGood(revoked, each, NOW))).toEqual([false, false, true]);
  });
});

test("no credential opens for an MDM server that was removed", () => {
  expect(isCredentialGood({ ...server, removedAt: NOW }, first, NOW)).toBe(false);
});

test("that it called is noted by the hour", () => {
  expect(isSeenAnew(server, NOW)).toBe(true);
  expect(isSeenAnew({ lastSeenAt: NOW }, at("2026-06-01T00:59:59Z"))).toBe(false);
  expect(isSeenAnew({ lastSeenAt: NOW }, at("2026-06-01T01:00:00Z"))).toBe(true);
});
