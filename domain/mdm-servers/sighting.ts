// A sighting is evidence that an MDM server has a content token. It authorizes nothing: only a link that a person opened lets an MDM server fetch.
import * as z from "zod";
import { ContentTokenId, MdmServerId } from "../shared/ids.ts";

/** The device API that a token opens, as links and sightings keep it. */
export const TokenService = z.enum(["this-service", "apple"]);

export const SightingHow = z
  .enum(["fetched", "proved", "identified", "used", "reported", "apple"])
  .describe(
    "`fetched`: it was given a link to the file. `proved`: it polled with its own credential and the file's hash. `identified`: somebody with the token stated this MDM server's mdmInfo to the device API. `used`: the token was used while it was the only MDM server known to have it. `reported`: an administrator reported it. `apple`: Apple's API named it.",
  );
export type SightingHow = z.infer<typeof SightingHow>;

export const Sighting = z.object({
  tokenId: ContentTokenId,
  worksWith: TokenService,
  mdmServerId: MdmServerId,
  how: SightingHow,
  /** Chosen by a holder of the token: quote it where people read it. */
  statedName: z.string().optional().describe("The name that was stated last. Anybody with the token can state any name."),
  firstAt: z.date().describe("When the MDM server was first seen with the token."),
  lastAt: z.date().describe("When it was last seen with it, in the way that `how` names, to five minutes. Later uses do not count."),
  provedAt: z
    .date()
    .optional()
    .describe(
      "When the MDM server itself last proved that it has the token: by a poll with the file's hash, or by identifying itself under an mdmInfo id that was stated with another token, or reported, before.",
    ),
  usedAt: z
    .date()
    .optional()
    .describe(
      "When the token was first used with an identification of this MDM server, or while it was the only one known to have the token. That proves nothing about the MDM server.",
    ),
  removedAt: z.date().optional().describe("When the token was recorded as removed from the MDM server, or the location was closed."),
});
export type Sighting = z.infer<typeof Sighting>;

/** One token on one MDM server. */
export type ServerHolding = Pick<Sighting, "tokenId" | "mdmServerId">;

export const isSameHolding = (one: ServerHolding, other: ServerHolding): boolean =>
  one.tokenId === other.tokenId && one.mdmServerId === other.mdmServerId;

/** Repeated sightings of one token on one MDM server are written at most this often. */
export const SIGHTING_INTERVAL_SECONDS = 300;
