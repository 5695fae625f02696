// The contract of what is recorded of an imported token: checks with Apple, doubts, and the record that follows an earlier one of the same file.
import { expect, test } from "vitest";
import type { AppleCheck } from "../../../domain/tokens/apple-check.ts";
import { aContentToken, anEvent, at, contentTokenId } from "../../support/builders/make.ts";
import { aFile, battery, NOW } from "../../support/database/records.ts";

const imported = aContentToken({ origin: "imported", downloadedBy: [], dueAt: at("2026-11-11") });
const later = at("2026-06-02T12:00:00Z");
const accepted: AppleCheck = {
  at: NOW,
  outcome: "accepted",
  evidence: { status: 200, uId: "2049025000431439", locationName: "Paris", country: "FR", mdmInfo: { id: "m", name: "Fleet" } },
};

battery("checks with Apple", (records) => {
  test("are kept with their evidence, and the time of the last answer stays when a later check has none", async () => {
    const token = await records.withToken(imported);
    expect(await records.tokens.recordCheck(token, accepted, [anEvent()])).toBe(true);
    expect(await records.tokens.get(token.id)).toMatchObject({ lastCheck: accepted, answeredAt: NOW });
    const silent: AppleCheck = { at: later, outcome: "no-answer", evidence: { noAnswer: "timed_out" } };
    expect(await records.tokens.recordCheck(token, silent)).toBe(true);
    expect(await records.tokens.get(token.id)).toMatchObject({ lastCheck: silent, answeredAt: NOW });
    expect(await records.untold()).toHaveLength(1);
  });

  test("that are older than the one that is recorded, or of a token that ended, change nothing", async () => {
    const token = await records.withToken(imported);
    await records.tokens.recordCheck(token, { ...accepted, at: later });
    expect(await records.tokens.recordCheck(token, accepted, [anEvent()])).toBe(false);
    expect(await records.tokens.get(token.id)).toMatchObject({ lastCheck: { at: later } });
    await records.tokens.invalidate(token.id, { at: later, cause: "revoked" });
    expect(await records.tokens.recordCheck(token, { ...accepted, at: at("2026-06-03") }, [anEvent()])).toBe(false);
    expect(await records.untold()).toEqual([]);
  });

  test("that say that the token expired move its end forward, and it is due then", async () => {
    const token = await records.withToken(imported);
    expect(await records.tokens.recordCheck(token, { ...accepted, outcome: "expired" }, [], { expiresAt: NOW })).toBe(true);
    expect(await records.tokens.get(token.id)).toMatchObject({ expiresAt: NOW, dueAt: NOW });
    const due = await Array.fromAsync(records.reminders.due(later));
    expect(due.map(({ id }) => id)).toEqual([token.id]);
  });
});

battery("doubts", (records) => {
  test("are recorded once each: the same or an earlier one changes nothing, a later one takes its place", async () => {
    const token = await records.withToken(imported);
    const doubt = { reason: "reported" as const, at: NOW };
    expect(await records.tokens.recordDoubt(token, doubt, [anEvent()])).toBe(true);
    expect(await records.tokens.recordDoubt(token, doubt, [anEvent()])).toBe(false);
    expect(await records.tokens.recordDoubt(token, { ...doubt, at: at("2026-01-01") })).toBe(false);
    expect(await records.tokens.recordDoubt(token, { reason: "password-changed", at: later })).toBe(true);
    expect(await records.tokens.get(token.id)).toMatchObject({ doubt: { reason: "password-changed", at: later } });
  });

  test("are noticed once", async () => {
    const token = await records.withToken(imported);
    const doubt = { reason: "reported" as const, at: NOW };
    await records.tokens.recordDoubt(token, doubt);
    expect(await records.tokens.recordDoubt(token, { ...doubt, noticedAt: later })).toBe(true);
    expect(await records.tokens.recordDoubt(token, { ...doubt, noticedAt: at("2026-06-03") })).toBe(false);
    expect(await records.tokens.get(token.id)).toMatchObject({ doubt: { ...doubt, noticedAt: later } });
  });
});

battery("a file that is imported again", (records) => {
  const again = { ...imported, id: contentTokenId(2), file: aFile(2), earlierRecord: imported.id };

  test("takes the place of the record that ended in the look-up by secret", async () => {
    const earlier = await records.withToken(imported);
    await records.tokens.invalidate(earlier.id, { at: NOW, cause: "revoked" });
    expect(await records.add(again, undefined, { earlier })).toBe(true);
    expect(await records.tokens.findBySecret(imported.secretSha256)).toBe(again.id);
    expect(await records.tokens.get(again.id)).toMatchObject({ earlierRecord: earlier.id });
  });

  test("is refused when another record took the place meanwhile", async () => {
    const earlier = await records.withToken(imported);
    await records.tokens.invalidate(earlier.id, { at: NOW, cause: "revoked" });
    await records.add(again, undefined, { earlier });
    expect(await records.add({ ...again, id: contentTokenId(3), file: aFile(3) }, undefined, { earlier })).toBe(false);
    expect(await records.tokens.findBySecret(imported.secretSha256)).toBe(again.id);
  });
});
