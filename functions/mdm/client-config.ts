// GET and POST /client/config: what the location's MDM server says of itself and where it wants to be told. Whoever says it last counts, as the protocol
// demands; but a second one is written down as a conflict, which the protocol does not know.
import * as z from "zod";
import { ClientConfig, ClientConfigRequest, configAsked, isRoomFor, unnamedServer } from "../../domain/client-config.ts";
import { serversOn } from "../../domain/links.ts";
import { MdmRefusal } from "../../domain/mdm-error.ts";
import type { MdmInfo } from "../../domain/mdm-server.ts";
import { NotificationType } from "../../domain/notification.ts";
import { Organization } from "../../domain/organization.ts";
import { judgedAgain } from "../handle.ts";
import type { MdmHandle, TokenBearer } from "../handle-mdm.ts";
import type { Ports } from "../ports.ts";
import { type SayingPorts, sayOf } from "../say.ts";
import { UUID_BYTES, uuidOf } from "../uuid.ts";

export const ShowClientConfigInput = z.object({});
export const ChangeClientConfigInput = ClientConfigRequest;
export const ClientConfigReply = z.object({
  countryISO2ACode: Organization.shape.country,
  defaultPlatform: Organization.shape.platform,
  locationName: z.string(),
  mdmInfo: ClientConfig.shape.mdmInfo,
  notificationAuthToken: z.string().optional(),
  notificationUrl: z.string().optional(),
  subscribedNotificationTypes: z.array(NotificationType),
  websiteURL: z.string(),
});
type Shown = z.input<typeof ClientConfigReply>;

const WEBSITES = { enterprisestore: "https://business.apple.com", volumestore: "https://school.apple.com" } as const;

const shown = async (
  { location }: TokenBearer,
  { mdmInfo, notificationUrl, notificationAuthToken, notificationTypes }: ClientConfig,
  { organizations, cipher }: Pick<Ports, "organizations" | "cipher">,
): Promise<Shown> => {
  const { country, platform } = await organizations.get();
  return {
    countryISO2ACode: country,
    defaultPlatform: platform,
    locationName: location.name,
    ...(mdmInfo === undefined ? {} : { mdmInfo }),
    ...(notificationUrl === undefined ? {} : { notificationUrl }),
    ...(notificationAuthToken === undefined ? {} : { notificationAuthToken: await cipher.decrypt(notificationAuthToken, location.id) }),
    subscribedNotificationTypes: notificationTypes,
    websiteURL: WEBSITES[platform],
  };
};

export const showClientConfig: MdmHandle<typeof ShowClientConfigInput, "organizations" | "cipher", Shown> = ({ caller }, ports) =>
  shown(caller, caller.config, ports);

/** Refuses with 9728 when it could not be told that it will be. */
const test = async (
  { url, authToken }: { readonly url: string; readonly authToken: string },
  { location: { uId } }: TokenBearer,
  { notifier, random }: Pick<Ports, "notifier" | "random">,
): Promise<void> => {
  const body = { notification: {}, notificationId: uuidOf(random(UUID_BYTES)), notificationType: "TEST_NOTIFICATION", uId };
  const delivery = await notifier.deliver({ url, bearer: authToken, body: JSON.stringify(body) });
  if (!delivery.delivered) throw new MdmRefusal(9728, { detail: `Why: ${delivery.why}.` });
};

/**
 * Writes down who says this with the token. One that was registered and never named itself is recognized where nobody else is linked to the token. Beyond what
 * one token may name, it is not kept: whoever has the token can invent as many as they like.
 */
const claimFor = async (mdmInfo: MdmInfo, { token }: TokenBearer, ports: SayingPorts): Promise<void> => {
  await judgedAgain(async () => {
    const links = await ports.links.of(token.locationId);
    const known = await ports.servers.findByMdmInfo(mdmInfo.id);
    if (known === undefined && !isRoomFor(links, token.id)) {
      ports.log.info("a token names more MDM servers than are kept", { tokenId: token.id });
      return links;
    }
    const linked = await ports.servers.getAll(serversOn(links, token.id));
    const mdmServerId = known === undefined ? unnamedServer([...linked.values()]) : undefined;
    return sayOf(token, { mdmInfo, mdmServerId }, undefined, ports);
  });
};

type Needs = keyof SayingPorts | "organizations" | "cipher" | "clientConfigs" | "notifier";

export const changeClientConfig: MdmHandle<typeof ChangeClientConfigInput, Needs, Shown> = async ({ caller, input }, ports) => {
  const { clientConfigs, cipher, notifier } = ports;
  const { mdmInfo, notify, notificationTypes } = configAsked(input, notifier.isTarget);
  if (notify !== undefined) await test(notify, caller, ports);
  const config: ClientConfig = {
    ...caller.config,
    ...(mdmInfo === undefined ? {} : { mdmInfo }),
    ...(notify === undefined
      ? {}
      : { notificationUrl: notify.url, notificationAuthToken: await cipher.encrypt(notify.authToken, caller.location.id) }),
    ...(notificationTypes === undefined ? {} : { notificationTypes }),
  };
  await clientConfigs.put(config);
  if (mdmInfo !== undefined) await claimFor(mdmInfo, caller, ports);
  return shown(caller, config, ports);
};
