// Client configuration: the identity that a location's MDM server states, and its notification URL. Each location has one, and the last statement
// counts, as the protocol demands. Source: Apple, "ClientConfigRequest".
import * as z from "zod";
import { type LocationLinks, serversOn } from "../mdm-servers/links.ts";
import { MdmInfo, type MdmServer } from "../mdm-servers/mdm-server.ts";
import { type ContentTokenId, LocationId, type MdmServerId } from "../shared/ids.ts";
import { NotificationBearer } from "./delivery.ts";
import { MdmRefusal } from "./mdm-error.ts";
import { MDM_LIMITS } from "./mdm-limits.ts";
import { NotificationType } from "./notification.ts";

export const ClientConfig = z.object({
  locationId: LocationId,
  mdmInfo: MdmInfo.optional(),
  notificationUrl: z.string().optional(),
  /** Encrypted, not hashed: the protocol returns it to every client with the token. */
  notificationAuthToken: z.string().optional(),
  notificationTypes: z.array(NotificationType).default([]),
});
export type ClientConfig = z.infer<typeof ClientConfig>;

/** A statement of an MDM server about the configuration. */
export type SaidConfig = Pick<ClientConfig, "locationId"> & Partial<ClientConfig>;

export const noClientConfig = (locationId: ClientConfig["locationId"]): ClientConfig => ({ locationId, notificationTypes: [] });

/** Read loosely: each violation has a number of its own. */
export const ClientConfigRequest = z.object({
  mdmInfo: z.object({ id: z.string().optional(), name: z.string().optional(), metadata: z.string().optional() }).nullish(),
  notificationUrl: z.string().nullish(),
  notificationAuthToken: z.string().nullish(),
  notificationTypes: z.array(NotificationType).nullish().describe("The complete set of what is to be told."),
});
export type ClientConfigRequest = z.infer<typeof ClientConfigRequest>;

const { maxMdmIdLength, maxMdmNameLength, maxMdmMetadataLength, maxNotificationLength } = MDM_LIMITS;

const mdmInfoAsked = (asked: ClientConfigRequest["mdmInfo"]): MdmInfo | undefined => {
  if (asked === undefined || asked === null) return undefined;
  const { id, name, metadata } = asked;
  if (!id || !name || !metadata) throw new MdmRefusal(9723);
  if (id.length > maxMdmIdLength) throw new MdmRefusal(9724, { detail: `At most ${maxMdmIdLength} characters.` });
  if (name.length > maxMdmNameLength) throw new MdmRefusal(9725, { detail: `At most ${maxMdmNameLength} characters.` });
  if (metadata.length > maxMdmMetadataLength) throw new MdmRefusal(9713, { detail: `At most ${maxMdmMetadataLength} characters.` });
  const { data } = MdmInfo.safeParse({ id, name, metadata });
  if (data === undefined) throw new MdmRefusal(9602, { detail: "mdmInfo: expected texts without control characters." });
  return data;
};

type Notify = { readonly url: string; readonly authToken: string };

const notifyAsked = (
  { notificationUrl: url, notificationAuthToken: authToken }: ClientConfigRequest,
  isTarget: (url: string) => boolean,
): Notify | undefined => {
  if (!url && !authToken) return undefined;
  if (!url || !authToken) throw new MdmRefusal(9710);
  if (Math.max(url.length, authToken.length) > maxNotificationLength)
    throw new MdmRefusal(9711, { detail: `At most ${maxNotificationLength} characters.` });
  if (!isTarget(url)) throw new MdmRefusal(9712, { detail: "A host and a path, on port 443." });
  if (!NotificationBearer.safeParse(authToken).success)
    throw new MdmRefusal(9602, { detail: "notificationAuthToken: expected printable ASCII characters." });
  return { url, authToken };
};

/**
 * The requested values; `undefined` for those that the request omits. Refuses with 9602, 9710, 9711, 9712, 9713, 9723, 9724 or 9725. `isTarget`: true if the service may
 * call the address.
 */
export const configAsked = (asked: ClientConfigRequest, isTarget: (url: string) => boolean) => ({
  mdmInfo: mdmInfoAsked(asked.mdmInfo),
  notify: notifyAsked(asked, isTarget),
  notificationTypes: asked.notificationTypes ?? undefined,
});

/** The number of MDM servers that may identify themselves with one token. Further ones are not recorded: each costs a record and a sighting. */
const MOST_SAID = 10;

export const isRoomFor = (links: LocationLinks, tokenId: ContentTokenId): boolean => serversOn(links, tokenId).length < MOST_SAID;

/**
 * The MDM servers that a new id may be of, beside the present ones: those that a resolved conflict of the location names. The loser of a conflict may still
 * have the token, and may state any id.
 */
export const formerServers = ({ settled }: Pick<LocationLinks, "settled">, present: readonly MdmServerId[]): readonly MdmServerId[] =>
  [...new Set(settled.flatMap(({ mdmServerIds }) => mdmServerIds))].filter((id) => !present.includes(id));

/** The MDM server that a new id belongs to: the only one of `servers`, if it has no id yet. */
export const unnamedServer = (servers: readonly MdmServer[]): MdmServerId | undefined => {
  const [only, ...others] = servers;
  return only !== undefined && others.length === 0 && only.mdmInfo === undefined ? only.id : undefined;
};
