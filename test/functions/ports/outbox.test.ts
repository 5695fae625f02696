// The contract of what waits: outbox messages until they are published, facts until they can be applied.
import { describe, expect, test } from "vitest";
import type { AccountFact } from "../../../domain/accounts/account-fact.ts";
import type { OutboxMessage } from "../../../domain/shared/events.ts";
import { anEvent, at } from "../../support/builders/make.ts";
import { ada, battery, bob, NOW } from "../../support/database/records.ts";

battery("outbox messages", (records) => {
  test("are pending until they are told, oldest first, and only those recorded before", async () => {
    await records.accounts.register(ada);
    const early = anEvent({ id: "evt_2", recordedAt: at("2026-05-01") });
    const notice: OutboxMessage = { kind: "notice", id: "evt_3", recordedAt: at("2026-05-02"), subject: "s", message: "m" };
    const late = anEvent({ id: "evt_1", recordedAt: at("2026-06-01") });
    await records.accounts.recordDisabled(ada.id, NOW, [late, notice, early]);
    expect(await Array.fromAsync(records.outbox.pending(at("2026-06-01")))).toEqual([early, notice]);
    await records.outbox.done([early, notice]);
    expect(await records.untold()).toEqual([late]);
  });

  test("of a fact about nobody are not recorded; a repeated report is announced again, so that it resumes what was cut short", async () => {
    expect(await records.accounts.recordPasswordChange(ada.id, NOW, [anEvent()])).toBe(false);
    expect(await records.untold()).toEqual([]);
    await records.accounts.register(ada);
    await records.accounts.recordPasswordChange(ada.id, NOW, [anEvent({ id: "evt_1" })]);
    await records.accounts.recordPasswordChange(ada.id, NOW, [anEvent({ id: "evt_2" })]);
    expect((await records.untold()).map(({ id }) => id)).toEqual(["evt_1", "evt_2"]);
  });

  test("are not all that waits: the times of planned erasures are told, and gone with them", async () => {
    const times = async () => (await Array.fromAsync(records.erasures.plannedTimes())).toSorted((one, other) => +one - +other);
    expect(await times()).toEqual([]);
    await records.erasures.plan("tokens/2", at("2026-06-02"));
    await records.erasures.plan("tokens/1", at("2026-06-01"));
    expect(await times()).toEqual([at("2026-06-01"), at("2026-06-02")]);
    await records.erasures.done("tokens/1");
    expect(await times()).toEqual([at("2026-06-02")]);
  });

  describe("facts that wait", () => {
    test("are kept once, found by their account, and go when they were applied", async () => {
      const fact: AccountFact = { accountId: ada.id, eventId: "e-1", meaning: "changed", occurredAt: NOW };
      await records.parking.park(fact);
      await records.parking.park(fact);
      expect(await records.parking.of(ada.id)).toEqual([fact]);
      expect(await records.parking.of(bob.id)).toEqual([]);
      expect(await Array.fromAsync(records.parking.all())).toEqual([fact]);
      await records.parking.done(fact);
      expect(await records.parking.of(ada.id)).toEqual([]);
    });
  });
});
