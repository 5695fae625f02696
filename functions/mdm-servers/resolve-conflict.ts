// POST /v1/conflicts/{id}/resolution: says which MDM server keeps the location. The links and sightings of all others are closed: they fetch no more until a
// person links them again, and the token has to be removed from them.
import * as z from "zod";
import { type Account, assertMay } from "../../domain/accounts/account.ts";
import { claimants, openHoldings, withClosed } from "../../domain/mdm-servers/links.ts";
import { ConflictId, MdmServerId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { nameText } from "../../domain/shared/text.ts";
import { publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import { CLOSED_AT_ONCE, unlinkingEffects } from "./close-link.ts";
import { resolutionEffects } from "./record-arrival.ts";
import { ShownConflict, shownConflict } from "./shown.ts";

export const ResolveConflictInput = z.strictObject({ id: ConflictId, keptBy: MdmServerId, reason: nameText(500) });
export const ResolveConflictReply = ShownConflict.extend({
  toBeRemovedFrom: z.array(MdmServerId).describe("The MDM servers that still hold a token which is no longer theirs to use."),
});

type Needs = "accounts" | "links" | "bus" | "outbox" | "log" | "now" | "random";

/** Closes some of the others' links and sightings, and with the last ones settles the conflict; answers it then. */
const closeSome = (caller: Account, { id, keptBy, reason }: z.infer<typeof ResolveConflictInput>, ports: Pick<Ports, Needs>) =>
  retryOnConflict(async () => {
    const { links, now, random } = ports;
    const currentCaller = await loadCurrentCaller(caller, ports);
    assertMay(currentCaller, "mdm-server:manage");
    const conflict = getOrThrow(await links.conflict(id), "conflict");
    const before = await links.of(conflict.location);
    if (before.conflict?.id !== id) throw new Refusal("conflict_resolved", "This conflict is resolved already. Look at its resolution.");
    const claiming = claimants(before);
    if (!claiming.includes(keptBy))
      throw new Refusal("not_linked", `${keptBy} has no token of this location. It can be kept by ${claiming.join(" or ")}.`);
    const why = { at: now(), by: caller.id, reason };
    const others = openHoldings(before).filter(({ mdmServerId }) => mdmServerId !== keptBy);
    const closing = others.slice(0, CLOSED_AT_ONCE);
    const { after, settled } = withClosed(before, closing, why);
    const effects = [
      ...closing.flatMap((holding) => unlinkingEffects(holding, conflict.location, why, random)),
      ...resolutionEffects(settled, random),
    ];
    if (!(await links.replace(after, { conflict: settled }, effects, { accounts: [currentCaller] }))) return undefined;
    await publishEffects(effects, ports);
    return { settled };
  });

export const resolveConflict: Handle<typeof ResolveConflictInput, Needs, z.input<typeof ResolveConflictReply>> = async (
  { caller, input },
  ports,
) => {
  for (;;) {
    const { settled } = await closeSome(caller, input, ports);
    if (settled === undefined) continue;
    // By its claims, which name each one, and not by what was closed just now: an earlier request may have closed some.
    const shown = shownConflict(settled);
    return ok({ ...shown, toBeRemovedFrom: shown.mdmServerIds.filter((server) => server !== input.keptBy) });
  }
};
