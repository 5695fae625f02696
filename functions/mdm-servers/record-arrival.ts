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
import { createAuditRecord, createEvent, publishEffects } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect, Preconditions } from "../ports/shared.ts";

export type ArrivalPorts = Pick<Ports, "links" | "bus" | "outbox" | "log" | "random">;

type Recording = {
  readonly before: LocationLinks;
  readonly token: ContentToken;
  readonly arrival: Arrival;
  readonly by: Actor;
  /** Further effects of the act. */
  readonly effects: readonly Effect[];
  readonly preconditions: Preconditions;
  /** The caller may write tokens: an earlier token that this may end becomes due for the next scan, even if this request fails afterwards. */
  readonly mayWriteTokens?: boolean;
};

const conflictEffects = (after: LocationLinks, { arrival: { at }, by }: Recording, random: Ports["random"]): readonly Effect[] => {
  const { conflict, location } = after;
  if (conflict === undefined) return [];
  const mdmServerIds = [...claimants(after)];
  return [
    createEvent("MdmConflictFound", { conflictId: conflict.id, locationId: location, mdmServerIds, foundAt: at }, { at, random }),
    createAuditRecord("conflict-found", {
      subject: location,
      at,
      by,
      locationId: location,
      details: { conflictId: conflict.id, mdmServerIds: mdmServerIds.join(", ") },
    }),
  ];
};

/** The effects of a conflict's resolution; none without one. */
export const resolutionEffects = (settled: Conflict | undefined, random: Ports["random"]): readonly Effect[] => {
  if (settled?.resolution === undefined) return [];
  const { id: conflictId, location: locationId, resolution } = settled;
  const { keptBy, at, by, reason } = resolution;
  const details = { conflictId, ...(keptBy === undefined ? {} : { keptBy }) };
  return [
    createEvent("MdmConflictResolved", { conflictId, locationId, keptBy }, { at, random }),
    createAuditRecord("conflict-resolved", { subject: locationId, at, by, locationId, reason, details }),
  ];
};

const proofEffects = ({ before, token, arrival }: Recording, random: Ports["random"]): readonly Effect[] => {
  const { mdmServerId, at, isProof } = arrival;
  const { id: tokenId, locationId } = token;
  if (!isProof || !isProofNew(before, { tokenId, mdmServerId })) return [];
  return [createEvent("ContentTokenProved", { tokenId, locationId, mdmServerId }, { at, random })];
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
  const effects = [...recording.effects, ...proofEffects(recording, random), ...(found ? conflictEffects(after, recording, random) : [])];
  const lookAgain = mayWriteTokens && hasReplacedMore(before, after) ? { ...token, dueAt: at } : undefined;
  if (!(await links.replace(after, { conflict: after.conflict, lookAgain, server: mdmServerId }, effects, preconditions))) return undefined;
  await publishEffects(effects, ports);
  return after;
};
