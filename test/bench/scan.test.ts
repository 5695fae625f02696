// The daily scan's reads, counted at two small sizes, so that a scan which begins to read what exists fails the tests and not only the bench.
import { expect, test } from "vitest";
import { complaintsAbout } from "../../bench/reads.ts";
import { countScans } from "../../bench/scan.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import type { Records } from "../../functions/aws/records.ts";

const SIZES = [1000, 3000];

/** Finds the same tokens by reading all of them. */
const readingAll = ({ tokens, reminders }: Records): Records["reminders"] => ({
  ...reminders,
  async *due(until) {
    const all: ContentToken[] = [];
    let after: string | undefined;
    do {
      const page = await tokens.list("all", { limit: 500, after });
      all.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    yield* all.filter(({ dueAt }) => dueAt !== undefined && dueAt <= until);
  },
});

test("the scan reads as much for each due token, whatever exists", { timeout: 60_000 }, async () => {
  expect(complaintsAbout(await countScans(SIZES))).toEqual([]);
});

test("a scan that reads all tokens would be found out", { timeout: 60_000 }, async () => {
  const complaints = complaintsAbout(await countScans(SIZES, { change: readingAll }));
  expect(complaints).toContainEqual(expect.stringContaining("5 due of 3000 tokens"));
});
