// The custody log: who did what to which token, account, MDM server or location, and why. Entries are only added, in one hash chain for each subject:
// an entry carries the hash of the one before it, so that none can be changed, removed or slipped in without breaking what follows.
// The chain alone does not show that it was rewritten whole or cut at its end: its heads are therefore sealed daily in another store.
import * as z from "zod";
import { AccountId, ContentTokenId, LocationId, MdmServerId } from "../shared/ids.ts";

/** The subject whose chain has the entry of an act: the token if there is one, else the account, the MDM server or the location. */
export const SubjectId = z.union([ContentTokenId, AccountId, MdmServerId, LocationId]);
export type SubjectId = z.infer<typeof SubjectId>;

export const CustodyAct = z.enum([
  "token-issued",
  "token-imported",
  "token-downloaded",
  "token-fetched",
  "token-linked",
  "token-claimed",
  "token-used",
  "token-unlinked",
  "token-invalidated",
  "token-withdrawn",
  "token-checked",
  "token-doubted",
  "token-expired",
  "account-registered",
  "account-changed",
  "account-disabled",
  "account-removed",
  "invitation-sent",
  "password-changed",
  "mdm-server-registered",
  "mdm-server-changed",
  "mdm-server-removed",
  "credential-replaced",
  "location-created",
  "location-changed",
  "location-closed",
  "organization-founded",
  "organization-changed",
  "conflict-found",
  "conflict-resolved",
  "subscription-began",
  "subscription-ended",
]);
export type CustodyAct = z.infer<typeof CustodyAct>;

/**
 * The author of an act. An MDM server is named only where it sent its own credential. `ct_…` is somebody with that content token, under any identity that they
 * stated. `service` is a rule of this service, or an event of the identity provider.
 */
export const Actor = z.union([AccountId, MdmServerId, ContentTokenId, z.literal("service")]);
export type Actor = z.infer<typeof Actor>;

/** In hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const Written = {
  subject: SubjectId,
  act: CustodyAct,
  at: z.date(),
  by: Actor,
  locationId: LocationId.optional(),
  reason: z.string().optional().describe("The words of whoever acted."),
  details: z
    .record(z.string(), z.string())
    .default({})
    .describe("What else there is to know, as texts: identifiers, times, causes. Never a secret, a link or an e-mail address."),
};

/** An act before it has its place in a chain. It is recorded in the transaction of what was done. */
export const AuditRecord = z.object({ kind: z.literal("custody"), ...Written });
export type AuditRecord = z.infer<typeof AuditRecord>;

export const CustodyEntry = z.object({
  ...Written,
  /** 1 for the first of its chain, and no number is left out. */
  seq: z.int().min(1),
  /** The hash of the entry before, 64 zeros for the first. */
  previous: Sha256,
  /** SHA-256 (hex) of `hashedText`. */
  hash: Sha256,
});
export type CustodyEntry = z.infer<typeof CustodyEntry>;

export type Sha256Of = (text: string) => string;

export const NO_PREVIOUS = "0".repeat(64);

/** The hashed text of an entry: every field but the hash, in a fixed order. A new field must not change the text of existing entries. */
const hashedText = ({ subject, seq, at, act, by, locationId, reason, details, previous }: Omit<CustodyEntry, "hash">): string =>
  JSON.stringify([
    subject,
    seq,
    at.toISOString(),
    act,
    by,
    locationId ?? null,
    reason ?? null,
    Object.entries(details).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    previous,
  ]);

/** The end of a chain: what the next entry ties to, and what is sealed. */
export type Head = Pick<CustodyEntry, "seq" | "hash">;

export const entryAfter = ({ kind: _, ...record }: AuditRecord, head: Head | undefined, sha256: Sha256Of): CustodyEntry => {
  const entry = { ...record, seq: (head?.seq ?? 0) + 1, previous: head?.hash ?? NO_PREVIOUS };
  return { ...entry, hash: sha256(hashedText(entry)) };
};

export type BrokenLink = { readonly subject: SubjectId; readonly seq: number; readonly why: string };

/**
 * The problem of `entry` as the successor of `head`; `undefined` if there is none.
 * Invariant: a chain without a broken link is the one that was written, or was rewritten whole from some entry to its end.
 */
export const brokenLink = (entry: CustodyEntry, head: Head | undefined, sha256: Sha256Of): BrokenLink | undefined => {
  const { subject, seq } = entry;
  const expected = (head?.seq ?? 0) + 1;
  if (seq !== expected)
    return { subject, seq: expected, why: seq > expected ? "is missing" : `stands twice, or out of order (found ${seq})` };
  if (entry.previous !== (head?.hash ?? NO_PREVIOUS)) return { subject, seq, why: "does not tie to the entry before it" };
  if (entry.hash !== sha256(hashedText(entry))) return { subject, seq, why: "was changed after it was written" };
  return undefined;
};
