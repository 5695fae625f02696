// The contract of the custody log: an act and its entry are one, chains have no gap however many write at once, lists are newest first.
import { describe, expect, test } from "vitest";
import { type AuditRecord, brokenLink, entryAfter, type Head } from "../../../domain/custody/custody.ts";
import { foundItem, foundShown } from "../../../functions/aws/custody.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import { aLocation, at, contentTokenId, locationId } from "../../support/builders/make.ts";
import { ada, battery, bob, NOW } from "../../support/database/records.ts";

const aRecord = (over: Partial<AuditRecord> = {}): AuditRecord => ({
  kind: "custody",
  subject: ada.id,
  act: "account-changed",
  at: NOW,
  by: bob.id,
  details: {},
  ...over,
});

battery("the custody log", (records) => {
  const other = aLocation({ id: locationId(2), name: "Other", uId: "1000000000000001", primary: false });
  const all = { limit: 100 };

  test("keeps an entry with its act, as it was given, and none when the act did not happen", async () => {
    const record = aRecord({
      act: "account-registered",
      reason: "új kolléga",
      locationId: locationId(),
      details: { expiresAt: "2026-06-01T00:00:00.000Z" },
    });
    expect(await records.accounts.register(ada, [record])).toBe(true);
    expect(await records.accounts.register(ada, [aRecord()])).toBe(false);
    const { kind: _, ...kept } = record;
    expect((await records.custody.history(ada.id, all)).items).toEqual([
      { ...kept, seq: 1, previous: "0".repeat(64), hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  test("ties each entry to the one before, when ten are written at once too", async () => {
    const seeds = Array.from({ length: 10 }, (_, index) => index + 2);
    const adding = seeds.map((seed) =>
      records.locations.add({ ...other, id: locationId(seed), uId: String(1_000_000_000_000_000 + seed) }, [
        aRecord({ details: { seed: String(seed) } }),
      ]),
    );
    // Some may be told that it is too busy; whoever succeeded has an entry, and nobody else.
    const added = (await Promise.allSettled(adding)).filter((each) => each.status === "fulfilled" && each.value).length;
    expect(added).toBeGreaterThan(0);
    const chain = (await records.custody.history(ada.id, all)).items.toReversed();
    expect(chain).toHaveLength(added);
    expect((await records.locations.list({ limit: 100 })).items).toHaveLength(added);
    let head: Head | undefined;
    for (const entry of chain) {
      expect(brokenLink(entry, head, sha256)).toBeUndefined();
      head = entry;
    }
  });

  test("takes two entries of one act, in one chain or two", async () => {
    await records.locations.add(other, [aRecord(), aRecord({ act: "account-disabled" }), aRecord({ subject: other.id })]);
    expect((await records.custody.history(ada.id, all)).items.map(({ seq, act }) => [seq, act])).toEqual([
      [2, "account-disabled"],
      [1, "account-changed"],
    ]);
    expect((await records.custody.history(other.id, all)).items).toHaveLength(1);
  });

  test("is no second time entered by a fact that moves nothing", async () => {
    await records.accounts.register(ada);
    for (const time of [NOW, NOW, at("2026-01-01")])
      await records.accounts.recordPasswordChange(ada.id, time, [aRecord({ act: "password-changed" })]);
    for (const time of [NOW, NOW]) await records.accounts.recordDisabled(ada.id, time, [aRecord({ act: "account-disabled" })]);
    expect((await records.custody.history(ada.id, all)).items.map(({ act }) => act)).toEqual(["account-disabled", "password-changed"]);
  });

  describe("lists", () => {
    const days = ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04"];
    const fill = async () => {
      for (const [index, day] of days.entries())
        await records.locations.add({ ...other, id: locationId(index + 2), uId: String(1_000_000_000_000_000 + index) }, [
          aRecord({ subject: index % 2 === 0 ? ada.id : contentTokenId(), at: at(day), reason: day }),
        ]);
    };

    test("go over all chains, newest first, page by page", async () => {
      await fill();
      const first = await records.custody.list({}, { limit: 3 });
      expect(first.items.map(({ reason }) => reason)).toEqual(["2026-06-04", "2026-06-03", "2026-06-02"]);
      const second = await records.custody.list({}, { limit: 3, after: first.next });
      expect(second).toMatchObject({ items: [{ reason: "2026-06-01" }] });
      expect(second.next).toBeUndefined();
    });

    test("keep to the time that is asked for, both ends included", async () => {
      await fill();
      const { items } = await records.custody.list({ from: at("2026-06-02"), to: at("2026-06-03") }, all);
      expect(items.map(({ reason }) => reason)).toEqual(["2026-06-03", "2026-06-02"]);
    });

    test("of one chain go page by page too", async () => {
      await fill();
      const first = await records.custody.history(ada.id, { limit: 1 });
      expect(first.items.map(({ seq }) => seq)).toEqual([2]);
      expect((await records.custody.history(ada.id, { limit: 1, after: first.next })).items.map(({ seq }) => seq)).toEqual([1]);
    });
  });

  describe("for whoever seals it", () => {
    const changed = (since?: Date) => Array.fromAsync(records.custody.changedSince(since));
    const chain = (subject: string, from: number) => Array.fromAsync(records.custody.chain(subject, from));
    const act = (seed: number, over: Partial<AuditRecord>) =>
      records.locations.add({ ...other, id: locationId(seed), uId: String(1_000_000_000_000_000 + seed) }, [aRecord(over)]);

    test("tells whose chains have entries since a time, and of all time", async () => {
      await act(2, { at: at("2026-06-01"), subject: ada.id });
      await act(3, { at: at("2026-06-02"), subject: contentTokenId() });
      await act(4, { at: at("2026-06-03"), subject: ada.id });
      expect(await changed()).toEqual([ada.id, contentTokenId(), ada.id]);
      expect(await changed(at("2026-06-02"))).toEqual([contentTokenId(), ada.id]);
      expect(await changed(at("2026-06-04"))).toEqual([]);
    });

    test("gives a chain from any entry on, in order, as it was written", async () => {
      for (const seed of [2, 3, 4]) await act(seed, { reason: `${seed}`, locationId: locationId(seed), details: { b: "1", a: "2" } });
      const entries = (await records.custody.history(ada.id, all)).items.toReversed();
      expect(await chain(ada.id, 2)).toEqual(entries.slice(1).map((entry) => ({ subject: ada.id, seq: entry.seq, entry })));
      expect(await chain(ada.id, 4)).toEqual([]);
      expect(await chain("nobody", 1)).toEqual([]);
    });
  });
});

describe("an item of the table", () => {
  const entry = entryAfter(aRecord({ details: { a: "1" } }), undefined, sha256);
  const shown = { ...entry, at: entry.at.toISOString() };
  const item = { ...shown, log: "LOG", timeKey: `${shown.at}#${shown.subject}#1` };

  test("is an entry as it is written, and as the API shows it", () => {
    expect(foundItem(item)).toEqual({ subject: ada.id, seq: 1, entry });
    expect(foundShown(shown)).toEqual({ subject: ada.id, seq: 1, entry });
  });

  test.each<[string, object]>([
    ["has an attribute more", { ...item, more: "x" }],
    ["has one less", { ...item, details: undefined }],
    ["stands elsewhere in time", { ...item, timeKey: `2020-01-01T00:00:00.000Z#${shown.subject}#1` }],
    ["stands in no list", { ...item, log: "GOL" }],
    ["writes its time otherwise", { ...item, at: shown.at.replace("Z", "+00:00") }],
    ["tells an act that there is not", { ...item, act: "token-forged" }],
    ["tells a detail that is no text", { ...item, details: { a: 1 } }],
    ["has a hash that is none", { ...item, hash: "x" }],
  ])("that %s is none, and keeps its place", (_, changed) => {
    expect(foundItem(changed as Record<string, unknown>)).toEqual({ subject: ada.id, seq: 1, entry: undefined });
  });

  test("that has no place in a chain is an error", () => {
    expect(() => foundItem({ ...item, seq: "1" })).toThrow(/seq/);
    expect(() => foundItem({ ...item, subject: undefined })).toThrow(/subject/);
  });
});
