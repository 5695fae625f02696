// Recording that an MDM server arrived at a location: a person linked it, or it was seen with a token. If another one is there, the conflict is recorded and
// announced with it; if it proved a token, the tokens which that renews are re-evaluated.

import type { Actor } from "../../domain/custody/custody.ts";
import type { Conflict } from "../../domain/mdm-servers/conflict.ts";
import { hasReplacedMore } from "../../domain/mdm-servers/holders.ts";
import {
  type Arrival,
  claimants,
  findSettledConflict,
  isProofNew,
  type LocationLinks,
  withArrival,
} from "../../domain/mdm-servers/links.ts";
import { ConflictId, IDENTIFIER_BYTES, identifierText } from "../../domain/shared/ids.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { announce, custodyOf, eventOf } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import type { Preconditions, Trace } from "../ports/shared.ts";

export type ArrivalPorts = Pick<Ports, "links" | "bus" | "outbox" | "log" | "random">;

type Recording = {
  readonly before: LocationLinks;
  readonly token: ContentToken;
  readonly arrival: Arrival;
  readonly by: Actor;
  /** Further effects of the act. */
  readonly traces: readonly Trace[];
  readonly preconditions: Preconditions;
  /** The caller may write tokens: an earlier token that this may end becomes due for the next scan, even if this request fails afterwards. */
  readonly mayWriteTokens?: boolean;
};

const conflictTraces = (after: LocationLinks, { arrival: { at }, by }: Recording, random: Ports["random"]): readonly Trace[] => {
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

/** The effects of a conflict's resolution; none without one. */
export const resolutionTraces = (settled: Conflict | undefined, random: Ports["random"]): readonly Trace[] => {
  if (settled?.resolution === undefined) return [];
  const { id: conflictId, location: locationId, resolution } = settled;
  const { keptBy, at, by, reason } = resolution;
  const details = { conflictId, ...(keptBy === undefined ? {} : { keptBy }) };
  return [
    eventOf("MdmConflictResolved", { conflictId, locationId, keptBy }, { at, random }),
    custodyOf("conflict-resolved", { subject: locationId, at, by, locationId, reason, details }),
  ];
};

const proofTraces = ({ before, token, arrival }: Recording, random: Ports["random"]): readonly Trace[] => {
  const { mdmServerId, at, isProof } = arrival;
  const { id: tokenId, locationId } = token;
  if (!isProof || !isProofNew(before, { tokenId, mdmServerId })) return [];
  return [eventOf("ContentTokenProved", { tokenId, locationId, mdmServerId }, { at, random })];
};

/** The record after the arrival; `undefined` when it, or a precondition, changed meanwhile. */
export const recordArrival = async (recording: Recording, ports: ArrivalPorts): Promise<LocationLinks | undefined> => {
  const { before, token, arrival, preconditions, mayWriteTokens = false } = recording;
  const { links, random } = ports;
  const { mdmServerId, at } = arrival;
  const conflictId = ConflictId.parse(`cfl_${identifierText(random(IDENTIFIER_BYTES))}`);
  const settledId = findSettledConflict(before, mdmServerId);
  // A resolved conflict changes only together with the record of links, whose version is the condition of this write.
  const settled = settledId === undefined ? undefined : await links.conflict(settledId);
  const { after, found } = withArrival(before, token, arrival, { conflictId, settled });
  const traces = [...recording.traces, ...proofTraces(recording, random), ...(found ? conflictTraces(after, recording, random) : [])];
  const lookAgain = mayWriteTokens && hasReplacedMore(before, after) ? { ...token, dueAt: at } : undefined;
  if (!(await links.replace(after, { conflict: after.conflict, lookAgain, server: mdmServerId }, traces, preconditions))) return undefined;
  await announce(traces, ports);
  return after;
};
