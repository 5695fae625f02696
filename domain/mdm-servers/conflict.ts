// Two MDM servers that have tokens of one location corrupt each other's license counts: that is a conflict, which is recorded and announced until somebody
// decides who keeps the location. A conflict whose loser is seen again is reopened under its id.
import * as z from "zod";
import { AccountId, ConflictId, ContentTokenId, LocationId, MdmServerId } from "../shared/ids.ts";
import { SightingHow } from "./sighting.ts";

/** A link, or any kind of sighting. */
export const HolderHow = z.enum(["linked", ...SightingHow.options]);
export type HolderHow = z.infer<typeof HolderHow>;

export const Claim = z.object({ mdmServerId: MdmServerId, tokenId: ContentTokenId, how: HolderHow, at: z.date() });
export type Claim = z.infer<typeof Claim>;

/** `keptBy` is left out when no MDM server has a token of the location any more. */
const Resolution = z.object({ keptBy: MdmServerId.optional(), at: z.date(), by: AccountId, reason: z.string() });
export type Resolution = z.infer<typeof Resolution>;

export const Conflict = z.object({
  id: ConflictId,
  location: LocationId,
  foundAt: z.date(),
  reopenedAt: z.date().optional().describe("When an MDM server of an earlier round was last seen with a token again."),
  claims: z
    .array(Claim)
    .min(2)
    .describe(
      "The claims that led to it, or reopened it, and those that followed, oldest first. Beyond 50, only the first of each further MDM server.",
    ),
  resolution: Resolution.optional(),
  earlier: z
    .array(z.object({ claims: z.array(Claim), resolution: Resolution }))
    .optional()
    .describe(
      "Earlier rounds of the same conflict, oldest first: how each came about and how it was resolved. The last five, with at most 50 claims each.",
    ),
});
export type Conflict = z.infer<typeof Conflict>;

/** The most claims a round keeps: two MDM servers that fetch by the hour would fill it. The first ones show how it came about. */
const MAX_CLAIMS = 50;
const MAX_EARLIER_ROUNDS = 5;

/** A repeated claim adds nothing. The first claim of an MDM server is always kept. */
const withClaim = (claims: readonly Claim[], claim: Claim): Claim[] => {
  const isNamed = claims.some(({ mdmServerId }) => mdmServerId === claim.mdmServerId);
  const isKnown = claims.some(
    ({ mdmServerId, tokenId, how }) => mdmServerId === claim.mdmServerId && tokenId === claim.tokenId && how === claim.how,
  );
  return isKnown || (isNamed && claims.length >= MAX_CLAIMS) ? [...claims] : [...claims, claim];
};

/** The MDM servers that take part, in the order of their first claims. */
export const conflictServers = ({ claims }: Conflict): MdmServerId[] => [...new Set(claims.map(({ mdmServerId }) => mdmServerId))];

/** The open conflict with another claim. `found`: the claim is the first one of its MDM server. */
export const joinConflict = (open: Conflict, claim: Claim): { readonly conflict: Conflict; readonly found: boolean } => ({
  conflict: { ...open, claims: withClaim(open.claims, claim) },
  found: !conflictServers(open).includes(claim.mdmServerId),
});

/**
 * The conflict that `claims` make, of which the last one is new. `settled`: the resolved conflict that the new claim's MDM server took part in. It is reopened,
 * so that a loser that is seen again is shown with how the conflict was resolved before.
 */
export const openConflict = (
  claims: readonly Claim[],
  { settled, location, conflictId, at }: Pick<Conflict, "location"> & { settled?: Conflict | undefined; conflictId: ConflictId; at: Date },
): Conflict => {
  if (settled?.resolution === undefined) return { id: conflictId, location, foundAt: at, claims: [...claims] };
  const round = { claims: settled.claims.slice(0, MAX_CLAIMS), resolution: settled.resolution };
  const earlier = [...(settled.earlier ?? []), round].slice(-MAX_EARLIER_ROUNDS);
  return { id: settled.id, location, foundAt: settled.foundAt, reopenedAt: at, claims: [...claims], earlier };
};

export const settleConflict = (conflict: Conflict, resolution: Resolution): Conflict => ({ ...conflict, resolution });
