// An MDM server says who it is (`MdmInfo`) to the device API that a token opens: so it has the token, whoever gave it. Here that is a claim like a link or
// a fetch, and the second one on a location a conflict.
import type { Account } from "../domain/account.ts";
import type { ContentToken } from "../domain/content-token.ts";
import { IDENTIFIER_BYTES, identifierText, MdmServerId } from "../domain/ids.ts";
import { isProofNew, type LocationLinks, openLinks } from "../domain/links.ts";
import { type MdmInfo, type MdmServer, saying, serverSaying } from "../domain/mdm-server.ts";
import { assertOpen } from "../domain/organization.ts";
import { Refusal } from "../domain/refusal.ts";
import { custodyOf, eventOf } from "./announce.ts";
import { type ClaimingPorts, claim } from "./claim.ts";
import { existing } from "./handle.ts";
import type { Judged, Ports } from "./ports.ts";
import { registeredServer } from "./registered-server.ts";

export type SayingPorts = ClaimingPorts & Pick<Ports, "servers" | "locations" | "now">;

/** Who tells it: an account, or nobody but the MDM server itself. */
type Teller = Account | undefined;

/** `mdmServerId`: whose words these are, where that is known; else the server is told by `mdmInfo.id`, or is a new one. */
export type Said = { readonly mdmInfo: MdmInfo; readonly mdmServerId?: MdmServerId | undefined };

/** Refuses with `not_found`, or with `mdm_info_taken` when another MDM server said the same id. */
const speakerOf = async ({ mdmInfo, mdmServerId }: Said, { servers }: Pick<Ports, "servers">): Promise<MdmServer | undefined> => {
  const known = await servers.findByMdmInfo(mdmInfo.id);
  if (mdmServerId === undefined) return known;
  if (known !== undefined && known.id !== mdmServerId)
    throw new Refusal("mdm_info_taken", `${known.id} says this id of itself. Leave mdmServerId out, or name that one.`);
  return registeredServer(mdmServerId, { servers });
};

/** The server that says it, as it says it is now; `undefined` when it, or what was judged, changed meanwhile. */
const serverOf = async (said: Said, by: Teller, judged: Judged, ports: SayingPorts): Promise<MdmServer | undefined> => {
  const { servers, now, random } = ports;
  const { mdmInfo } = said;
  const at = now();
  const before = await speakerOf(said, ports);
  const after =
    before === undefined
      ? serverSaying(mdmInfo, MdmServerId.parse(`mdm_${identifierText(random(IDENTIFIER_BYTES))}`), at)
      : saying(before, mdmInfo, at);
  if (after === before) return before;
  const { id, name, vendor } = after;
  // Its metadata may hold anything.
  const details = { name, vendor, mdmInfoId: mdmInfo.id, mdmInfoName: mdmInfo.name };
  const act = before === undefined ? "mdm-server-registered" : "mdm-server-changed";
  const traces = [custodyOf(act, { subject: id, at, by: by?.id ?? id, details })];
  const isKept = await (before === undefined ? servers.register(after, traces, judged) : servers.replace(after, traces, judged));
  return isKept ? after : undefined;
};

/**
 * The location's links after an MDM server said who it is with the token; `undefined` when what was judged changed meanwhile. Said again, it changes
 * nothing. Not refused where the location is the built-in service's own, nor when the token ended: the MDM server has it, and what is not written down
 * is not removed either. Refuses with `location_closed`, and as `speakerOf` does.
 */
export const sayOf = async (token: ContentToken, told: Said, by: Teller, ports: SayingPorts): Promise<LocationLinks | undefined> => {
  const { links, locations, now, random } = ports;
  const { id: tokenId, locationId } = token;
  const location = existing(await locations.get(locationId), "location");
  assertOpen(location);
  const judged: Judged = {
    accounts: by === undefined ? [] : [by],
    locations: [location],
    // An end is final, and has nothing to change any more.
    tokens: token.invalidation === undefined ? [token] : [],
  };
  const server = await serverOf(told, by, judged, ports);
  if (server === undefined) return undefined;
  const { id: mdmServerId } = server;
  const before = await links.of(locationId);
  if (!isProofNew(before, { tokenId, mdmServerId })) return before;
  const at = now();
  const isLinked = openLinks(before).some((link) => link.tokenId === tokenId && link.mdmServerId === mdmServerId);
  const details = { mdmServerId, mdmInfoId: told.mdmInfo.id };
  const traces = [
    ...(isLinked ? [] : [eventOf("MdmServerLinked", { tokenId, locationId, mdmServerId }, { at, random })]),
    custodyOf("token-claimed", { subject: tokenId, at, by: by?.id ?? mdmServerId, locationId, details }),
  ];
  const said = { mdmServerId, how: "said" as const, at };
  return claim({ before, token, claim: said, by: by?.id ?? mdmServerId, traces, judged: { ...judged, servers: [server] } }, ports);
};
