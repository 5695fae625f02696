// A seal: where every chain of the custody log ended at one time. It is kept where nobody can change or remove it, so that a chain that was rewritten
// whole or cut at its end is found out. Seals are numbered and tied to each other as entries are.
import * as z from "zod";
import { NO_PREVIOUS, Sha256, type Sha256Of, SubjectId } from "./custody.ts";

export const SealedHead = z.strictObject({ subject: SubjectId, seq: z.int().min(1), hash: Sha256 });
export type SealedHead = z.infer<typeof SealedHead>;

export const Seal = z.strictObject({
  /** 1 for the first, and no number is left out. */
  number: z.int().min(1),
  /** When the chains began to be read: what was written before is sealed, what was written meanwhile may be. */
  sealedAt: z.date(),
  /** SHA-256 of the text of the seal before, 64 zeros for the first. */
  previous: Sha256,
  count: z.int().min(0),
  /** Subjects whose chain was found broken: their head stays the last one that was sealed, if any was. */
  broken: z.array(z.string()),
  /** Every chain once, in the order of subjects. */
  heads: z.array(SealedHead),
});
export type Seal = z.infer<typeof Seal>;

/** The one text of a seal: what is stored, and what the next one's `previous` is the hash of. */
export const sealText = ({ number, sealedAt, previous, count, broken, heads }: Seal): string =>
  JSON.stringify({
    number,
    sealedAt: sealedAt.toISOString(),
    previous,
    count,
    broken,
    heads: heads.map(({ subject, seq, hash }) => ({ subject, seq, hash })),
  });

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const Stored = Seal.extend({ sealedAt: z.iso.datetime().transform((text) => new Date(text)) });

/** `undefined` unless the text is exactly the text of a seal. */
export const readSeal = (text: string): Seal | undefined => {
  const { data } = Stored.safeParse(parsedJson(text));
  return data === undefined || sealText(data) !== text ? undefined : data;
};

const inOrder = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** The seal after `before`. `heads` holds every chain's head by subject. */
export const sealAfter = (
  before: Seal | undefined,
  { heads, broken, sealedAt }: { heads: ReadonlyMap<string, SealedHead>; broken: Iterable<string>; sealedAt: Date },
  sha256: Sha256Of,
): Seal => ({
  number: (before?.number ?? 0) + 1,
  sealedAt,
  previous: before === undefined ? NO_PREVIOUS : sha256(sealText(before)),
  count: heads.size,
  broken: [...broken].toSorted(inOrder),
  heads: [...heads.values()].toSorted((one, other) => inOrder(one.subject, other.subject)),
});

/** The first head of `before` that `seal` has no longer, or has taken back. */
const lostHead = (seal: Seal, before: Seal): SealedHead | undefined => {
  const heads = new Map(seal.heads.map((head) => [head.subject, head]));
  return before.heads.find(({ subject, seq, hash }) => {
    const now = heads.get(subject);
    return now === undefined || now.seq < seq || (now.seq === seq && now.hash !== hash);
  });
};

const isWhole = ({ count, heads }: Seal): boolean =>
  count === heads.length && heads.every(({ subject }, index) => index === 0 || (heads[index - 1]?.subject ?? "") < subject);

/** A seal as it lies in its place; without `seal` when it is none. */
export type FoundSeal = { readonly number: number; readonly text: string; readonly seal: Seal | undefined };

export const foundSeal = (number: number, text: string): FoundSeal => ({ number, text, seal: readSeal(text) });

/**
 * The problem of a seal as the successor of `before`; `undefined` if there is none. The first seal may have any number: older ones are removed when
 * their retention ends, and each seal has the heads of all chains.
 * Invariant: a head that was sealed stays sealed, or moves on.
 */
export const brokenSeal = ({ number, seal }: FoundSeal, before: FoundSeal | undefined, sha256: Sha256Of): string | undefined => {
  if (before !== undefined && number !== before.number + 1) return `follows seal ${before.number}: what was between is missing`;
  if (seal === undefined) return "is no seal as this service writes it";
  if (seal.number !== number) return `says that it is seal ${seal.number}`;
  if (!isWhole(seal)) return "does not hold every chain once, in order";
  if (before === undefined) return number === 1 && seal.previous !== NO_PREVIOUS ? "does not tie to what is before the first" : undefined;
  if (seal.previous !== sha256(before.text)) return "does not tie to the seal before it";
  if (before.seal === undefined) return undefined;
  if (seal.sealedAt < before.seal.sealedAt) return "is dated before the seal before it";
  const lost = lostHead(seal, before.seal);
  return lost === undefined ? undefined : `lost or took back the head of ${lost.subject}, entry ${lost.seq}`;
};
