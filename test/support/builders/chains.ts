// Chains of the custody log as the service writes them, and as somebody may have left them.

import fc from "fast-check";
import { type AuditRecord, type CustodyEntry, entryAfter } from "../../../domain/custody/custody.ts";
import type { Found, SealedChain } from "../../../domain/custody/custody-verification.ts";
import { SealedHead } from "../../../domain/custody/seal.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import { accountId, at, contentTokenId, locationId } from "./make.ts";

export { sha256 };

export const aRecord = (over: Partial<AuditRecord> = {}): AuditRecord => ({
  kind: "custody",
  subject: contentTokenId(),
  act: "token-downloaded",
  at: at("2026-06-01T00:00:00Z"),
  by: accountId(),
  details: {},
  ...over,
});

/** `before`: the entries that they follow. */
export const chainOf = (records: readonly AuditRecord[], before: readonly CustodyEntry[] = []): CustodyEntry[] => {
  const chain = [...before];
  for (const record of records) chain.push(entryAfter(record, chain.at(-1), sha256));
  return chain;
};

export const anyRecord = fc
  .record({
    act: fc.constantFrom("token-issued", "token-downloaded", "token-fetched"),
    seconds: fc.nat(1e6),
    reason: fc.option(fc.string(), { nil: undefined }),
    where: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
    details: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  } as const)
  .map(({ act, seconds, reason, where, details }) =>
    aRecord({
      act,
      at: new Date(at("2026-01-01").getTime() + seconds * 1000),
      ...(reason === undefined ? {} : { reason }),
      ...(where === undefined ? {} : { locationId: locationId(where) }),
      details,
    }),
  );

export const anyChain = fc.array(anyRecord, { minLength: 1, maxLength: 8 }).map(chainOf);

/** A chain and one of its places. */
export const chainAndPlace = anyChain.chain((chain) => fc.record({ chain: fc.constant(chain), index: fc.nat(chain.length - 1) }));

/** As a reader finds them, in the order of `seq`. */
export const foundOf = (chain: readonly CustodyEntry[]): Found[] =>
  chain.map((entry) => ({ subject: entry.subject, seq: entry.seq, entry }));

export const SEALED_AT = at("2026-06-02T03:00:00.000Z");

/** The chain sealed at its end. */
export const sealedAtEnd = (chain: readonly CustodyEntry[]): SealedChain =>
  new Map(chain.slice(-1).map(({ seq, hash }) => [seq, { hash, sealedAt: SEALED_AT }]));

/** The heads of chains, as a seal holds them. */
export const headsOf = (...chains: readonly (readonly CustodyEntry[])[]): ReadonlyMap<string, SealedHead> =>
  new Map(
    chains.flatMap((chain) =>
      chain.slice(-1).map(({ subject, seq, hash }) => [subject, SealedHead.parse({ subject, seq, hash })] as const),
    ),
  );
