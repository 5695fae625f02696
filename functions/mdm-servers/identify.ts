// Records that an MDM server identified itself with a content token (`mdmInfo`), or was reported with it. This is evidence in the record of the token's location
// and never authorizes anything: anybody with the token can state any id.
import type { Account } from "../../domain/accounts/account.ts";
import { formerServers, unnamedServer } from "../../domain/device-api/client-config.ts";
import { isSightingDue, type LocationLinks, mayFetch, openSighting } from "../../domain/mdm-servers/links.ts";
import { isKnownById, type MdmInfo, type MdmServer, saying, serverSaying, statementChange } from "../../domain/mdm-servers/mdm-server.ts";
import { SIGHTING_INTERVAL_SECONDS } from "../../domain/mdm-servers/sighting.ts";
import { assertOpen } from "../../domain/organization/organization.ts";
import { type ContentTokenId, IDENTIFIER_BYTES, identifierText, MdmServerId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { secondsSince } from "../../domain/shared/time.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { createAuditRecord, createEvent } from "../lib/publish.ts";
import { getOrThrow } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import type { Preconditions } from "../ports/shared.ts";
import { registeredServer } from "./find.ts";
import { type ArrivalPorts, recordArrival } from "./record-arrival.ts";

export type IdentifyPorts = ArrivalPorts & Pick<Ports, "servers" | "locations" | "now">;

/**
 * `identified`: stated with the token itself, which may prove that a known MDM server has it. `reported`: by an administrator. `apple`: named by Apple's API for an
 * imported token. `mdmServerId`: the identified MDM server, if it is known; otherwise `mdmInfo.id` selects the record, and a new id creates one.
 */
export type Identification = {
  readonly how: "identified" | "reported" | "apple";
  readonly mdmInfo: MdmInfo;
  readonly mdmServerId?: MdmServerId | undefined;
};

type Options = {
  /** The links that the caller decided by, for example to choose `mdmServerId`: the act is recorded only if they are unchanged. Read if left out. */
  readonly before?: LocationLinks;
  /** Takes one from what may still be logged; false when nothing is left. */
  readonly mayLog?: () => Promise<boolean>;
};

/** An account, somebody with the content token, or a rule of this service. */
type Identifier = Account | ContentTokenId | "service";

type Context = {
  readonly identification: Identification;
  /** The token that an id is learnt from; `undefined` when a person reports it. */
  readonly statedWith: ContentTokenId | undefined;
  readonly before: LocationLinks;
  readonly by: Account["id"] | ContentTokenId | "service";
  readonly at: Date;
  readonly preconditions: Preconditions;
  readonly mayLog: NonNullable<Options["mayLog"]>;
};

/**
 * The registered MDM server that an unknown id must be of: the only one of `present`, if it never named itself. `undefined` if the id may as well be of one
 * that lost the location in a conflict, which has the token still: then the id is a new record, and a conflict for a person to settle.
 */
export const recognizeServer = async (
  links: LocationLinks,
  present: readonly MdmServerId[],
  { servers }: Pick<Ports, "servers">,
): Promise<MdmServerId | undefined> => {
  const former = await servers.getAll(formerServers(links, present));
  if ([...former.values()].some(({ removedAt }) => removedAt === undefined)) return undefined;
  return unnamedServer([...(await servers.getAll(present)).values()]);
};

/** Refuses with `not_found`, or with `mdm_info_taken` when another MDM server stated the same id. */
const findServer = async (
  { mdmInfo, mdmServerId }: Identification,
  { servers }: Pick<Ports, "servers">,
): Promise<MdmServer | undefined> => {
  const known = await servers.findByMdmInfo(mdmInfo.id);
  if (mdmServerId === undefined) return known;
  if (known !== undefined && known.id !== mdmServerId)
    throw new Refusal(
      "mdm_info_taken",
      `${known.id} is known by this id. Leave mdmServerId out, or name that one. If somebody else stated the id first, remove that MDM server and report it again.`,
    );
  return registeredServer(mdmServerId, { servers });
};

/** The metadata may hold anything, and stays out of the log. */
const detailsOf = ({ name, vendor }: MdmServer, { id: mdmInfoId, name: mdmInfoName }: MdmInfo) => ({
  name,
  vendor,
  mdmInfoId,
  mdmInfoName,
});

const registerServer = async (context: Context, { servers, random }: IdentifyPorts): Promise<MdmServer | undefined> => {
  const { identification, statedWith, by, at, preconditions } = context;
  const { mdmInfo } = identification;
  const server = serverSaying(mdmInfo, MdmServerId.parse(`mdm_${identifierText(random(IDENTIFIER_BYTES))}`), at, statedWith);
  const effect = createAuditRecord("mdm-server-registered", { subject: server.id, at, by, details: detailsOf(server, mdmInfo) });
  return (await servers.register(server, [effect], preconditions)) ? server : undefined;
};

/**
 * The record with the statement, if it may change it: an administrator's report may, and a statement with a token of a location where a person linked the MDM
 * server. `undefined` when a precondition changed meanwhile.
 * Invariant: a statement changes the id or name only together with an entry of the custody log, and the metadata at most every five minutes.
 */
const updateServer = async (server: MdmServer, context: Context, { servers, log }: IdentifyPorts): Promise<MdmServer | undefined> => {
  const { identification, statedWith, before, by, at, preconditions, mayLog } = context;
  const { how, mdmInfo } = identification;
  const change = statementChange(server, mdmInfo);
  if (change === "none" || (how !== "reported" && !mayFetch(before, server.id))) return server;
  const isLogged = how === "reported" || change === "identity";
  if (!isLogged && server.saidAt !== undefined && secondsSince(server.saidAt, at) < SIGHTING_INTERVAL_SECONDS) return server;
  if (isLogged && !(await mayLog())) {
    log.count("IdentificationsNotLogged", 1);
    return server;
  }
  const after = saying(server, mdmInfo, at, statedWith);
  const effects = isLogged
    ? [createAuditRecord("mdm-server-changed", { subject: server.id, at, by, details: detailsOf(after, mdmInfo) })]
    : [];
  return (await servers.replace(after, effects, { ...preconditions, links: [before] })) ? after : undefined;
};

/**
 * Records that an MDM server was seen with the token. Answers the location's links and sightings, `undefined` when a precondition changed meanwhile. A
 * repeated identification is written at most every five minutes.
 * A reserved location or an ended token does not refuse it: the MDM server has the token, and only recorded holdings are removed by people.
 * Refuses with `location_closed`, `not_found` or `mdm_info_taken`.
 * Invariant: it opens no link, and leaves the record of an MDM server that nobody linked at this location as it is, unless an administrator reports it.
 */
export const identifyServer = async (
  token: ContentToken,
  identification: Identification,
  by: Identifier,
  ports: IdentifyPorts,
  { before: read, mayLog = async () => true }: Options = {},
): Promise<LocationLinks | undefined> => {
  const { links, locations, now, random } = ports;
  const { id: tokenId, locationId } = token;
  const { how, mdmInfo } = identification;
  const location = getOrThrow(await locations.get(locationId), "location");
  assertOpen(location);
  const preconditions: Preconditions = {
    accounts: typeof by === "string" ? [] : [by],
    locations: [location],
    // An end is final, so an ended token needs no precondition.
    tokens: token.invalidation === undefined ? [token] : [],
  };
  const before = read ?? (await links.of(locationId));
  const actor = typeof by === "string" ? by : by.id;
  const at = now();
  const statedWith = how === "reported" ? undefined : tokenId;
  const context = { identification, statedWith, before, by: actor, at, preconditions, mayLog };
  const known = await findServer(identification, ports);
  const server = await (known === undefined ? registerServer(context, ports) : updateServer(known, context, ports));
  if (server === undefined) return undefined;
  const { id: mdmServerId } = server;
  const holding = { tokenId, mdmServerId };
  // Under an id that was only stated with this token it proves nothing: somebody else may have tried the token.
  const isProof = how === "identified" && known !== undefined && isKnownById(known, { id: mdmInfo.id, tokenId, now: at });
  if (!isSightingDue(before, holding, { at, isProof })) return before;
  const effects =
    openSighting(before, holding) === undefined
      ? [
          createEvent("MdmServerSeen", { ...holding, locationId, how }, { at, random }),
          createAuditRecord("token-claimed", {
            subject: tokenId,
            at,
            by: actor,
            locationId,
            details: { mdmServerId, mdmInfoId: mdmInfo.id, how },
          }),
        ]
      : [];
  const arrival = { mdmServerId, how, at, isProof, statedName: mdmInfo.name };
  return recordArrival({ before, token, arrival, by: actor, effects, preconditions: { ...preconditions, servers: [server] } }, ports);
};
