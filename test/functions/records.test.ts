// The contract of the record ports, kept by the fake and by a real DynamoDB over a socket: one battery, two backends.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ContentToken } from "../../domain/content-token.ts";
import type { Announcement } from "../../domain/events.ts";
import { recordsIn } from "../../functions/aws/records.ts";
import { keys } from "../../functions/aws/table.ts";
import type { Idempotency, ParkedFact } from "../../functions/ports.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../local/dynamodb.ts";
import { aContentToken, accountId, aLocation, anAccount, anEvent, anOrganization, at, contentTokenId, locationId } from "../make.ts";
import { makeTable } from "../table.ts";
import { makeWorld, type World } from "../world.ts";

const TableName = "Records";
const aFile = (seed: number) => ({ key: `tokens/${seed}`, version: "1", sha256: "b".repeat(64) });
let database: LocalDynamoDb;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  database = await startDynamoDb();
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: database.endpoint, region: "us-east-1", credentials }));
});

afterAll(async () => {
  client.destroy();
  await database.close();
});

const freshTable = async (): Promise<World> => {
  await makeTable(client, TableName);
  return recordsIn({ client, name: TableName });
};

describe.each([
  ["in memory", async () => makeWorld()],
  ["in DynamoDB", freshTable],
])("records %s", (_, open) => {
  let world: World;
  beforeEach(async () => {
    world = await open();
  });

  const now = at("2026-06-01T00:00:00.500Z");
  const ada = anAccount();
  const bob = anAccount({ id: accountId(2), subject: "bob" });
  const holders = new Map([[ada.id, ada]]);

  const add = async (token: ContentToken, ...rest: [(readonly Announcement[])?, Idempotency?]) => {
    await world.erasures.plan(token.file.key, token.issuedAt);
    return world.tokens.add(token, ...rest);
  };

  const untold = () => Array.fromAsync(world.outbox.pending(at("2030-01-01")));
  const toErase = () => Array.fromAsync(world.erasures.planned(at("2030-01-01")));

  const withToken = async (token = aContentToken()) => {
    await world.accounts.register(ada);
    await world.accounts.register(bob);
    await add(token);
    return token;
  };

  describe("accounts", () => {
    test("come back as they were registered, and only once", async () => {
      expect(await world.accounts.register(ada)).toBe(true);
      expect(await world.accounts.register({ ...ada, email: "other@example.org" })).toBe(false);
      expect(await world.accounts.get(ada.id)).toEqual(ada);
      expect(await world.accounts.get(bob.id)).toBeUndefined();
    });

    test("are read together, past the size of one batch, without those that do not exist", async () => {
      const many = Array.from({ length: 120 }, (_, index) => anAccount({ id: accountId(index + 1) }));
      await Promise.all(many.map((account) => world.accounts.register(account)));
      const found = await world.accounts.getAll([...many.map(({ id }) => id), ada.id, accountId(200)]);
      expect([...found.keys()].toSorted()).toEqual(many.map(({ id }) => id).toSorted());
    });

    test("keep the latest password change, in whatever order and number they are told", async () => {
      await world.accounts.register(ada);
      const changes = fc.sample(fc.date({ min: at("2025-01-01"), max: at("2026-01-01"), noInvalidDate: true }), { numRuns: 12, seed: 7 });
      for (const change of [...changes, ...changes]) expect(await world.accounts.recordPasswordChange(ada.id, change)).toBe(true);
      const latest = new Date(Math.max(...changes.map(Number)));
      expect(await world.accounts.get(ada.id)).toMatchObject({ passwordChangedAt: latest });
    });

    test("keep the first time they were disabled", async () => {
      await world.accounts.register(ada);
      expect(await world.accounts.recordDisabled(ada.id, now)).toBe(true);
      expect(await world.accounts.recordDisabled(ada.id, at("2027-01-01"))).toBe(true);
      expect(await world.accounts.get(ada.id)).toEqual({ ...ada, disabledAt: now, version: 3 });
    });

    test("that nobody registered are not made by a fact about them", async () => {
      expect(await world.accounts.recordPasswordChange(ada.id, now)).toBe(false);
      expect(await world.accounts.recordDisabled(ada.id, now)).toBe(false);
      expect(await world.accounts.get(ada.id)).toBeUndefined();
    });
  });

  describe("content tokens", () => {
    test("come back as they were added, by identifier and by secret", async () => {
      const token = await withToken();
      expect(await world.tokens.get(token.id)).toEqual(token);
      expect(await world.tokens.findBySecret(token.secretSha256)).toBe(token.id);
      expect(await world.tokens.findBySecret("c".repeat(64))).toBeUndefined();
    });

    test("with a secret that is held already change nothing, even when the one that holds it has ended", async () => {
      const token = await withToken();
      await world.tokens.invalidate(token.id, { at: now, cause: "revoked" });
      expect(await add({ ...token, id: contentTokenId(2) })).toBe(false);
      expect(await world.tokens.get(contentTokenId(2))).toBeUndefined();
      expect(await world.tokens.findBySecret(token.secretSha256)).toBe(token.id);
    });

    test("end once, and the first cause stays", async () => {
      const token = await withToken();
      expect(await world.tokens.invalidate(token.id, { at: now, cause: "password-changed" })).toBe(true);
      expect(await world.tokens.invalidate(token.id, { at: now, cause: "revoked" })).toBe(false);
      expect(await world.tokens.get(token.id)).toMatchObject({ invalidation: { at: now, cause: "password-changed" } });
      expect(await world.tokens.invalidate(contentTokenId(9), { at: now, cause: "revoked" })).toBe(false);
    });

    test("are found by whom they were given to", async () => {
      await withToken();
      await add(aContentToken({ id: contentTokenId(2), secretSha256: "d".repeat(64), file: aFile(2) }));
      const given = await Array.fromAsync(world.tokens.givenTo(ada.id));
      expect(given.map(({ tokenId }) => tokenId).toSorted()).toEqual([contentTokenId(1), contentTokenId(2)]);
      expect(given[0]?.holding).toEqual({ accountId: ada.id, givenAt: at("2026-01-10T08:00:00Z") });
      expect(await Array.fromAsync(world.tokens.givenTo(bob.id))).toEqual([]);
    });
  });

  describe("the end of a token", () => {
    const event = anEvent();

    test("by invalidation records what is announced, plans the erasure and is found by no password change", async () => {
      const token = await withToken(aContentToken({ dueAt: at("2026-11-11") }));
      expect(await world.tokens.invalidate(token.id, { at: now, cause: "revoked" }, [event])).toBe(true);
      expect(await untold()).toEqual([event]);
      expect(await toErase()).toEqual([token.file.key]);
      expect(await Array.fromAsync(world.tokens.givenTo(ada.id))).toEqual([]);
      expect(await Array.fromAsync(world.tokens.due(at("2028-01-01")))).toEqual([]);
    });

    test("a second time announces nothing", async () => {
      const token = await withToken();
      await world.tokens.invalidate(token.id, { at: now, cause: "revoked" });
      expect(await world.tokens.invalidate(token.id, { at: now, cause: "password-changed" }, [event])).toBe(false);
      expect(await untold()).toEqual([]);
    });

    test("by its date is recorded once", async () => {
      const token = await withToken(aContentToken({ dueAt: at("2026-11-11") }));
      expect(await world.tokens.expire(token, [event])).toBe(true);
      expect(await world.tokens.expire(token, [anEvent({ id: "evt_2" })])).toBe(false);
      expect(await untold()).toEqual([event]);
      expect(await toErase()).toEqual([token.file.key]);
      expect(await Array.fromAsync(world.tokens.due(at("2028-01-01")))).toEqual([]);
    });
  });

  describe("reminders", () => {
    const due = aContentToken({ dueAt: at("2026-11-11") });
    const next = at("2026-12-11");

    test("are due from their time on, earliest first, and nothing else is read", async () => {
      const earlier = aContentToken({ id: contentTokenId(2), secretSha256: "d".repeat(64), file: aFile(2), dueAt: at("2026-10-01") });
      const never = aContentToken({ id: contentTokenId(3), secretSha256: "e".repeat(64), file: aFile(3) });
      for (const token of [due, earlier, never]) await add(token);
      expect(await Array.fromAsync(world.tokens.due(at("2026-11-11")))).toEqual([earlier, due]);
      expect(await Array.fromAsync(world.tokens.due(at("2026-11-10")))).toEqual([earlier]);
    });

    test("of one step are recorded once, however many runs there are", async () => {
      await add(due);
      const runs = [1, 2, 3, 4].map((run) => world.tokens.remind(due, 60, next, [anEvent({ id: `evt_${run}` })]).catch(() => false));
      expect((await Promise.all(runs)).filter(Boolean)).toHaveLength(1);
      expect(await untold()).toHaveLength(1);
      expect(await world.tokens.sentSteps(due.id)).toEqual(new Set([60]));
    });

    test("that were sent are not sent again by a run that read the token anew", async () => {
      await add(due);
      await world.tokens.remind(due, 60, next, []);
      expect(await world.tokens.remind({ ...due, dueAt: next }, 60, at("2026-12-20"), [anEvent()])).toBe(false);
      expect(await untold()).toEqual([]);
      expect(await world.tokens.get(due.id)).toMatchObject({ dueAt: next });
    });

    test("of no step only move the due time", async () => {
      await add(due);
      expect(await world.tokens.remind(due, undefined, next, [])).toBe(true);
      expect(await world.tokens.get(due.id)).toMatchObject({ dueAt: next });
      expect(await world.tokens.sentSteps(due.id)).toEqual(new Set());
    });
  });

  describe("adding a token", () => {
    test("is refused when the erasure of its file was begun, so that no record names an erased file", async () => {
      const token = aContentToken();
      await world.erasures.plan(token.file.key, now);
      await world.erasures.done(token.file.key);
      expect(await world.tokens.add(token)).toBe(false);
      expect(await world.tokens.get(token.id)).toBeUndefined();
    });

    test("ends the plan to erase its file", async () => {
      await add(aContentToken());
      expect(await toErase()).toEqual([]);
    });

    test("with an idempotency key happens once, and the first token is found by it", async () => {
      const use = { accountId: ada.id, key: "k-1", requestSha256: "f".repeat(64) };
      expect(await add(aContentToken(), [anEvent()], use)).toBe(true);
      const second = aContentToken({ id: contentTokenId(2), secretSha256: "d".repeat(64), file: aFile(2) });
      expect(await add(second, [anEvent({ id: "evt_2" })], use)).toBe(false);
      expect(await world.tokens.findByIdempotencyKey(use)).toEqual({ tokenId: contentTokenId(1), requestSha256: use.requestSha256 });
      expect(await world.tokens.findByIdempotencyKey({ ...use, accountId: bob.id })).toBeUndefined();
      expect(await untold()).toEqual([anEvent()]);
    });
  });

  describe("lists", () => {
    test("give every token once, newest first, page by page, of all or of one location", async () => {
      const tokens = [1, 2, 3, 4, 5].map((day) =>
        aContentToken({
          id: contentTokenId(day),
          secretSha256: `${day}`.repeat(64),
          file: aFile(day),
          issuedAt: at(`2026-01-0${day}`),
          locationId: locationId(day % 2),
        }),
      );
      for (const token of tokens) await add(token);
      const seen = async (location: "all" | ReturnType<typeof locationId>) => {
        const found: ContentToken[] = [];
        let after: string | undefined;
        do {
          const page = await world.tokens.list(location, { limit: 2, after });
          expect(page.items.length).toBeLessThanOrEqual(2);
          found.push(...page.items);
          after = page.next;
        } while (after !== undefined);
        return found;
      };
      expect(await seen("all")).toEqual(tokens.toReversed());
      expect((await seen(locationId(1))).map(({ id }) => id)).toEqual([5, 3, 1].map(contentTokenId));
      expect(await seen(locationId(9))).toEqual([]);
    });

    test("refuse a cursor that none of their pages gave", async () => {
      await expect(world.accounts.list({ limit: 2, after: "nonsense" })).rejects.toMatchObject({ reason: "invalid_input" });
    });
  });

  describe("the organization", () => {
    const other = aLocation({ id: locationId(2), name: "Other", uId: "1000000000000001", primary: false });

    test("is founded once, with its primary location and its first administrator", async () => {
      expect(await world.organizations.found(anOrganization(), aLocation(), ada)).toBe(true);
      expect(await world.organizations.found(anOrganization({ name: "Usurper" }), other, bob)).toBe(false);
      expect(await world.organizations.get()).toEqual(anOrganization());
      expect(await world.locations.primary()).toEqual(aLocation());
      expect(await world.accounts.get(ada.id)).toEqual(ada);
      expect(await world.accounts.get(bob.id)).toBeUndefined();
    });

    test("and its primary location change together, from the version that was read", async () => {
      await world.organizations.found(anOrganization(), aLocation(), ada);
      const renamed = [anOrganization({ name: "New", version: 2 }), aLocation({ name: "New", version: 2 })] as const;
      expect(await world.organizations.replace(...renamed)).toBe(true);
      expect(await world.organizations.replace(...renamed)).toBe(false);
      expect(await world.organizations.get()).toEqual(renamed[0]);
      expect(await world.locations.primary()).toEqual(renamed[1]);
    });

    test("keeps the uIds of its locations unique", async () => {
      expect(await world.locations.add(other)).toBe(true);
      expect(await world.locations.add({ ...other, id: locationId(3) })).toBe(false);
      expect(await world.locations.get(locationId(3))).toBeUndefined();
      expect((await world.locations.list({ limit: 10 })).items).toEqual([other]);
    });

    test("does not overwrite a location or grants that changed meanwhile", async () => {
      await world.locations.add(other);
      expect(await world.locations.replace({ ...other, name: "A", version: 2 })).toBe(true);
      expect(await world.locations.replace({ ...other, name: "B", version: 2 })).toBe(false);
      expect(await world.locations.get(other.id)).toMatchObject({ name: "A", version: 2 });
      await world.accounts.register(ada);
      expect(await world.accounts.replaceGrants({ ...ada, grants: [], version: 2 })).toBe(true);
      expect(await world.accounts.replaceGrants({ ...ada, version: 2 })).toBe(false);
      expect(await world.accounts.get(ada.id)).toEqual({ ...ada, grants: [], version: 2 });
    });
  });

  describe("announcements", () => {
    test("are pending until they are told, oldest first, and only those recorded before", async () => {
      await world.accounts.register(ada);
      const early = anEvent({ id: "evt_2", recordedAt: at("2026-05-01") });
      const notice: Announcement = { kind: "notice", id: "evt_3", recordedAt: at("2026-05-02"), subject: "s", message: "m" };
      const late = anEvent({ id: "evt_1", recordedAt: at("2026-06-01") });
      await world.accounts.recordDisabled(ada.id, now, [late, notice, early]);
      expect(await Array.fromAsync(world.outbox.pending(at("2026-06-01")))).toEqual([early, notice]);
      await world.outbox.done([early, notice]);
      expect(await untold()).toEqual([late]);
    });

    test("of a fact about nobody are not recorded; a repeated report is announced again, so that it resumes what was cut short", async () => {
      expect(await world.accounts.recordPasswordChange(ada.id, now, [anEvent()])).toBe(false);
      expect(await untold()).toEqual([]);
      await world.accounts.register(ada);
      await world.accounts.recordPasswordChange(ada.id, now, [anEvent({ id: "evt_1" })]);
      await world.accounts.recordPasswordChange(ada.id, now, [anEvent({ id: "evt_2" })]);
      expect((await untold()).map(({ id }) => id)).toEqual(["evt_1", "evt_2"]);
    });
  });

  test("a parked fact is kept once, found by its account, and goes when it was applied", async () => {
    const fact: ParkedFact = { accountId: ada.id, eventId: "e-1", meaning: "changed", occurredAt: now };
    await world.parking.park(fact);
    await world.parking.park(fact);
    expect(await world.parking.of(ada.id)).toEqual([fact]);
    expect(await world.parking.of(bob.id)).toEqual([]);
    expect(await Array.fromAsync(world.parking.all())).toEqual([fact]);
    await world.parking.done(fact);
    expect(await world.parking.of(ada.id)).toEqual([]);
  });

  describe("a hand-over", () => {
    test("records who was given the file, the first time only", async () => {
      const token = await withToken();
      expect(await world.tokens.handOver({ token, to: bob, holders, at: now })).toBe(true);
      const second = { ...token, downloadedBy: [...token.downloadedBy, { accountId: bob.id, givenAt: now }] };
      expect(await world.tokens.get(token.id)).toEqual(second);
      const all = new Map([...holders, [bob.id, bob]]);
      expect(await world.tokens.handOver({ token: second, to: bob, holders: all, at: at("2026-07-01") })).toBe(true);
      expect(await world.tokens.get(token.id)).toEqual(second);
      expect((await Array.fromAsync(world.tokens.givenTo(bob.id))).map(({ holding }) => holding.givenAt)).toEqual([now]);
    });

    test.each<[string, (token: ReturnType<typeof aContentToken>) => Promise<unknown>]>([
      ["the token was ended", ({ id }) => world.tokens.invalidate(id, { at: now, cause: "revoked" })],
      ["a holder's password changed", () => world.accounts.recordPasswordChange(ada.id, at("2026-05-01"))],
      ["a holder was disabled", () => world.accounts.recordDisabled(ada.id, now)],
      ["the receiver's password changed", () => world.accounts.recordPasswordChange(bob.id, at("2026-05-01"))],
      ["the receiver was disabled", () => world.accounts.recordDisabled(bob.id, now)],
    ])("changes nothing when %s after it was judged", async (_, happens) => {
      const token = await withToken();
      await happens(token);
      const before = await world.tokens.get(token.id);
      expect(await world.tokens.handOver({ token, to: bob, holders, at: now })).toBe(false);
      expect(await world.tokens.get(token.id)).toEqual(before);
      expect(await Array.fromAsync(world.tokens.givenTo(bob.id))).toEqual([]);
    });

    test("changes nothing when a holder with an old password change was disabled after it was judged", async () => {
      const token = await withToken();
      const changed = at("2026-01-01");
      await world.accounts.recordPasswordChange(ada.id, changed);
      await world.accounts.recordDisabled(ada.id, now);
      const asJudged = new Map([[ada.id, { ...ada, passwordChangedAt: changed }]]);
      expect(await world.tokens.handOver({ token, to: bob, holders: asJudged, at: now })).toBe(false);
    });

    test("changes nothing when another account was given the file after it was judged", async () => {
      const token = await withToken();
      const eve = anAccount({ id: accountId(3), subject: "eve" });
      await world.accounts.register(eve);
      expect(await world.tokens.handOver({ token, to: eve, holders, at: now })).toBe(true);
      expect(await world.tokens.handOver({ token, to: bob, holders, at: now })).toBe(false);
    });

    test("changes nothing in the second the token ends", async () => {
      const token = await withToken();
      expect(await world.tokens.handOver({ token, to: bob, holders, at: token.expiresAt })).toBe(false);
    });

    test("of two at once to two accounts, one is judged again", async () => {
      const token = await withToken();
      const eve = anAccount({ id: accountId(3), subject: "eve" });
      await world.accounts.register(eve);
      const done = await Promise.all([bob, eve].map((to) => world.tokens.handOver({ token, to, holders, at: now })));
      expect(done.toSorted()).toEqual([false, true]);
    });
  });
});

test("an item that is not what its schema says decides nothing", async () => {
  const { accounts } = await freshTable();
  await accounts.register(anAccount());
  const damage = {
    TableName,
    Key: keys.account(accountId()),
    UpdateExpression: "SET passwordChangedAt = :x",
    ExpressionAttributeValues: { ":x": "soon" },
  };
  await client.send(new UpdateCommand(damage));
  await expect(accounts.get(accountId())).rejects.toThrow(/passwordChangedAt/);
});
