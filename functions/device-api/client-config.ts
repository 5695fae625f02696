// GET and POST /client/config: what the location's MDM server says of itself and where it wants to be told. Whoever says it last counts, as the protocol
// demands; but a second one is written down as a conflict, which the protocol does not know.
import * as z from "zod";
import { ClientConfig, ClientConfigRequest, configAsked, isRoomFor } from "../../domain/device-api/client-config.ts";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { NotificationType } from "../../domain/device-api/notification.ts";
import { mayFetch, serversOn } from "../../domain/mdm-servers/links.ts";
import type { MdmInfo } from "../../domain/mdm-servers/mdm-server.ts";
import { Organization } from "../../domain/organization/organization.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { UUID_BYTES, uuidOf } from "../lib/uuid.ts";
import { type IdentifyPorts, identifyServer, recognizeServer } from "../mdm-servers/identify.ts";
import { retryOnConflict } from "../middleware/handler.ts";
import type { MdmHandle, TokenBearer } from "../middleware/mdm-handler.ts";
import type { Ports } from "../ports/ports.ts";
import { assertMayManage } from "../tokens/authenticate.ts";

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

/** How often somebody's address is called to try it, for one location: whoever has a token chooses whose. */
const MOST_TESTS = 6;
const TEST_SPAN_SECONDS = 60;

/** Refuses with 9728 when it could not be told that it will be, and with 9646 when it was tried too often. */
const assertReached = async (
  { url, authToken }: { readonly url: string; readonly authToken: string },
  { location: { id, uId } }: TokenBearer,
  { notifier, rates, now, random }: Pick<Ports, "notifier" | "rates" | "now" | "random">,
): Promise<void> => {
  const span = { seconds: TEST_SPAN_SECONDS, number: Math.floor(now().getTime() / (TEST_SPAN_SECONDS * 1000)) };
  if (!(await rates.take(id, "tests", span, MOST_TESTS)))
    throw new MdmRefusal(9646, { detail: `A notification URL is tried ${MOST_TESTS} times a minute at most.` });
  const body = { notification: {}, notificationId: uuidOf(random(UUID_BYTES)), notificationType: "TEST_NOTIFICATION", uId };
  const delivery = await notifier.deliver({ url, bearer: authToken, body: JSON.stringify(body) });
  if (!delivery.delivered) throw new MdmRefusal(9728, { detail: `Why: ${delivery.why}.` });
};

const DAY_SECONDS = 86_400;
/** The most entries of the custody log a day that changed names stated with one token may make: anybody with the token can state new names at will. */
const MOST_ENTRIES = 5;

/** True if a changed name may be logged. One request takes one entry, however often its act is retried. */
const entryBudget = ({ id }: TokenBearer["token"], { rates, now }: Pick<Ports, "rates" | "now">): (() => Promise<boolean>) => {
  const span = { seconds: DAY_SECONDS, number: Math.floor(now().getTime() / (DAY_SECONDS * 1000)) };
  let taken: Promise<boolean> | undefined;
  return () => {
    taken ??= rates.take(id, "identifications", span, MOST_ENTRIES);
    return taken;
  };
};

/**
 * Records which MDM server identified itself with the token. A registered one that never identified itself is recognized where a person linked it and nobody
 * else has the token. MDM servers beyond those that one token may name are not recorded, unless a person linked them: anybody with the token can invent ids.
 */
const identifyFor = async (mdmInfo: MdmInfo, { token }: TokenBearer, ports: IdentifyPorts & Pick<Ports, "rates">): Promise<void> => {
  const mayLog = entryBudget(token, ports);
  await retryOnConflict(async () => {
    const links = await ports.links.of(token.locationId);
    const known = await ports.servers.findByMdmInfo(mdmInfo.id);
    const present = serversOn(links, token.id);
    const isExpected = known !== undefined && (present.includes(known.id) || mayFetch(links, known.id));
    if (!isExpected && !isRoomFor(links, token.id)) {
      ports.log.info("a token names more MDM servers than are kept", { tokenId: token.id });
      return links;
    }
    const unnamed = known === undefined ? await recognizeServer(links, present, ports) : undefined;
    const mdmServerId = unnamed !== undefined && mayFetch(links, unnamed) ? unnamed : undefined;
    return identifyServer(token, { how: "identified", mdmInfo, mdmServerId }, token.id, ports, { before: links, mayLog }).catch(
      (error: unknown) => {
        // Another MDM server took the id meanwhile: evaluate again.
        if (error instanceof Refusal && error.reason === "mdm_info_taken") return undefined;
        throw error;
      },
    );
  });
};

type Needs = keyof IdentifyPorts | "organizations" | "cipher" | "clientConfigs" | "notifier" | "rates";

export const changeClientConfig: MdmHandle<typeof ChangeClientConfigInput, Needs, Shown> = async ({ caller, input }, ports) => {
  const { clientConfigs, cipher, notifier } = ports;
  const { id: locationId } = caller.location;
  const { mdmInfo, notify, notificationTypes } = configAsked(input, notifier.isTarget);
  // Recorded before anything is refused: at the built-in service's location the token has to be removed from this MDM server.
  if (mdmInfo !== undefined) await identifyFor(mdmInfo, caller, ports);
  assertMayManage(caller);
  if (notify !== undefined) await assertReached(notify, caller, ports);
  const config = await clientConfigs.change({
    locationId,
    ...(mdmInfo === undefined ? {} : { mdmInfo }),
    ...(notify === undefined
      ? {}
      : { notificationUrl: notify.url, notificationAuthToken: await cipher.encrypt(notify.authToken, locationId) }),
    ...(notificationTypes === undefined ? {} : { notificationTypes }),
  });
  return shown(caller, config, ports);
};
