// The daily seal: where every chain of the custody log ends, written where nobody can change it. What came since the last seal is verified first;
// a chain that is broken keeps the head it was last sealed with, and is looked at again every day until it is mended.
import { type BrokenChain, type Sealed, walkFromSealed } from "../../domain/custody/custody-verification.ts";
import { type Seal, type SealedHead, sealAfter } from "../../domain/custody/seal.ts";
import { sha256 } from "../lib/hash.ts";
import type { Ports } from "../ports/ports.ts";
import type { Seals } from "../ports/seals.ts";

export type SealPorts = Pick<Ports, "custody" | "log" | "now"> & { readonly seals: Seals };

/** An entry's time is when its act began, and the index tells of it a little later still: what is read anew is harmless. */
const OVERLAP_MILLISECONDS = 60 * 60 * 1000;

/** Chains read at once. */
const AT_ONCE = 25;

const assertTime = (isTimeUp: () => boolean): void => {
  if (isTimeUp()) throw new Error("time was up before all chains were read: nothing was sealed");
};

/** Each once: whose chain has entries since the last seal, and whose was broken then. */
const changedSince = async (before: Seal | undefined, { custody }: SealPorts, isTimeUp: () => boolean): Promise<string[]> => {
  const since = before === undefined ? undefined : new Date(before.sealedAt.getTime() - OVERLAP_MILLISECONDS);
  const changed = new Set<string>(before?.broken);
  for await (const subject of custody.changedSince(since)) {
    assertTime(isTimeUp);
    changed.add(subject);
  }
  return [...changed];
};

type Looked = { readonly head: SealedHead } | { readonly broken: BrokenChain };

const look = async (subject: string, sealed: (SealedHead & Sealed) | undefined, { custody }: SealPorts): Promise<Looked> => {
  const found = await Array.fromAsync(custody.chain(subject, sealed?.seq ?? 1));
  const { broken } = walkFromSealed(subject, found, sealed, sha256);
  const last = found.at(-1)?.entry;
  if (broken !== undefined) return { broken };
  // A listed subject has an entry, or had one when its chain was found broken.
  if (last === undefined) return { broken: { subject, seq: 1, why: "is missing" } };
  return { head: { subject: last.subject, seq: last.seq, hash: last.hash } };
};

/**
 * Seals all chains. Throws, after what can be sealed was, when some are broken; throws, and seals nothing, when its time is up. Answers how many
 * chains are sealed, and how many of them were looked at.
 */
export const sealCustody = async (
  ports: SealPorts,
  isTimeUp: () => boolean,
): Promise<{ readonly number: number; readonly sealed: number; readonly looked: number }> => {
  const { seals, log, now } = ports;
  const before = await seals.last();
  const sealedAt = now();
  const heads = new Map<string, SealedHead>(before?.heads.map((head) => [head.subject, head]));
  const sealedHead = (subject: string): (SealedHead & Sealed) | undefined => {
    const head = heads.get(subject);
    return head === undefined || before === undefined ? undefined : { ...head, sealedAt: before.sealedAt };
  };
  const changed = await changedSince(before, ports, isTimeUp);
  const broken: BrokenChain[] = [];
  for (let start = 0; start < changed.length; start += AT_ONCE) {
    assertTime(isTimeUp);
    const looking = changed.slice(start, start + AT_ONCE).map((subject) => look(subject, sealedHead(subject), ports));
    for (const looked of await Promise.all(looking)) {
      if ("head" in looked) heads.set(looked.head.subject, looked.head);
      else broken.push(looked.broken);
    }
  }
  // Told before anything else can fail.
  for (const { subject, seq, why } of broken) log.error("a custody chain is broken", undefined, { subject, seq, why });
  if (broken.length > 0) log.count("CustodyBroken", broken.length);
  const seal = sealAfter(before, { heads, broken: broken.map(({ subject }) => subject), sealedAt }, sha256);
  const told = { number: seal.number, sealed: seal.count, looked: changed.length };
  log.info((await seals.add(seal)) ? "the custody log is sealed" : "another run sealed the custody log", told);
  if (broken.length > 0) throw new Error(`${broken.length} custody chains are broken`);
  return told;
};
