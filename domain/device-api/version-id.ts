// Which state of a data set an answer of the device management API is about: equal for equal states, another one after every change. It looks like a UUID
// of version 1, as Apple's do, and says by itself when the latest change was, and whether this service gave it for this data set: nothing is stored for it.
// It is no secret: whoever makes one up is told of what has changed since a time of their own choice.
import type { Sha256Of } from "../custody/custody.ts";

/**
 * `at`: the latest change. `state`: one text per state, or its number, which is then in the identifier as it is. `of`: one text per data set and location.
 * `apart`: from 1 to 9,999, for an answer that is not of one state alone, which is to have an identifier of its own; then `at` is when it was given.
 */
export type Versioned = { readonly at: Date; readonly state: string | number; readonly of: string; readonly apart?: number };

/** A UUID counts in 100 nanoseconds from 15 October 1582 on. Source: RFC 9562, 5.1. */
const TICKS_PER_MILLISECOND = 10_000n;
const TICKS_BEFORE_1970 = 122_192_928_000_000_000n;

/** Together they fill what a UUID keeps for its clock sequence and its node. */
const STATE_BITS = 38n;
const CHECK_BITS = 24n;
/** The bits before them that every such UUID begins that half with. */
const VARIANT = 0b10n;

const bitsOf = (text: string, bits: bigint, sha256: Sha256Of): bigint => BigInt(`0x${sha256(text)}`) >> (256n - bits);

/** Binds an identifier to its data set. */
const checkOf = (of: string, ticks: bigint, state: bigint, sha256: Sha256Of): bigint =>
  bitsOf(JSON.stringify([of, `${ticks}`, `${state}`]), CHECK_BITS, sha256);

const hex = (value: bigint, digits: number): string => value.toString(16).padStart(digits, "0");

export const versionIdOf = ({ at, state, of, apart = 0 }: Versioned, sha256: Sha256Of): string => {
  const ticks = BigInt(at.getTime()) * TICKS_PER_MILLISECOND + BigInt(apart) + TICKS_BEFORE_1970;
  const digest = typeof state === "number" ? BigInt(state) : bitsOf(state, STATE_BITS, sha256);
  const [time, rest] = [
    hex(ticks, 15),
    hex((VARIANT << (STATE_BITS + CHECK_BITS)) | (digest << CHECK_BITS) | checkOf(of, ticks, digest, sha256), 16),
  ];
  return [time.slice(7), time.slice(3, 7), `1${time.slice(0, 3)}`, rest.slice(0, 4), rest.slice(4)].join("-");
};

const TEXT = /^([0-9a-f]{8})-([0-9a-f]{4})-1([0-9a-f]{3})-([0-9a-f]{4})-([0-9a-f]{12})$/;

const low = (value: bigint, bits: bigint): bigint => value & ((1n << bits) - 1n);

/** Parses an identifier; `undefined` if this service did not issue it for that data set. */
const read = (text: string, of: string, sha256: Sha256Of): { readonly at: Date; readonly state: bigint } | undefined => {
  const [, timeLow, timeMiddle, timeHigh, ...halves] = TEXT.exec(text.toLowerCase()) ?? [];
  if (timeLow === undefined) return undefined;
  const ticks = BigInt(`0x${timeHigh}${timeMiddle}${timeLow}`);
  const rest = BigInt(`0x${halves.join("")}`);
  const state = low(rest >> CHECK_BITS, STATE_BITS);
  const isOurs = rest >> (STATE_BITS + CHECK_BITS) === VARIANT && low(rest, CHECK_BITS) === checkOf(of, ticks, state, sha256);
  return isOurs ? { at: new Date(Number((ticks - TICKS_BEFORE_1970) / TICKS_PER_MILLISECOND)), state } : undefined;
};

/**
 * When the latest change before an identifier was; `undefined` of one that this service never gave for that data set.
 * Invariant: reads whatever `versionIdOf` made of the same `of`; of all others one in 16 million passes.
 */
export const readVersionId = (text: string, of: string, sha256: Sha256Of): Date | undefined => read(text, of, sha256)?.at;

/** The same of a data set whose states have numbers: the number. */
export const readVersionNumber = (text: string, of: string, sha256: Sha256Of): number | undefined => {
  const found = read(text, of, sha256);
  return found === undefined ? undefined : Number(found.state);
};
