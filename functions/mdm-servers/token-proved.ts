// An MDM server proved that it has a token. The event only triggers a re-evaluation: the tokens that it renews end if the records say so.
import * as z from "zod";
import { EVENT_DETAILS } from "../../domain/shared/events.ts";
import { getOrThrow } from "../middleware/handler.ts";
import { type SupersedingPorts, supersedeOlder } from "../tokens/supersede.ts";

export const TokenProved = z.object({ "detail-type": z.literal("ContentTokenProved"), detail: EVENT_DETAILS.ContentTokenProved });

/** Idempotent. A forged event ends nothing. */
export const takeTokenProof = async ({ detail }: z.infer<typeof TokenProved>, ports: SupersedingPorts): Promise<void> =>
  supersedeOlder(getOrThrow(await ports.tokens.get(detail.tokenId), "content token"), ports);
