// The contract of the accounts: facts about one only ever move one way.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { expect, test } from "vitest";
import { removedFrom } from "../../../domain/accounts/account.ts";
import { floorToSecond } from "../../../domain/shared/time.ts";
import { accountsIn } from "../../../functions/aws/accounts.ts";
import { keys } from "../../../functions/aws/table.ts";
import { accountId, anAccount, at } from "../../support/builders/make.ts";
import { ada, battery, bob, databaseForTests, NOW } from "../../support/database/records.ts";

battery("accounts", (records) => {
  test("come back as they were registered, and only once", async () => {
    expect(await records.accounts.register(ada)).toBe(true);
    expect(await records.accounts.register({ ...ada, email: "other@example.org" })).toBe(false);
    expect(await records.accounts.get(ada.id)).toEqual(ada);
    expect(await records.accounts.get(bob.id)).toBeUndefined();
  });

  test("are read together, past the size of one batch, without those that do not exist", async () => {
    const many = Array.from({ length: 120 }, (_, index) => anAccount({ id: accountId(index + 1) }));
    await Promise.all(many.map((account) => records.accounts.register(account)));
    const found = await records.accounts.getAll([...many.map(({ id }) => id), ada.id, accountId(200)]);
    expect([...found.keys()].toSorted()).toEqual(many.map(({ id }) => id).toSorted());
  });

  test("keep the latest password change, in whatever order and number they are told", async () => {
    await records.accounts.register(ada);
    const changes = fc.sample(fc.date({ min: at("2025-01-01"), max: at("2026-01-01"), noInvalidDate: true }), { numRuns: 12, seed: 7 });
    for (const change of [...changes, ...changes]) expect(await records.accounts.recordPasswordChange(ada.id, change)).toBe(true);
    const latest = new Date(Math.max(...changes.map(Number)));
    expect(await records.accounts.get(ada.id)).toMatchObject({ passwordChangedAt: latest });
  });

  test("keep the first time they were disabled", async () => {
    await records.accounts.register(ada);
    expect(await records.accounts.recordDisabled(ada.id, NOW)).toBe(true);
    expect(await records.accounts.recordDisabled(ada.id, at("2027-01-01"))).toBe(true);
    expect(await records.accounts.get(ada.id)).toEqual({ ...ada, disabledAt: NOW, version: 2 });
  });

  const enabled = at("2026-06-01T12:00:36.700Z");
  test.each([
    ["in the second of enabling, reported in whole seconds", "2026-06-01T12:00:36Z", true],
    ["in a later second", "2026-06-01T12:00:37Z", true],
    ["at the very instant of enabling", "2026-06-01T12:00:36.700Z", true],
    ["later in the same second, reported in milliseconds", "2026-06-01T12:00:36.701Z", true],
    ["earlier in the same second, reported in milliseconds", "2026-06-01T12:00:36.699Z", false],
    ["in the second before", "2026-06-01T12:00:35Z", false],
  ])("that were enabled again and are disabled %s", async (_, time, isDisabled) => {
    await records.accounts.register({ ...ada, enabledAt: enabled });
    expect(await records.accounts.recordDisabled(ada.id, at(time))).toBe(true);
    expect((await records.accounts.get(ada.id))?.disabledAt).toEqual(isDisabled ? at(time) : undefined);
  });

  test("that are reported disabled in whole seconds are enabled only if they were enabled in a later second", async () => {
    let seed = 100;
    const time = fc.integer({ min: 0, max: 4000 }).map((milliseconds) => new Date(NOW.getTime() + milliseconds));
    await fc.assert(
      fc.asyncProperty(time, time, async (enabledAt, reported) => {
        const account = anAccount({ id: accountId(seed++), enabledAt });
        await records.accounts.register(account);
        const second = floorToSecond(reported);
        await records.accounts.recordDisabled(account.id, second);
        const { disabledAt } = (await records.accounts.get(account.id)) ?? {};
        expect(disabledAt === undefined).toBe(floorToSecond(enabledAt) > second);
      }),
      { numRuns: 50 },
    );
  });

  test("are listed until they are removed, and read by their identifier for ever", async () => {
    await records.accounts.register(ada);
    await records.accounts.register(bob);
    const removed = { ...removedFrom(bob, NOW), version: 2 };
    expect(await records.accounts.replace(removed)).toBe(true);
    expect((await records.accounts.list({ limit: 10 })).items).toEqual([ada]);
    expect(await records.accounts.get(bob.id)).toEqual(removed);
    expect((await records.accounts.getAll([ada.id, bob.id])).get(bob.id)).toEqual(removed);
    expect(removed.email).toBeUndefined();
    // What is told of it later brings it back into no list.
    await records.accounts.recordPasswordChange(bob.id, NOW);
    await records.accounts.recordDisabled(bob.id, at("2027-01-01"));
    expect((await records.accounts.list({ limit: 10 })).items).toEqual([ada]);
    expect(await records.accounts.register(bob)).toBe(false);
  });

  test("are not registered when whoever does it is not what was judged any more", async () => {
    await records.accounts.register(ada);
    await records.accounts.recordPasswordChange(ada.id, NOW);
    expect(await records.accounts.register(bob, [], { accounts: [ada] })).toBe(false);
    expect(await records.accounts.get(bob.id)).toBeUndefined();
    expect(await records.accounts.register(bob, [], { accounts: [{ ...ada, version: 2 }] })).toBe(true);
  });

  test("that nobody registered are not made by a fact about them", async () => {
    expect(await records.accounts.recordPasswordChange(ada.id, NOW)).toBe(false);
    expect(await records.accounts.recordDisabled(ada.id, NOW)).toBe(false);
    expect(await records.accounts.get(ada.id)).toBeUndefined();
  });
});

const database = databaseForTests();

test("an item that is not what its schema says decides nothing", async () => {
  const table = await database.table();
  const accounts = accountsIn(table);
  await accounts.register(ada);
  const damage = {
    TableName: table.name,
    Key: keys.account(ada.id),
    UpdateExpression: "SET passwordChangedAt = :x",
    ExpressionAttributeValues: { ":x": "soon" },
  };
  await table.client.send(new UpdateCommand(damage));
  await expect(accounts.get(ada.id)).rejects.toThrow(/passwordChangedAt/);
});
