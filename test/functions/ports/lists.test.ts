// The contract of lists: every record once, newest first, page by page.
import { expect, test } from "vitest";
import type { ContentToken } from "../../../domain/content-token.ts";
import { aContentToken, at, contentTokenId, locationId } from "../../make.ts";
import { aFile, battery } from "../../records.ts";

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

  test("refuse a cursor that none of their pages gave", async () => {
    await expect(records.accounts.list({ limit: 2, after: "nonsense" })).rejects.toMatchObject({ reason: "invalid_input" });
  });
});
