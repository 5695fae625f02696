// An MDM server was seen to use a token that it was linked to: the tokens that it renews end when nobody needs them any more.
import * as z from "zod";
import { EVENT_DETAILS } from "../../domain/events.ts";
import { existing } from "../handle.ts";
import { type SupersedingPorts, supersedeOlder } from "../supersede.ts";

export const TokenUsed = z.object({ "detail-type": z.literal("ContentTokenUsed"), detail: EVENT_DETAILS.ContentTokenUsed });

/** Harmless when it is told twice. */
export const takeTokenUse = async ({ detail }: z.infer<typeof TokenUsed>, ports: SupersedingPorts): Promise<void> =>
  supersedeOlder(existing(await ports.tokens.get(detail.tokenId), "content token"), ports);
