// The contract of lists: every record once, newest first, page by page.
import { expect, test } from "vitest";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import { aContentToken, at, contentTokenId, locationId } from "../../support/builders/make.ts";
import { aFile, battery } from "../../support/database/records.ts";

battery("lists", (records) => {
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
    for (const token of tokens) await records.add(token);
    const seen = async (location: "all" | ReturnType<typeof locationId>) => {
      const found: ContentToken[] = [];
      let after: string | undefined;
      do {
        const page = await records.tokens.list(location, { limit: 2, after });
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

  const forged = (place: object): string => Buffer.from(JSON.stringify(place)).toString("base64url");
  test.each([
    ["that is no text of theirs", "nonsense"],
    ["that names no place", forged({})],
    ["whose fields are empty", forged({ pk: "", sk: "", sortKey: "" })],
    ["with one field empty", forged({ pk: "ACC#x", sk: "ACC", sortKey: "" })],
    ["whose fields are no text", forged({ pk: 1, sk: 2, sortKey: 3 })],
  ])("refuse a cursor %s", async (_, after) => {
    const refused = { reason: "invalid_input" };
    await expect(records.accounts.list({ limit: 2, after })).rejects.toMatchObject(refused);
    await expect(records.locations.list({ limit: 2, after })).rejects.toMatchObject(refused);
    await expect(records.tokens.list("all", { limit: 2, after })).rejects.toMatchObject(refused);
    await expect(records.tokens.list(locationId(), { limit: 2, after })).rejects.toMatchObject(refused);
  });

  test("show with a cursor of another location's list nothing of that location", async () => {
    const tokens = [1, 2, 3, 4].map((seed) =>
      aContentToken({
        id: contentTokenId(seed),
        secretSha256: `${seed}`.repeat(64),
        file: aFile(seed),
        issuedAt: at(`2026-01-0${seed}`),
        locationId: locationId(seed % 2),
      }),
    );
    for (const token of tokens) await records.add(token);
    const { next } = await records.tokens.list(locationId(0), { limit: 1 });
    expect(next).toBeDefined();
    const { items } = await records.tokens.list(locationId(1), { limit: 10, after: next });
    expect(items.map(({ id }) => id)).toEqual([3, 1].map(contentTokenId));
  });
});
