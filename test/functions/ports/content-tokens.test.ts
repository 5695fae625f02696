// The contract of the content tokens: each is held once, found by what it is found by, and ended once.
import { describe, expect, test } from "vitest";
import { aContentToken, anEvent, at, contentTokenId } from "../../support/builders/make.ts";
import { ada, aFile, battery, bob, NOW } from "../../support/database/records.ts";

battery("content tokens", (records) => {
  test("come back as they were added, by identifier and by secret", async () => {
    const token = await records.withToken();
    expect(await records.tokens.get(token.id)).toEqual(token);
    expect(await records.tokens.findBySecret(token.secretSha256)).toBe(token.id);
    expect(await records.tokens.findBySecret("c".repeat(64))).toBeUndefined();
  });

  test("with a secret that is held already change nothing, even when the one that holds it has ended", async () => {
    const token = await records.withToken();
    await records.tokens.invalidate(token.id, { at: NOW, cause: "revoked" });
    expect(await records.add({ ...token, id: contentTokenId(2) })).toBe(false);
    expect(await records.tokens.get(contentTokenId(2))).toBeUndefined();
    expect(await records.tokens.findBySecret(token.secretSha256)).toBe(token.id);
  });

  test("end once, and the first cause stays", async () => {
    const token = await records.withToken();
    expect(await records.tokens.invalidate(token.id, { at: NOW, cause: "password-changed" })).toBe(true);
    expect(await records.tokens.invalidate(token.id, { at: NOW, cause: "revoked" })).toBe(false);
    expect(await records.tokens.get(token.id)).toMatchObject({ invalidation: { at: NOW, cause: "password-changed" } });
    expect(await records.tokens.invalidate(contentTokenId(9), { at: NOW, cause: "revoked" })).toBe(false);
  });

  test("are found by whom they were given to", async () => {
    await records.withToken();
    await records.add(aContentToken({ id: contentTokenId(2), secretSha256: "d".repeat(64), file: aFile(2) }));
    const given = await Array.fromAsync(records.tokens.givenTo(ada.id));
    expect(given.map(({ tokenId }) => tokenId).toSorted()).toEqual([contentTokenId(1), contentTokenId(2)]);
    expect(given[0]?.holding).toEqual({ accountId: ada.id, givenAt: at("2026-01-10T08:00:00Z") });
    expect(await Array.fromAsync(records.tokens.givenTo(bob.id))).toEqual([]);
  });

  describe("the end of a token", () => {
    const event = anEvent();

    test("by invalidation records what is announced, plans the erasure and is found by no password change", async () => {
      const token = await records.withToken(aContentToken({ dueAt: at("2026-11-11") }));
      expect(await records.tokens.invalidate(token.id, { at: NOW, cause: "revoked" }, [event])).toBe(true);
      expect(await records.untold()).toEqual([event]);
      expect(await records.toErase()).toEqual([token.file.key]);
      expect(await Array.fromAsync(records.tokens.givenTo(ada.id))).toEqual([]);
      expect(await Array.fromAsync(records.reminders.due(at("2028-01-01")))).toEqual([]);
    });

    test("a second time announces nothing", async () => {
      const token = await records.withToken();
      await records.tokens.invalidate(token.id, { at: NOW, cause: "revoked" });
      expect(await records.tokens.invalidate(token.id, { at: NOW, cause: "password-changed" }, [event])).toBe(false);
      expect(await records.untold()).toEqual([]);
    });

    test("by its date is recorded once", async () => {
      const token = await records.withToken(aContentToken({ dueAt: at("2026-11-11") }));
      expect(await records.reminders.expire(token, [event])).toBe(true);
      expect(await records.reminders.expire(token, [anEvent({ id: "evt_2" })])).toBe(false);
      expect(await records.untold()).toEqual([event]);
      expect(await records.toErase()).toEqual([token.file.key]);
      expect(await Array.fromAsync(records.reminders.due(at("2028-01-01")))).toEqual([]);
    });
  });

  describe("adding a token", () => {
    test("is refused when the erasure of its file was begun, so that no record names an erased file", async () => {
      const token = aContentToken();
      await records.erasures.plan(token.file.key, NOW);
      await records.erasures.done(token.file.key);
      expect(await records.tokens.add(token)).toBe(false);
      expect(await records.tokens.get(token.id)).toBeUndefined();
    });

    test("ends the plan to erase its file", async () => {
      await records.add(aContentToken());
      expect(await records.toErase()).toEqual([]);
    });

    test("with an idempotency key happens once, and the first token is found by it", async () => {
      const use = { accountId: ada.id, key: "k-1", requestSha256: "f".repeat(64) };
      expect(await records.add(aContentToken(), [anEvent()], { idempotency: use })).toBe(true);
      const second = aContentToken({ id: contentTokenId(2), secretSha256: "d".repeat(64), file: aFile(2) });
      expect(await records.add(second, [anEvent({ id: "evt_2" })], { idempotency: use })).toBe(false);
      expect(await records.requests.earlier(use, at("2026-01-10T09:00:00Z"))).toEqual({
        made: contentTokenId(1),
        requestSha256: use.requestSha256,
      });
      expect(await records.requests.earlier({ ...use, accountId: bob.id }, at("2026-01-10T09:00:00Z"))).toBeUndefined();
      expect(await records.untold()).toEqual([anEvent()]);
    });
  });
});
