// Learns from an answer of Apple's: the location's identifier at Apple, and whether the token belongs to another location.
import type { AppleCheck } from "../../domain/apple-check.ts";
import { otherLocationNotice } from "../../domain/apple-notice.ts";
import type { ContentToken } from "../../domain/content-token.ts";
import { Location } from "../../domain/organization.ts";
import { custodyOf, noticeOf } from "../announce.ts";
import type { Ports, Trace } from "../ports.ts";
import { type WherePorts, whereOf } from "../where.ts";

type Learnt = { readonly location?: Location; readonly effects: readonly Trace[] };

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
      effects: [custodyOf("location-changed", { subject: locationId, at, by: "service", locationId, details })],
    };
  }
  if (location.appleUId === appleUId || lastCheck?.evidence.uId === evidence.uId) return { effects: [] };
  const notice = noticeOf(otherLocationNotice(token, await whereOf(token, ports), at), { at, random: ports.random });
  return { effects: [notice] };
};
