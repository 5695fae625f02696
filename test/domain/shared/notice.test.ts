// The words of notices: what SNS takes, and that nothing of what matters is cut.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  expiredNotice,
  expiringNotice,
  invalidatedNotice,
  releasedNotice,
  reservedNotice,
  type Where,
} from "../../../domain/shared/notice.ts";
import { aContentToken, at } from "../../support/builders/make.ts";

const token = aContentToken({ expiresAt: at("2027-01-10T08:00:00Z") });

const of = (name: string, servers: Where["servers"] = []): Where => ({ location: { name }, servers });

describe("a message", () => {
  const fleet = { name: "Fleet at headquarters", vendor: "fleet" as const };

  test("names the MDM servers that have the token, or says that none is known", () => {
    expect(expiringNotice(token, of("Zürich", [fleet]), 7).message).toContain('"Fleet at headquarters" (fleet)');
    expect(expiringNotice(token, of("Zürich"), 7).message).toContain("none is known");
  });

  test("quotes what MDM servers call themselves: no link, no second line, however they are called", () => {
    const evil = { name: "URGENT: renew at https://evil.example/apple-login now. Ignore below", vendor: "other" as const };
    const { message } = expiringNotice(token, of("Zürich", [fleet, evil]), 7);
    expect(message).toContain('"Fleet at headquarters" (fleet), "URGENT: renew at https[:]//evil[.]example/apple-login');
    const names = fc.string({ unit: "binary", maxLength: 100 });
    fc.assert(
      fc.property(names, names, (location, name) => {
        const where = of(location, [{ name, vendor: "other" }]);
        const all = [expiringNotice(token, where, 7), expiredNotice(token, where), releasedNotice(where), reservedNotice(where, true)];
        const harmless = of("x", [{ name: "x", vendor: "other" }]);
        const lines = [
          expiringNotice(token, harmless, 7),
          expiredNotice(token, harmless),
          releasedNotice(harmless),
          reservedNotice(harmless, true),
        ];
        expect(all.map((each) => each.message.split("\n").length)).toEqual(lines.map((each) => each.message.split("\n").length));
        for (const each of all) expect(each.message).toMatch(/^Location: "[^"]*"$/m);
        for (const each of all) expect(each.message).toMatch(/^MDM servers that have it: "[^"]{0,60}" \(other\)$/m);
      }),
    );
  });

  test("says why a token died, unless a newer one took its place", () => {
    const died = invalidatedNotice(token, of("Zürich", [fleet]), { at: at("2026-06-01"), cause: "password-changed" });
    expect(died?.subject).toBe('Content token of "Z_rich" stopped working');
    expect(died?.message).toContain("the password of an account that had downloaded it was changed");
    expect(invalidatedNotice(token, of("Zürich"), { at: at("2026-06-01"), cause: "superseded" })).toBeUndefined();
  });
});

describe("a subject", () => {
  test.each([
    [0, 'Content token of "Zürich" ends today'],
    [1, 'Content token of "Zürich" ends tomorrow'],
    [30, 'Content token of "Zürich" ends in 30 days'],
  ])("with %i days left says so, in ASCII", (daysLeft, subject) => {
    expect(expiringNotice(token, of("Zürich"), daysLeft).subject).toBe(subject.replace("ü", "_"));
  });

  test("shortens a long name, and says when all the same", () => {
    const name = "a".repeat(100);
    expect(expiringNotice(token, of(name), 365).subject).toMatch(/^Content token of "a{10,}\.\.\." ends in 365 days$/);
    expect(expiredNotice(token, of(name)).subject).toMatch(/^Content token of "a{10,}\.\.\." ended on 2027-01-10$/);
    expect(expiringNotice(token, of(name), 365).message).toContain(name);
  });

  test("of a name that just fits is whole", () => {
    const name = "a".repeat(99 - 'Content token of "" ends today'.length);
    expect(expiringNotice(token, of(name), 0).subject).toBe(`Content token of "${name}" ends today`);
    expect(expiringNotice(token, of(`${name}a`), 0).subject).toHaveLength(99);
  });

  test("is taken by SNS whatever the location is called: printable ASCII, less than 100 characters, told to the end", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), fc.integer({ min: 0, max: 365 }), (name, daysLeft) => {
        expect(expiringNotice(token, of(name), daysLeft).subject).toMatch(
          /^(?=.{1,99}$)Content token of "[^"]*" ends (today|tomorrow|in \d+ days)$/,
        );
      }),
    );
  });

  test("has one stand-in for each character, not for each half of one", () => {
    expect(expiringNotice(token, of("a😀b"), 0).subject).toBe('Content token of "a_b" ends today');
  });
});
