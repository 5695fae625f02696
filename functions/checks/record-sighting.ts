// Records the MDM server that Apple names for an imported token, as evidence that it uses the token. A server other than the linked one is a conflict.

import { isRoomFor } from "../../domain/device-api/client-config.ts";
import { type LocationLinks, openLinks } from "../../domain/mdm-servers/links.ts";
import type { MdmInfo, MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import type { AppleCheck } from "../../domain/tokens/apple-check.ts";
import { type ContentToken, worksWith } from "../../domain/tokens/content-token.ts";
import { type IdentifyPorts, identifyServer, recognizeServer } from "../mdm-servers/identify.ts";
import { retryOnConflict } from "../middleware/handler.ts";

/** Apple's answer has metadata too. It may hold anything, and is not kept. */
const METADATA_NOT_KEPT = "not kept";

type Named = NonNullable<AppleCheck["evidence"]["mdmInfo"]>;

/**
 * The registered MDM server that Apple must mean, although it never identified itself: the only one that a person linked at the location for Apple's service.
 */
const onlyLinkedServer = (token: ContentToken, links: LocationLinks, ports: IdentifyPorts) => {
  const linked = openLinks(links).flatMap((link) => (link.worksWith === worksWith(token) ? [link.mdmServerId] : []));
  return recognizeServer(links, [...new Set(linked)], ports);
};

const mdmInfoOf = (named: Named, known: MdmServer | undefined): MdmInfo => ({
  ...named,
  metadata: known?.mdmInfo?.metadata ?? METADATA_NOT_KEPT,
});

/** Does nothing if Apple names nobody, or if the token names more MDM servers than are kept. */
export const recordAppleSighting = async (token: ContentToken, named: Named | undefined, ports: IdentifyPorts): Promise<void> => {
  if (named === undefined) return;
  await retryOnConflict(async () => {
    const links = await ports.links.of(token.locationId);
    const known = await ports.servers.findByMdmInfo(named.id);
    if (known === undefined && !isRoomFor(links, token.id)) return links;
    const mdmServerId = known === undefined ? await onlyLinkedServer(token, links, ports) : undefined;
    const identification = { how: "apple" as const, mdmInfo: mdmInfoOf(named, known), mdmServerId };
    return identifyServer(token, identification, "service", ports, { before: links }).catch((error: unknown) => {
      // Another MDM server took the id meanwhile: evaluate again.
      if (error instanceof Refusal && error.reason === "mdm_info_taken") return undefined;
      // The location was closed meanwhile: nobody holds anything there any more.
      if (error instanceof Refusal && error.reason === "location_closed") return links;
      throw error;
    });
  });
};
