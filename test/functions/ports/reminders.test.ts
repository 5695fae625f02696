// The contract of what is due: one step is recorded once, however many runs there are.
import { expect, test } from "vitest";
import { aContentToken, anEvent, at, contentTokenId } from "../../support/builders/make.ts";
import { aFile, battery } from "../../support/database/records.ts";

battery("reminders", (records) => {
  const due = aContentToken({ dueAt: at("2026-11-11") });
  const next = at("2026-12-11");

  test("are due from their time on, earliest first, and nothing else is read", async () => {
    const earlier = aContentToken({ id: contentTokenId(2), secretSha256: "d".repeat(64), file: aFile(2), dueAt: at("2026-10-01") });
    const never = aContentToken({ id: contentTokenId(3), secretSha256: "e".repeat(64), file: aFile(3) });
    for (const token of [due, earlier, never]) await records.add(token);
    expect(await Array.fromAsync(records.reminders.due(at("2026-11-11")))).toEqual([earlier, due]);
    expect(await Array.fromAsync(records.reminders.due(at("2026-11-10")))).toEqual([earlier]);
  });

  test("of one step are recorded once, however many runs there are", async () => {
    await records.add(due);
    const runs = [1, 2, 3, 4].map((run) =>
      records.reminders.remind(due, { step: 60, nextDueAt: next }, [anEvent({ id: `evt_${run}` })]).catch(() => false),
    );
    expect((await Promise.all(runs)).filter(Boolean)).toHaveLength(1);
    expect(await records.untold()).toHaveLength(1);
    expect(await records.reminders.sentSteps(due.id)).toEqual(new Set([60]));
  });

  test("that were sent are not sent again by a run that read the token anew", async () => {
    await records.add(due);
    await records.reminders.remind(due, { step: 60, nextDueAt: next });
    expect(await records.reminders.remind({ ...due, dueAt: next }, { step: 60, nextDueAt: at("2026-12-20") }, [anEvent()])).toBe(false);
    expect(await records.untold()).toEqual([]);
    expect(await records.tokens.get(due.id)).toMatchObject({ dueAt: next });
  });

  test("of no step only move the due time", async () => {
    await records.add(due);
    expect(await records.reminders.remind(due, { nextDueAt: next })).toBe(true);
    expect(await records.tokens.get(due.id)).toMatchObject({ dueAt: next });
    expect(await records.reminders.sentSteps(due.id)).toEqual(new Set());
  });

  test("strike out an overlap when its older tokens have ended, and keep it otherwise", async () => {
    const renewing = { ...due, supersedesAt: at("2026-11-01") };
    await records.add(renewing);
    await records.reminders.remind(renewing, { nextDueAt: next });
    expect(await records.tokens.get(due.id)).toMatchObject({ supersedesAt: at("2026-11-01") });
    await records.reminders.remind({ ...renewing, dueAt: next }, { nextDueAt: next, isOverlapDone: true });
    expect((await records.tokens.get(due.id))?.supersedesAt).toBeUndefined();
  });
});
