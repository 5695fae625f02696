// An MDM server comes to have a token, because somebody linked it, because it fetched the token itself, or because it names itself with it. When
// another one has a token of the same location, that is a conflict, which is recorded with the claim and told.
import type { ContentToken } from "../domain/content-token.ts";
import type { Actor } from "../domain/custody.ts";
import { ConflictId, IDENTIFIER_BYTES, identifierText } from "../domain/ids.ts";
import { type Claim, type Conflict, claimants, claimed, type LocationLinks, leftTokens } from "../domain/links.ts";
import { announce, custodyOf, eventOf } from "./announce.ts";
import type { Judged, Ports, Trace } from "./ports.ts";

export type ClaimingPorts = Pick<Ports, "links" | "bus" | "outbox" | "log" | "random">;

type Claiming = {
  readonly before: LocationLinks;
  readonly token: ContentToken;
  readonly claim: Omit<Claim, "tokenId"> & { readonly proved?: boolean };
  readonly by: Actor;
  /** What else the claim leaves. */
  readonly traces: readonly Trace[];
  readonly judged: Judged;
};

const conflictTraces = (after: LocationLinks, { claim: { at }, by }: Claiming, random: Ports["random"]): readonly Trace[] => {
  const { conflict, location } = after;
  if (conflict === undefined) return [];
  const mdmServerIds = [...claimants(after)];
  return [
    eventOf("MdmConflictFound", { conflictId: conflict.id, locationId: location, mdmServerIds, foundAt: at }, { at, random }),
    custodyOf("conflict-found", {
      subject: location,
      at,
      by,
      locationId: location,
      details: { conflictId: conflict.id, mdmServerIds: mdmServerIds.join(", ") },
    }),
  ];
};

/** What a resolution leaves, whoever or whatever settled it. */
export const resolutionTraces = (settled: Conflict, random: Ports["random"]): readonly Trace[] => {
  const { id: conflictId, location: locationId, resolution } = settled;
  if (resolution === undefined) return [];
  const { keptBy, at, by, reason } = resolution;
  const details = { conflictId, ...(keptBy === undefined ? {} : { keptBy }) };
  return [
    eventOf("MdmConflictResolved", { conflictId, locationId, keptBy }, { at, random }),
    custodyOf("conflict-resolved", { subject: locationId, at, by, locationId, reason, details }),
  ];
};

/** The links after the claim; `undefined` when they, or what was judged, changed meanwhile. */
export const claim = async (claiming: Claiming, ports: ClaimingPorts): Promise<LocationLinks | undefined> => {
  const { before, token, judged } = claiming;
  const { links, random } = ports;
  const conflictId = ConflictId.parse(`cfl_${identifierText(random(IDENTIFIER_BYTES))}`);
  const { after, found } = claimed(before, token, claiming.claim, conflictId);
  const traces = [...claiming.traces, ...(found ? conflictTraces(after, claiming, random) : [])];
  // The last MDM server that needed an earlier token has moved on: that one is to end, whatever becomes of this request. Not when it was only said to have:
  // who takes that down may write no token, and the overlap ends it.
  const lookAgain =
    claiming.claim.proved && leftTokens(after).some((id) => !leftTokens(before).includes(id))
      ? { ...token, dueAt: claiming.claim.at }
      : undefined;
  if (!(await links.replace(after, { conflict: after.conflict, lookAgain, server: claiming.claim.mdmServerId }, traces, judged)))
    return undefined;
  await announce(traces, ports);
  return after;
};
