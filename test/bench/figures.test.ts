// The bench's own arithmetic: what it says of a scan must be able to be bad news.
import { describe, expect, test } from "vitest";
import { bareSource, clientsOf, heldIn } from "../../bench/bare.ts";
import { median, medianRatio, tableOf } from "../../bench/figures.ts";
import { complaintsAbout, type Run } from "../../bench/reads.ts";

test.each([
  [[3], 3],
  [[9, 1, 5], 5],
  [[10, 9, 1, 2], 5.5],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("there is no median of nothing", () => {
  expect(() => median([])).toThrow(RangeError);
});

test("a ratio is judged pair by pair: a machine that slows down between pairs changes nothing", () => {
  const pairs = [1, 1, 10, 100].map((slowness) => ({ ours: 3 * slowness, bare: 2 * slowness }));
  expect(medianRatio([...pairs, { ours: 3, bare: 200 }])).toBe(1.5);
});

test("a table is padded to its widest cells, figures to the right", () => {
  expect(tableOf(["name", "n"], [["a", "10"]])).toBe("| name |  n |\n| ---- | -: |\n| a    | 10 |");
});

describe("reads", () => {
  const run = (tokens: number, due: number, read: number): Run => ({ tokens, due, reads: { requests: due, items: read, units: due } });
  const base = run(1000, 5, 20);

  test("that follow what is due are fine", () => {
    expect(complaintsAbout([base, run(100_000, 5, 20), run(100_000, 500, 2000)])).toEqual([]);
  });

  test("that follow what exists are found out, though their share of all is the same at every size", () => {
    const complaints = complaintsAbout([run(1000, 5, 1000), run(100_000, 5, 100_000), run(100_000, 500, 100_000)]);
    expect(complaints).toEqual([expect.stringMatching(/^Reads follow what exists: 5 due of 100000 tokens took 20000.0 items each/)]);
  });

  test("that grow faster than what is due are found out", () => {
    expect(complaintsAbout([base, run(100_000, 5, 20), run(100_000, 500, 2201)])).toHaveLength(1);
    expect(complaintsAbout([base, run(100_000, 5, 20), run(100_000, 500, 2199)])).toEqual([]);
  });

  test("are not judged by runs of one share alone, which could only pass", () => {
    expect(() => complaintsAbout([base, run(100_000, 500, 2000)])).toThrow(/can't be told/);
  });
});

describe("the bare handler", () => {
  const dynamodb = "node_modules/@aws-sdk/client-dynamodb/dist-es";
  const held = heldIn({
    [`${dynamodb}/DynamoDBClient.js`]: { bytesInOutput: 10 },
    [`${dynamodb}/commands/QueryCommand.js`]: { bytesInOutput: 10 },
    [`${dynamodb}/commands/ScanCommand.js`]: { bytesInOutput: 0 },
    [`${dynamodb}/commandBuilder.js`]: { bytesInOutput: 10 },
    "node_modules/@aws-sdk/lib-dynamodb/dist-es/commands/QueryCommand.js": { bytesInOutput: 10 },
    "node_modules/@aws-sdk/s3-request-presigner/dist-es/getSignedUrl.js": { bytesInOutput: 10 },
    "functions/aws/table.ts": { bytesInOutput: 10 },
  });

  test("holds what came into the bundle, by package", () => {
    expect(held).toEqual([
      { package: "@aws-sdk/client-dynamodb", names: ["DynamoDBClient", "QueryCommand"] },
      { package: "@aws-sdk/lib-dynamodb", names: ["QueryCommand"] },
      { package: "@aws-sdk/s3-request-presigner", names: ["getSignedUrl"] },
    ]);
    expect(clientsOf(held)).toEqual(["dynamodb"]);
  });

  test("constructs the services' clients and nothing else", () => {
    expect(bareSource(held)).toContain("[new held0(), held1, held2, held3]");
  });
});
