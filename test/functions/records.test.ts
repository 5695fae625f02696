// The contract of the record ports, kept by the fake and by a real DynamoDB over a socket: one battery, two backends.
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { accountsIn } from "../../functions/aws/accounts.ts";
import { contentTokensIn } from "../../functions/aws/content-tokens.ts";
import { keys } from "../../functions/aws/table.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../local/dynamodb.ts";
import { aContentToken, accountId, anAccount, at, contentTokenId } from "../make.ts";
import { makeWorld, type World } from "../world.ts";

const TableName = "Records";
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
  await client.send(new DeleteTableCommand({ TableName })).catch(() => undefined);
  const names = ["pk", "sk"];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? "HASH" : "RANGE" })),
    }),
  );
  const table = { client, name: TableName };
  return { accounts: accountsIn(table), tokens: contentTokensIn(table) };
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

  const withToken = async (token = aContentToken()) => {
    await world.accounts.register(ada);
    await world.accounts.register(bob);
    await world.tokens.add(token);
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
      expect(await world.accounts.get(ada.id)).toEqual({ ...ada, disabledAt: now });
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
      await world.tokens.invalidate(token.id, now, "revoked");
      expect(await world.tokens.add({ ...token, id: contentTokenId(2) })).toBe(false);
      expect(await world.tokens.get(contentTokenId(2))).toBeUndefined();
      expect(await world.tokens.findBySecret(token.secretSha256)).toBe(token.id);
    });

    test("end once, and the first cause stays", async () => {
      const token = await withToken();
      expect(await world.tokens.invalidate(token.id, now, "password-changed")).toBe(true);
      expect(await world.tokens.invalidate(token.id, now, "revoked")).toBe(false);
      expect(await world.tokens.get(token.id)).toMatchObject({ invalidation: { at: now, cause: "password-changed" } });
      expect(await world.tokens.invalidate(contentTokenId(9), now, "revoked")).toBe(false);
    });

    test("are found by whom they were given to", async () => {
      await withToken();
      await world.tokens.add(aContentToken({ id: contentTokenId(2), secretSha256: "d".repeat(64) }));
      const given = await Array.fromAsync(world.tokens.givenTo(ada.id));
      expect(given.map(({ tokenId }) => tokenId).toSorted()).toEqual([contentTokenId(1), contentTokenId(2)]);
      expect(given[0]?.holding).toEqual({ accountId: ada.id, givenAt: at("2026-01-10T08:00:00Z") });
      expect(await Array.fromAsync(world.tokens.givenTo(bob.id))).toEqual([]);
    });
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
      ["the token was ended", ({ id }) => world.tokens.invalidate(id, now, "revoked")],
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
