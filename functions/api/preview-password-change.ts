// GET /v1/accounts/{id}/password-change-preview: what would be cut off if the account's password changed now, and what to renew first.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { tokenState } from "../../domain/content-token.ts";
import { AccountId, MdmServerId } from "../../domain/ids.ts";
import { holdingLinks } from "../../domain/links.ts";
import { Vendor } from "../../domain/mdm-server.ts";
import { aroundOf } from "../around.ts";
import { existing, type Handle, ok } from "../handle.ts";
import { ShownToken, shownToken } from "./shown.ts";

export const PreviewPasswordChangeInput = z.strictObject({ id: AccountId });

const CutOff = z.object({ id: MdmServerId, name: z.string(), vendor: Vendor });
export const PreviewPasswordChangeReply = z.object({
  accountId: AccountId,
  tokens: z
    .array(ShownToken.extend({ cutOff: z.array(CutOff) }))
    .describe(
      "Usable tokens that would end, those whose MDM servers would be cut off first: the order in which to renew them, with another account.",
    ),
  cutOff: z.array(CutOff).describe("Every MDM server that would be cut off."),
  advice: z.array(z.string()),
});

const BEFORE_CHANGE =
  "Renew these tokens with another account first, and let their MDM servers fetch or be given the new ones. Then change the password.";
const NOBODY_CUT_OFF =
  "No MDM server is known to have any of these tokens. Ask before you change the password: not every MDM server is registered.";
const DEDICATED = "This is a person's account. Download tokens with a dedicated one, whose password nobody changes by the way.";
const WITHOUT_GRANT =
  "This account has files of tokens that it may no longer download: renew those with another account, and let the earlier ones end.";

type Needs = "accounts" | "tokens" | "locations" | "links" | "servers" | "now";

export const previewPasswordChange: Handle<typeof PreviewPasswordChangeInput, Needs, z.input<typeof PreviewPasswordChangeReply>> = async (
  { caller, input: { id } },
  ports,
) => {
  assertMay(caller, "account:manage");
  const account = existing(await ports.accounts.get(id), "account");
  const given = await Array.fromAsync(ports.tokens.givenTo(id));
  const tokens = [...(await ports.tokens.getAll(given.map(({ tokenId }) => tokenId))).values()];
  const around = await aroundOf(tokens, ports);
  const usable = tokens.filter((token) => tokenState(token, around, around.now).state === "active");
  const holding = new Map(
    usable.map((token) => {
      const links = around.links.get(token.locationId);
      return [token.id, links === undefined ? [] : holdingLinks(links, token.id).map(({ mdmServerId }) => mdmServerId)];
    }),
  );
  const servers = await ports.servers.getAll([...holding.values()].flat());
  const cutOffBy = (ids: readonly MdmServerId[]) => ids.flatMap((server) => servers.get(server) ?? []).map((each) => CutOff.parse(each));
  const shown = usable
    .map((token) => ({ ...shownToken(token, around), cutOff: cutOffBy(holding.get(token.id) ?? []) }))
    .toSorted((one, other) => other.cutOff.length - one.cutOff.length || one.expiresAt.getTime() - other.expiresAt.getTime());
  const cutOff = cutOffBy([...servers.keys()]);
  const advice = [
    ...(shown.length === 0 ? [] : [cutOff.length === 0 ? NOBODY_CUT_OFF : BEFORE_CHANGE]),
    ...(account.dedicated ? [] : [DEDICATED]),
    ...(shown.some(({ withoutGrant = [] }) => withoutGrant.includes(id)) ? [WITHOUT_GRANT] : []),
  ];
  return ok({ accountId: id, tokens: shown, cutOff, advice });
};
