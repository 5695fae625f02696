// What MDM servers were seen to use tokens for: noted now and then, since a write for each read would cost more than the read. The first use of a token by an
// MDM server that was linked to it also proves that it has it: earlier tokens may end then.
import type { ContentTokenId, MdmServerId } from "../domain/ids.ts";
import { isProofNew, type LocationLinks, serversOn } from "../domain/links.ts";
import { custodyOf, eventOf } from "./announce.ts";
import { type ClaimingPorts, claim } from "./claim.ts";
import type { TokenBearer } from "./handle-mdm.ts";
import type { Ports } from "./ports.ts";

export type UsePorts = ClaimingPorts & Pick<Ports, "uses" | "now">;

/** How long what was noted stands for what follows. */
const NOTED_SECONDS = 300;

/** The MDM server that uses a token: nobody can tell where none has an open link to it, or several have. */
const userOf = (links: LocationLinks, tokenId: ContentTokenId): MdmServerId | undefined => {
  const [only, ...others] = serversOn(links, tokenId);
  return others.length === 0 ? only : undefined;
};

/** The first use of a token by the MDM server that is linked to it; false when the links changed meanwhile. */
const isProved = async ({ token, links }: TokenBearer, mdmServerId: MdmServerId, at: Date, ports: UsePorts): Promise<boolean> => {
  const { id: tokenId, locationId } = token;
  const traces = [
    eventOf("ContentTokenUsed", { tokenId, locationId, mdmServerId }, { at, random: ports.random }),
    custodyOf("token-used", { subject: tokenId, at, by: mdmServerId, locationId }),
  ];
  const used = { mdmServerId, how: "used" as const, at };
  return (await claim({ before: links, token, claim: used, by: mdmServerId, traces, judged: { tokens: [token] } }, ports)) !== undefined;
};

const MOST_REMEMBERED = 1000;

/** What was noted from this instance, and when: it only saves calls. */
const memory = () => {
  const noted = new Map<string, number>();
  return {
    isDue(key: string, at: Date): boolean {
      const last = noted.get(key);
      return last === undefined || at.getTime() - last >= NOTED_SECONDS * 1000 || at.getTime() < last;
    },
    remember(key: string, at: Date): void {
      if (noted.size >= MOST_REMEMBERED) noted.clear();
      noted.set(key, at.getTime());
    },
  };
};

/**
 * Notes what callers use their tokens for. Never throws: what an MDM server asked for does not hang on it, and the next request tries again. The first use is
 * noted at once; after that, an MDM server that uses two tokens by turns is no news by the second.
 */
export const noting = (ports: UsePorts): ((caller: TokenBearer, what: string) => Promise<void>) => {
  const { isDue, remember } = memory();
  return async (caller, what) => {
    const { token, links } = caller;
    const { id: tokenId } = token;
    const at = ports.now();
    const mdmServerId = userOf(links, tokenId);
    const key = `${tokenId} ${mdmServerId}`;
    if (!isDue(key, at)) return;
    try {
      const isNews = mdmServerId !== undefined && isProofNew(links, { tokenId, mdmServerId });
      if (isNews && !(await isProved(caller, mdmServerId, at, ports))) return;
      await ports.uses.note({ tokenId, mdmServerId, what, at }, NOTED_SECONDS);
      remember(key, at);
    } catch (error) {
      ports.log.error("a token's use could not be noted", error, { tokenId });
    }
  };
};
