// GET /v1/fetch/content-token: an MDM server fetches the current token of its location, so that a renewed one reaches it without a person. It is told
// apart by its own credential. A poll that finds nothing new is no custody, and costs a write an hour at most.
import * as z from "zod";
import {
  assertUsable,
  byNewest,
  type ContentToken,
  DEFAULT_LINK_SECONDS,
  linkEndOf,
  tokenState,
  worksWith,
} from "../../domain/content-token.ts";
import { tokenFileName } from "../../domain/file-name.ts";
import { LocationId } from "../../domain/ids.ts";
import { isProofNew, type Link, type LocationLinks, openLinks } from "../../domain/links.ts";
import { isSeenAnew, type MdmServer } from "../../domain/mdm-server.ts";
import { Refusal } from "../../domain/refusal.ts";
import { custodyOf, eventOf } from "../announce.ts";
import { judgedOf, standingOf } from "../around.ts";
import { type ClaimingPorts, claim } from "../claim.ts";
import { existing, type Handle, judgedAgain, ok, seeOther, unchanged } from "../handle.ts";
import type { Ports } from "../ports.ts";
import { registeredServer } from "../registered-server.ts";
import { type SupersedingPorts, supersedeOlder } from "../supersede.ts";
import { linksOfServer } from "./links-of-server.ts";
import { ShownLinkTo } from "./shown.ts";

export const FetchContentTokenInput = z.strictObject({
  location: LocationId.optional().describe("Needed when the MDM server is linked to tokens of several locations."),
});
export const FetchContentTokenReply = ShownLinkTo;

const notLinked = (): Refusal =>
  new Refusal("not_linked", "This MDM server is linked to no content token here. Ask an administrator to link it to one.");

const isMine =
  (server: MdmServer) =>
  (link: Link): boolean =>
    link.mdmServerId === server.id;

/** The links of the location to fetch for. Refuses with `not_linked`, or with `invalid_input` when it has to be named. */
const linksToFetch = async (server: MdmServer, location: LocationId | undefined, ports: Pick<Ports, "links">): Promise<LocationLinks> => {
  const asked = location === undefined ? await linksOfServer(server.id, ports) : [await ports.links.of(location)];
  const [only, ...more] = asked.filter((links) => openLinks(links).some(isMine(server)));
  if (only === undefined) throw notLinked();
  if (more.length > 0)
    throw new Refusal(
      "invalid_input",
      `This MDM server is linked to tokens of several locations. Say which one: ?location=${[only, ...more].map((links) => links.location).join(" or ?location=")}.`,
    );
  return only;
};

/**
 * The newest usable token of the location that works with the same service as one that the MDM server is linked to, and who has its file. Refuses,
 * with the reason that the latest linked one is no good for, when there is none.
 */
const currentToken = async (linked: readonly ContentToken[], ports: Pick<Ports, "tokens" | "accounts" | "locations" | "now">) => {
  const { tokens, now } = ports;
  const [latest] = linked.toSorted(byNewest);
  if (latest === undefined) throw notLinked();
  const kinds = new Set(linked.map(worksWith));
  const listed = (await Array.fromAsync(tokens.ofLocation(latest.locationId))).filter(
    (token) => kinds.has(worksWith(token)) && token.invalidation === undefined && token.expiresAt > now(),
  );
  // The list may be a moment old: each is judged by its record.
  for (const { id } of listed.toSorted(byNewest)) {
    const token = existing(await tokens.get(id), "content token");
    const standing = await standingOf([token], ports);
    if (tokenState(token, standing, now()).state === "active") return { token, standing };
  }
  const standing = await standingOf([latest], ports);
  assertUsable(latest, standing, now());
  return { token: latest, standing };
};

type Needs = keyof ClaimingPorts | keyof SupersedingPorts;

export const fetchContentToken: Handle<
  typeof FetchContentTokenInput,
  Needs,
  z.input<typeof FetchContentTokenReply>,
  200 | 303 | 304,
  "ifNoneMatch" | "wantsJson",
  MdmServer
> = ({ caller, input: { location }, ifNoneMatch, wantsJson }, ports) =>
  judgedAgain(async () => {
    const { tokens, servers, files, now, random } = ports;
    const server = await registeredServer(caller.id, ports);
    const before = await linksToFetch(server, location, ports);
    const linked = await tokens.getAll(
      openLinks(before)
        .filter(isMine(server))
        .map(({ tokenId }) => tokenId),
    );
    const { token, standing } = await currentToken([...linked.values()], ports);
    const { id, locationId, file } = token;
    const at = now();
    if (isSeenAnew(server, at)) await servers.seen(server.id, at);
    const judged = { ...judgedOf(standing), servers: [server], tokens: [token] };
    const claiming = { before, token, by: server.id, judged };
    const claimOf = { mdmServerId: server.id, how: "fetched" as const, at };

    // It asks for nothing that exists. That proves nothing about what it has.
    if (ifNoneMatch === "*") return unchanged(file.sha256);
    if (ifNoneMatch.includes(file.sha256)) {
      // It tells the file's hash: so it has the file, which a link alone does not prove. News of it is written once.
      if (isProofNew(before, { tokenId: id, mdmServerId: server.id })) {
        if ((await claim({ ...claiming, claim: { ...claimOf, proved: true }, traces: [] }, ports)) === undefined) return undefined;
        await supersedeOlder(token, ports);
      }
      return unchanged(file.sha256);
    }

    const fileName = tokenFileName(existing(standing.locations.get(locationId), "location"));
    const link = await files.signDownload(file, fileName, linkEndOf(token, at, DEFAULT_LINK_SECONDS));
    const detail = { tokenId: id, locationId, mdmServerId: server.id, linkExpiresAt: link.expiresAt };
    const details = { linkExpiresAt: link.expiresAt.toISOString() };
    const traces = [
      eventOf("ContentTokenFetched", detail, { at, random }),
      custodyOf("token-fetched", { subject: id, at, by: server.id, locationId, details }),
    ];
    // Recorded before it is revealed, as for a person.
    if ((await claim({ ...claiming, claim: claimOf, traces }, ports)) === undefined) return undefined;
    return wantsJson ? ok({ ...link, fileName, sha256: file.sha256 }, file.sha256) : seeOther(link.url, file.sha256);
  });
