// GET /v1/fetch/content-token: an MDM server fetches the current token of its location, so that a renewed one reaches it without a person. It is told
// apart by its own credential, and only a link that a person opened lets it fetch. A poll that finds nothing new makes no entry of the custody log, and costs
// a write an hour at most.
import * as z from "zod";
import { isProofNew, type LocationLinks, mayFetch, openHoldings, openLinks } from "../../domain/mdm-servers/links.ts";
import { isSeenAnew, type MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import type { ServerHolding } from "../../domain/mdm-servers/sighting.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import {
  assertUsable,
  byNewest,
  type ContentToken,
  DEFAULT_LINK_SECONDS,
  linkEndOf,
  tokenState,
  type WorksWith,
  worksWith,
} from "../../domain/tokens/content-token.ts";
import { tokenFileName } from "../../domain/tokens/file-name.ts";
import { createAuditRecord, createEvent } from "../lib/publish.ts";
import { getOrThrow, type Handle, ok, retryOnConflict, seeOther, unchanged } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import { ShownLinkTo } from "../tokens/shown.ts";
import { type SupersedingPorts, supersedeOlder } from "../tokens/supersede.ts";
import { loadTokenContext, preconditionsOf } from "../tokens/token-context.ts";
import { registeredServer } from "./find.ts";
import { linksOfServer } from "./links-of-server.ts";
import { type ArrivalPorts, recordArrival } from "./record-arrival.ts";

export const FetchContentTokenInput = z.strictObject({
  location: LocationId.optional().describe(
    "One of the locations that the MDM server is linked at. Without it, the one it was linked at first: a later link changes no running poll.",
  ),
});
export const FetchContentTokenReply = ShownLinkTo.extend({
  otherLocations: z
    .array(LocationId)
    .describe("The other locations that the MDM server is linked at: fetch their tokens with `?location=`."),
});

const notLinked = (): Refusal =>
  new Refusal("not_linked", "This MDM server is linked to no content token here. Ask an administrator to link it to one.");

const isMine =
  (server: MdmServer) =>
  ({ mdmServerId }: ServerHolding): boolean =>
    mdmServerId === server.id;

const sinceOf = (links: LocationLinks, server: MdmServer): number =>
  Math.min(
    ...openLinks(links)
      .filter(isMine(server))
      .map(({ sinceAt }) => sinceAt.getTime()),
  );

/** The location to fetch for, and the others where the MDM server is linked. Refuses with `not_linked`. */
const placesToFetch = async (server: MdmServer, location: LocationId | undefined, ports: Pick<Ports, "links">) => {
  const all = (await linksOfServer(server.id, ports))
    .filter((links) => mayFetch(links, server.id))
    .toSorted((one, other) => sinceOf(one, server) - sinceOf(other, server) || (one.location < other.location ? -1 : 1));
  const place = location === undefined ? all[0] : all.find((links) => links.location === location);
  if (place === undefined) throw notLinked();
  return { before: place, otherLocations: all.filter((links) => links !== place).map((links) => links.location) };
};

const linkHeader = (locations: readonly LocationId[]): string | undefined =>
  locations.length === 0
    ? undefined
    : locations.map((location) => `</v1/fetch/content-token?location=${location}>; rel="alternate"`).join(", ");

/**
 * The newest usable token of the location that works with the same service as one that the MDM server is linked to, and who has its file. Refuses,
 * when there is none, with the state of the latest token that the MDM server is known to have.
 */
const currentToken = async (
  known: readonly ContentToken[],
  kinds: ReadonlySet<WorksWith>,
  ports: Pick<Ports, "tokens" | "accounts" | "locations" | "now">,
) => {
  const { tokens, now } = ports;
  const [latest] = known.filter((token) => kinds.has(worksWith(token))).toSorted(byNewest);
  if (latest === undefined) throw notLinked();
  const listed = (await Array.fromAsync(tokens.ofLocation(latest.locationId))).filter(
    (token) => kinds.has(worksWith(token)) && token.invalidation === undefined && token.expiresAt > now(),
  );
  // The list is eventually consistent: the record of each token decides.
  for (const { id } of listed.toSorted(byNewest)) {
    const token = getOrThrow(await tokens.get(id), "content token");
    const context = await loadTokenContext([token], ports);
    if (tokenState(token, context, now()).state === "active") return { token, context };
  }
  const context = await loadTokenContext([latest], ports);
  assertUsable(latest, context, now());
  return { token: latest, context };
};

/** Links of one location within an hour. Each is a custody entry and an event for good: a poll without the hash must not fill the log. */
const LINKS_PER_HOUR = 120;
const HOUR_SECONDS = 3600;

/** Refuses with `busy`. A poll with the hash of the current file takes nothing. */
const assertMayFetch = async (location: LocationId, { rates, now }: Pick<Ports, "rates" | "now">): Promise<void> => {
  const span = { seconds: HOUR_SECONDS, number: Math.floor(now().getTime() / (HOUR_SECONDS * 1000)) };
  if (await rates.take(location, "fetches", span, LINKS_PER_HOUR)) return;
  throw new Refusal(
    "busy",
    `At most ${LINKS_PER_HOUR} links of a location are given in an hour. Send the hash of the file that you have as If-None-Match: then nothing is fetched again.`,
  );
};

type Needs = keyof ArrivalPorts | keyof SupersedingPorts | "rates";

export const fetchContentToken: Handle<
  typeof FetchContentTokenInput,
  Needs,
  z.input<typeof FetchContentTokenReply>,
  200 | 303 | 304,
  "ifNoneMatch" | "wantsJson",
  MdmServer
> = ({ caller, input: { location }, ifNoneMatch, wantsJson }, ports) =>
  retryOnConflict(async () => {
    const { tokens, servers, files, now, random } = ports;
    const server = await registeredServer(caller.id, ports);
    const { before, otherLocations } = await placesToFetch(server, location, ports);
    const link = linkHeader(otherLocations);
    const known = await tokens.getAll(
      openHoldings(before)
        .filter(isMine(server))
        .map(({ tokenId }) => tokenId),
    );
    const kinds = new Set(
      openLinks(before)
        .filter(isMine(server))
        .map((each) => each.worksWith),
    );
    const { token, context } = await currentToken([...known.values()], kinds, ports);
    const { id, locationId, file } = token;
    const at = now();
    if (isSeenAnew(server, at)) await servers.seen(server.id, at);
    const preconditions = { ...preconditionsOf(context), servers: [server], tokens: [token] };
    const recording = { before, token, by: server.id, preconditions, mayWriteTokens: true };

    // `*` asks for no existing representation, and does not prove that the MDM server has one.
    if (ifNoneMatch === "*") return { ...unchanged(file.sha256), link };
    if (ifNoneMatch.includes(file.sha256)) {
      // The file's hash with the MDM server's own credential proves that it has the file, which a given link does not. The first proof is recorded.
      if (isProofNew(before, { tokenId: id, mdmServerId: server.id })) {
        const arrival = { mdmServerId: server.id, how: "proved" as const, at, isProof: true };
        if ((await recordArrival({ ...recording, arrival, effects: [] }, ports)) === undefined) return undefined;
        await supersedeOlder(token, ports);
      }
      return { ...unchanged(file.sha256), link };
    }

    await assertMayFetch(locationId, ports);
    const fileName = tokenFileName(getOrThrow(context.locations.get(locationId), "location"));
    const signed = await files.signDownload(file, fileName, linkEndOf(token, at, DEFAULT_LINK_SECONDS));
    const detail = { tokenId: id, locationId, mdmServerId: server.id, linkExpiresAt: signed.expiresAt };
    const details = { linkExpiresAt: signed.expiresAt.toISOString() };
    const effects = [
      createEvent("ContentTokenFetched", detail, { at, random }),
      createAuditRecord("token-fetched", { subject: id, at, by: server.id, locationId, details }),
    ];
    // Recorded before it is revealed, as for a person.
    const arrival = { mdmServerId: server.id, how: "fetched" as const, at };
    if ((await recordArrival({ ...recording, arrival, effects }, ports)) === undefined) return undefined;
    const reply = wantsJson
      ? ok({ ...signed, fileName, sha256: file.sha256, otherLocations }, file.sha256)
      : seeOther(signed.url, file.sha256);
    return { ...reply, link };
  });
