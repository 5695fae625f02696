// Holds a custody log against its own hashes and against the seals. Seals are read before entries: what is sealed then is in the log that is read.
import { type BrokenChain, type Found, type Sealed, walkChain } from "../domain/custody/custody-verification.ts";
import { brokenSeal, type FoundSeal, foundSeal } from "../domain/custody/seal.ts";
import { sha256 } from "../functions/lib/hash.ts";
import { CannotVerify } from "./cannot-verify.ts";
import type { StoredSeal } from "./seals.ts";

type Span = { readonly first: Date | undefined; readonly last: Date | undefined };

const spanWith = ({ first, last }: Span, at: Date): Span => ({
  first: first === undefined || at < first ? at : first,
  last: last === undefined || at > last ? at : last,
});

type Counted = Span & { readonly count: number };

export type BrokenSeal = { readonly number: number; readonly why: string };

export type SealsReport = Counted & { readonly broken: readonly BrokenSeal[]; readonly newer: number };

export type Report = {
  readonly chains: number;
  readonly entries: Counted;
  readonly brokenChains: readonly BrokenChain[];
  readonly seals: SealsReport;
};

type Ledger = Map<string, Map<number, Sealed>>;

/** Each head as it was first sealed: later seals that hold another one are broken themselves. */
const enter = (ledger: Ledger, { seal }: FoundSeal): void => {
  for (const { subject, seq, hash } of seal?.heads ?? []) {
    const sealed = ledger.get(subject) ?? new Map<number, Sealed>();
    if (seal !== undefined && !sealed.has(seq)) ledger.set(subject, sealed.set(seq, { hash, sealedAt: seal.sealedAt }));
  }
};

const readSeals = async (seals: AsyncIterable<StoredSeal>, until: Date | undefined): Promise<{ ledger: Ledger; report: SealsReport }> => {
  const ledger: Ledger = new Map();
  const broken: BrokenSeal[] = [];
  let span: Span = { first: undefined, last: undefined };
  let [count, newer] = [0, 0];
  let before: FoundSeal | undefined;
  for await (const { number, text, isAlone } of seals) {
    const found = foundSeal(number, text);
    const why =
      brokenSeal(found, before, sha256) ?? (isAlone ? undefined : "had something put over it; what was first written was compared");
    if (why !== undefined) broken.push({ number, why });
    count += 1;
    before = found;
    if (found.seal === undefined) continue;
    span = spanWith(span, found.seal.sealedAt);
    if (until === undefined || found.seal.sealedAt <= until) enter(ledger, found);
    else newer += 1;
  }
  return { ledger, report: { ...span, count, broken, newer } };
};

const NOTHING: ReadonlyMap<number, Sealed> = new Map();

/** Throws `CannotVerify` when there is neither an entry nor a seal. */
export const verify = async (
  seals: AsyncIterable<StoredSeal>,
  entries: () => AsyncIterable<Found>,
  until: Date | undefined,
): Promise<Report> => {
  const { ledger, report } = await readSeals(seals, until);
  const chains = new Map<string, Found[]>();
  let span: Span = { first: undefined, last: undefined };
  let count = 0;
  for await (const found of entries()) {
    const chain = chains.get(found.subject);
    if (chain === undefined) chains.set(found.subject, [found]);
    else chain.push(found);
    count += 1;
    if (found.entry !== undefined) span = spanWith(span, found.entry.at);
  }
  const subjects = new Set([...chains.keys(), ...ledger.keys()]);
  if (subjects.size === 0) throw new CannotVerify("there are no entries, and nothing was sealed of any");
  const brokenChains: BrokenChain[] = [];
  for (const subject of [...subjects].toSorted()) {
    const found = (chains.get(subject) ?? []).toSorted((one, other) => one.seq - other.seq);
    const { broken } = walkChain(subject, found, ledger.get(subject) ?? NOTHING, sha256);
    if (broken !== undefined) brokenChains.push(broken);
  }
  return { chains: subjects.size, entries: { ...span, count }, brokenChains, seals: report };
};
