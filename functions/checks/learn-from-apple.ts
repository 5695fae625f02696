// Learns from an answer of Apple's: the location's identifier at Apple, and whether the token belongs to another location.

import { Location } from "../../domain/organization/organization.ts";
import type { AppleCheck } from "../../domain/tokens/apple-check.ts";
import { otherLocationNotice } from "../../domain/tokens/apple-notice.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { createAuditRecord, createNotice } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect } from "../ports/shared.ts";
import { type WherePorts, whereOf } from "../tokens/notice-context.ts";

type Learnt = { readonly location?: Location; readonly effects: readonly Effect[] };

/** `location`: its next version, if Apple's answer is the first to contain Apple's identifier of it. One notice is sent for each differing answer. */
export const learnFromApple = async (
  token: ContentToken,
  { at, evidence }: AppleCheck,
  ports: WherePorts & Pick<Ports, "locations" | "random">,
): Promise<Learnt> => {
  const { locationId, lastCheck } = token;
  const { data: appleUId } = Location.shape.appleUId.safeParse(evidence.uId);
  const location = await ports.locations.get(locationId);
  if (appleUId === undefined || location === undefined || location.closedAt !== undefined) return { effects: [] };
  if (location.appleUId === undefined) {
    const details = { learntFrom: "Apple's answer", appleUId };
    return {
      location: { ...location, appleUId, version: location.version + 1 },
      effects: [createAuditRecord("location-changed", { subject: locationId, at, by: "service", locationId, details })],
    };
  }
  if (location.appleUId === appleUId || lastCheck?.evidence.uId === evidence.uId) return { effects: [] };
  const notice = createNotice(otherLocationNotice(token, await whereOf(token, ports), at), { at, random: ports.random });
  return { effects: [notice] };
};
