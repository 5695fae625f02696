// Verifies a chain of the custody log by its stored entries and its sealed heads. Without seals, a chain that was rewritten whole or cut at its end
// passes.
import { brokenLink, type CustodyEntry, type Head, NO_PREVIOUS, type Sha256Of } from "./custody.ts";

/** An item of a chain: its entry, or none if the item does not have the form that this service writes. */
export type Found = { readonly subject: string; readonly seq: number; readonly entry: CustodyEntry | undefined };

/** The first thing that is wrong with a chain: entry `seq` of `subject`, and why. */
export type BrokenChain = { readonly subject: string; readonly seq: number; readonly why: string };

/** The hash that an entry had when it was sealed. */
export type Sealed = { readonly hash: string; readonly sealedAt: Date };

/** The sealed heads of one chain, by `seq`. */
export type SealedChain = ReadonlyMap<number, Sealed>;

export const CHANGED = "was changed after it was written";

/** The head of a chain, or its first problem; `head` is then the last entry that is correct. */
export type Walked = { readonly head: Head | undefined; readonly broken?: BrokenChain };

const brokenAt = (
  { subject, seq, entry }: Found,
  head: Head | undefined,
  sealed: SealedChain,
  sha256: Sha256Of,
): BrokenChain | undefined => {
  const expected = (head?.seq ?? 0) + 1;
  // A gap is named before what stands behind it.
  if (entry === undefined) return seq > expected ? { subject, seq: expected, why: "is missing" } : { subject, seq, why: CHANGED };
  const broken = brokenLink(entry, head, sha256);
  if (broken !== undefined) return broken;
  const seal = sealed.get(seq);
  if (seal === undefined || seal.hash === entry.hash) return undefined;
  return { subject, seq, why: `is not the entry that was sealed on ${seal.sealedAt.toISOString()}: the chain was rewritten` };
};

/** The sealed place nearest to the end of a chain, of those that lie behind it. */
const nextSealed = (sealed: SealedChain, end: number): Sealed | undefined => {
  const behind = [...sealed.keys()].filter((seq) => seq > end);
  return behind.length === 0 ? undefined : sealed.get(Math.min(...behind));
};

/**
 * Walks one chain from `from` on: `found` holds its entries after that, in the order of `seq`.
 * Invariant: what is not broken holds every sealed entry as it was sealed, and nothing before the last of them was changed, removed or added.
 */
export const walkChain = (
  subject: string,
  found: readonly Found[],
  sealed: SealedChain,
  sha256: Sha256Of,
  from: Head | undefined = undefined,
): Walked => {
  let head = from;
  for (const each of found) {
    const broken = brokenAt(each, head, sealed, sha256);
    if (broken !== undefined) return { head, broken };
    head = each.entry;
  }
  const end = head?.seq ?? 0;
  const lost = nextSealed(sealed, end);
  if (lost === undefined) return { head };
  const why = `is missing: the chain ends before what was sealed on ${lost.sealedAt.toISOString()}`;
  return { head, broken: { subject, seq: end + 1, why } };
};

/**
 * Walks a chain from its sealed head on, so that what came since can be sealed: `found` begins with the sealed entry itself. What lies before it is
 * not looked at; its hash is part of the sealed entry.
 */
export const walkFromSealed = (subject: string, found: readonly Found[], sealed: (Head & Sealed) | undefined, sha256: Sha256Of): Walked => {
  if (sealed === undefined) return walkChain(subject, found, new Map(), sha256);
  const before = { seq: sealed.seq - 1, hash: found[0]?.entry?.previous ?? NO_PREVIOUS };
  return walkChain(subject, found, new Map([[sealed.seq, sealed]]), sha256, before);
};
