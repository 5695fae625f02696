// MDM servers and conflicts as they are answered.
import * as z from "zod";
import { Conflict, conflictServers } from "../../domain/mdm-servers/conflict.ts";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import { Link, openLinks, openSightings } from "../../domain/mdm-servers/links.ts";
import { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import { Sighting } from "../../domain/mdm-servers/sighting.ts";
import { LocationId, MdmServerId } from "../../domain/shared/ids.ts";

const AtLocation = {
  locationId: LocationId,
  toBeRemoved: z
    .literal(true)
    .optional()
    .describe("The location is the built-in service's own: the token has to be removed from this MDM server."),
};

export const ShownMdmServer = MdmServer.pick({
  id: true,
  name: true,
  vendor: true,
  mdmInfo: true,
  saidAt: true,
  createdAt: true,
  lastSeenAt: true,
  removedAt: true,
}).extend({
  links: z
    .array(Link.pick({ tokenId: true, linkedAt: true }).extend(AtLocation))
    .describe("The tokens that people linked it to. It may fetch tokens of these locations, and of no others."),
  sightings: z
    .array(Sighting.omit({ mdmServerId: true, worksWith: true, removedAt: true }).extend(AtLocation))
    .describe(
      "Evidence of the tokens that it has, which authorizes nothing. Of an MDM server that people linked, only at the locations where they did: elsewhere anybody with a token can name it, which is shown with that token and in the location's conflict.",
    ),
});

type Places = { readonly links: readonly LocationLinks[]; readonly reserved: readonly LocationId[] };

export const shownMdmServer = (
  { id, name, vendor, mdmInfo, saidAt, createdAt, lastSeenAt, removedAt }: MdmServer,
  places: Places,
): z.input<typeof ShownMdmServer> => {
  const at = (locationId: LocationId) => ({ locationId, ...(places.reserved.includes(locationId) ? { toBeRemoved: true as const } : {}) });
  const isMine = ({ mdmServerId }: { readonly mdmServerId: MdmServerId }): boolean => mdmServerId === id;
  const linkedPlaces = places.links.filter((each) => openLinks(each).some(isMine));
  const seenPlaces = linkedPlaces.length === 0 ? places.links : linkedPlaces;
  return {
    id,
    name,
    vendor,
    mdmInfo,
    saidAt,
    createdAt,
    lastSeenAt,
    removedAt,
    links: linkedPlaces.flatMap((each) =>
      openLinks(each)
        .filter(isMine)
        .map(({ tokenId, linkedAt }) => ({ tokenId, linkedAt, ...at(each.location) })),
    ),
    sightings: seenPlaces.flatMap((each) =>
      openSightings(each)
        .filter(isMine)
        .map(({ mdmServerId: _, worksWith: __, ...sighting }) => ({ ...sighting, ...at(each.location) })),
    ),
  };
};

export const ShownConflict = Conflict.omit({ location: true }).extend({ locationId: LocationId, mdmServerIds: z.array(MdmServerId) });

export const shownConflict = ({ location, ...conflict }: Conflict): z.input<typeof ShownConflict> => ({
  ...conflict,
  locationId: location,
  mdmServerIds: conflictServers({ location, ...conflict }),
});
