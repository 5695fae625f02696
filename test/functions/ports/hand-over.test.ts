// The contract of a hand-over: it is recorded only if all it was judged on still holds.
import { expect, test } from "vitest";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import { accountId, anAccount, at } from "../../support/builders/make.ts";
import { ada, battery, bob, NOW } from "../../support/database/records.ts";

battery("a hand-over", (records) => {
  const holders = new Map([[ada.id, ada]]);

  test("records who was given the file, the first time only", async () => {
    const token = await records.withToken();
    expect(await records.tokens.handOver({ token, to: bob, holders, at: NOW })).toBe(true);
    const second = { ...token, downloadedBy: [...token.downloadedBy, { accountId: bob.id, givenAt: NOW }] };
    expect(await records.tokens.get(token.id)).toEqual(second);
    const all = new Map([...holders, [bob.id, bob]]);
    expect(await records.tokens.handOver({ token: second, to: bob, holders: all, at: at("2026-07-01") })).toBe(true);
    expect(await records.tokens.get(token.id)).toEqual(second);
    expect((await Array.fromAsync(records.tokens.givenTo(bob.id))).map(({ holding }) => holding.givenAt)).toEqual([NOW]);
  });

  test.each<[string, (token: ContentToken) => Promise<unknown>]>([
    ["the token was ended", ({ id }) => records.tokens.invalidate(id, { at: NOW, cause: "revoked" })],
    ["a holder's password changed", () => records.accounts.recordPasswordChange(ada.id, at("2026-05-01"))],
    ["a holder was disabled", () => records.accounts.recordDisabled(ada.id, NOW)],
    ["the receiver's password changed", () => records.accounts.recordPasswordChange(bob.id, at("2026-05-01"))],
    ["the receiver was disabled", () => records.accounts.recordDisabled(bob.id, NOW)],
  ])("changes nothing when %s after it was judged", async (_, happens) => {
    const token = await records.withToken();
    await happens(token);
    const before = await records.tokens.get(token.id);
    expect(await records.tokens.handOver({ token, to: bob, holders, at: NOW })).toBe(false);
    expect(await records.tokens.get(token.id)).toEqual(before);
    expect(await Array.fromAsync(records.tokens.givenTo(bob.id))).toEqual([]);
  });

  test("changes nothing when a holder with an old password change was disabled after it was judged", async () => {
    const token = await records.withToken();
    const changed = at("2026-01-01");
    await records.accounts.recordPasswordChange(ada.id, changed);
    await records.accounts.recordDisabled(ada.id, NOW);
    const asExpected = new Map([[ada.id, { ...ada, passwordChangedAt: changed }]]);
    expect(await records.tokens.handOver({ token, to: bob, holders: asExpected, at: NOW })).toBe(false);
  });

  test("changes nothing when another account was given the file after it was judged", async () => {
    const token = await records.withToken();
    const eve = anAccount({ id: accountId(3), subject: "eve" });
    await records.accounts.register(eve);
    expect(await records.tokens.handOver({ token, to: eve, holders, at: NOW })).toBe(true);
    expect(await records.tokens.handOver({ token, to: bob, holders, at: NOW })).toBe(false);
  });

  test("changes nothing in the second the token ends", async () => {
    const token = await records.withToken();
    expect(await records.tokens.handOver({ token, to: bob, holders, at: token.expiresAt })).toBe(false);
  });

  test("of two at once to two accounts, one is judged again", async () => {
    const token = await records.withToken();
    const eve = anAccount({ id: accountId(3), subject: "eve" });
    await records.accounts.register(eve);
    const done = await Promise.all([bob, eve].map((to) => records.tokens.handOver({ token, to, holders, at: NOW })));
    expect(done.toSorted()).toEqual([false, true]);
  });
});
