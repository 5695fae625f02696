// What it costs to tell whom a content token lets in, which every request of an MDM server begins with: in an instance that knows the token's places, and in one
// that does not yet.
import assert from "node:assert/strict";
import { renderTokenFile } from "../domain/tokens/token-file.ts";
import { bearersIn } from "../functions/aws/bearers.ts";
import { recordsIn } from "../functions/aws/records.ts";
import { sha256 } from "../functions/lib/hash.ts";
import { bearerOf } from "../functions/tokens/authenticate.ts";
import { startDynamoDb } from "../local/dynamodb.ts";
import { aContentToken, aLocation, anAccount, anOrganization } from "../test/support/builders/make.ts";
import { makeTables, TABLES } from "../test/support/database/table.ts";
import { countReads } from "./counted.ts";
import type { Reads } from "./reads.ts";
import { connect } from "./surroundings.ts";

export type Checks = { readonly checks: number; readonly seconds: number; readonly reads: Reads };
/** Turn by turn, one right after the other. */
export type ChecksMeasured = readonly { readonly warm: Checks; readonly cold: Checks }[];

const NOW = new Date("2026-06-01T12:00:00Z");
const SECRET = "s".repeat(192);

export type CheckBounds = { readonly turns: number; readonly seconds: number; readonly checksPerTurn?: number };

/** Of a token that one account was given. `seconds`: of each half of a turn. */
export const measureChecks = async ({ turns, seconds, checksPerTurn = Number.POSITIVE_INFINITY }: CheckBounds): Promise<ChecksMeasured> => {
  const database = await startDynamoDb();
  const client = connect(database.endpoint);
  const table = { client, ...TABLES };
  try {
    await makeTables(client);
    const { organizations, tokens, erasures } = recordsIn(table);
    assert.ok(await organizations.found(anOrganization(), aLocation(), anAccount()));
    const token = aContentToken({ secretSha256: sha256(SECRET) });
    await erasures.plan(token.file.key, NOW);
    assert.ok(await tokens.add(token));
    const text = renderTokenFile({ secret: SECRET, expiresAt: token.expiresAt, orgName: "Pretendco" });

    const remembering = bearersIn(table);
    const reads = countReads(client);
    const checks = async (bearers: () => ReturnType<typeof bearersIn>): Promise<Checks> => {
      reads();
      const begin = performance.now();
      let count = 0;
      for (; count < checksPerTurn && performance.now() < begin + seconds * 1000; count++)
        assert.equal((await bearerOf(text, { bearers: bearers(), now: () => NOW })).token.id, token.id);
      return { checks: count, seconds: (performance.now() - begin) / 1000, reads: reads() };
    };
    // What is compiled on the way would count against whoever comes first; and then its places are known.
    for (let count = 0; count < 20; count++) await bearerOf(text, { bearers: remembering, now: () => NOW });
    const measured: { warm: Checks; cold: Checks }[] = [];
    for (let turn = 0; turn < turns; turn++)
      measured.push({ warm: await checks(() => remembering), cold: await checks(() => bearersIn(table)) });
    return measured;
  } finally {
    client.destroy();
    await database.close();
  }
};
