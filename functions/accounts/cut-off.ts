// Computes the tokens that would end, and the MDM servers that would be cut off, if all tokens with an account as holder ended now.
import * as z from "zod";
import type { Account } from "../../domain/accounts/account.ts";
import { holdingServers } from "../../domain/mdm-servers/holders.ts";
import { Vendor } from "../../domain/mdm-servers/mdm-server.ts";
import { AccountId, MdmServerId } from "../../domain/shared/ids.ts";
import { isLive } from "../../domain/tokens/content-token.ts";
import type { Ports } from "../ports/ports.ts";
import { ShownToken, shownToken } from "../tokens/shown.ts";
import { loadTokenViewContext } from "../tokens/token-context.ts";

const CutOff = z.object({ id: MdmServerId, name: z.string(), vendor: Vendor });
export const ShownCutOff = z.object({
  accountId: AccountId,
  tokens: z
    .array(ShownToken.extend({ cutOff: z.array(CutOff) }))
    .describe(
      "Tokens that would end, those whose MDM servers would be cut off first: the order in which to renew them, with another account. Reserved ones can't be renewed.",
    ),
  cutOff: z.array(CutOff).describe("Every MDM server that would be cut off."),
  copies: z
    .array(ShownToken.extend({ isDownloader: z.boolean().describe("The account is the person who downloaded the token from Apple.") }))
    .describe("Tokens of Apple's whose file the account has. They don't end by this, and the copy still opens Apple's service."),
  advice: z.array(z.string()),
});

/** Advice before the act that ends the tokens. */
export type Advice = {
  /** If an MDM server would be cut off. */
  readonly before: string;
  /** If tokens would end, and no MDM server is known to have one. */
  readonly nobodyCutOff: string;
  /** If the account is not dedicated to downloads. */
  readonly personal: string;
};

const RESERVED =
  "Tokens that are reserved belong to the built-in service while the monthly subscription runs, and can't be renewed meanwhile. They would end too.";
const COPIES =
  "This account has files of tokens that Apple issued. Every copy keeps working at Apple. If the person must not use them any more, change the password of the Managed Apple Account that downloaded them, and import new ones.";
const DOWNLOADER =
  "This person downloaded tokens from Apple. If they change the password of their Managed Apple Account, those tokens end at Apple: renew them with another Managed Apple Account first.";
const WITHOUT_GRANT =
  "This account has files of tokens that it may no longer download: renew those with another account, and let the earlier ones end.";

export const cutOffOf = async (
  { id, dedicated }: Account,
  words: Advice,
  ports: Pick<Ports, "accounts" | "tokens" | "locations" | "links" | "servers" | "now">,
): Promise<z.input<typeof ShownCutOff>> => {
  const given = await Array.fromAsync(ports.tokens.givenTo(id));
  const tokens = [...(await ports.tokens.getAll(given.map(({ tokenId }) => tokenId))).values()];
  const context = await loadTokenViewContext(tokens, ports);
  const live = tokens.filter((token) => isLive(token, context, context.now));
  const { issued: usable = [], imported = [] } = Object.groupBy(live, ({ origin }) => origin);
  const copies = imported.map((token) => ({ ...shownToken(token, context), isDownloader: token.appleDownload?.accountId === id }));
  const holding = new Map(
    usable.map((token) => {
      const links = context.links.get(token.locationId);
      return [token.id, links === undefined ? [] : holdingServers(links, token.id)];
    }),
  );
  const servers = await ports.servers.getAll([...holding.values()].flat());
  const cutOffBy = (ids: readonly MdmServerId[]) => ids.flatMap((server) => servers.get(server) ?? []).map((each) => CutOff.parse(each));
  const shown = usable
    .map((token) => ({ ...shownToken(token, context), cutOff: cutOffBy(holding.get(token.id) ?? []) }))
    .toSorted((one, other) => other.cutOff.length - one.cutOff.length || one.expiresAt.getTime() - other.expiresAt.getTime());
  const cutOff = cutOffBy([...servers.keys()]);
  const advice = [
    ...(shown.some(({ state }) => state === "active") ? [cutOff.length === 0 ? words.nobodyCutOff : words.before] : []),
    ...(shown.some(({ state }) => state === "reserved") ? [RESERVED] : []),
    ...(copies.length === 0 ? [] : [COPIES]),
    ...(copies.some(({ isDownloader }) => isDownloader) ? [DOWNLOADER] : []),
    ...(dedicated ? [] : [words.personal]),
    ...(shown.some(({ withoutGrant = [] }) => withoutGrant.includes(id)) ? [WITHOUT_GRANT] : []),
  ];
  return { accountId: id, tokens: shown, cutOff, copies, advice };
};
