// POST /v1/assignments/retirements: client users who are gone. What of theirs can come back does, the rest (books above all) is retired with them.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { LocationId } from "../../domain/ids.ts";
import { type Asset, keyOf } from "../../domain/licenses.ts";
import { retiring } from "../../domain/postings.ts";
import { plainText } from "../../domain/text.ts";
import { announce, eventOf } from "../announce.ts";
import { callerNow } from "../caller.ts";
import { type Handle, judgedAgain, ok } from "../handle.ts";
import type { Ports } from "../ports.ts";

export const RetireUsersInput = z.strictObject({ locationId: LocationId, clientUserIds: z.array(plainText(255)).min(1).max(25) });
export const RetireUsersReply = z.object({
  unassigned: z.int().min(0).describe("How many licenses came back."),
  retired: z.int().min(0).describe("How many never will."),
});

/** Assets of one posting: of each the counts, an assignment and an event, in a transaction that takes 100 items. */
const ASSETS_AT_ONCE = 25;

/** Some of what the user has at the location. The list may be a moment old, so each is looked up. */
const heldBy = async (locationId: LocationId, clientUserId: string, { licenses }: Pick<Ports, "licenses">): Promise<readonly Asset[]> => {
  const target = { clientUserId };
  const { items } = await licenses.assignments({ of: "target", locationId, target }, { limit: ASSETS_AT_ONCE });
  const held = await Promise.all(
    items.map(async ({ asset }) => ((await licenses.holding(asset, [target])).length === 0 ? undefined : licenses.asset(asset))),
  );
  return held.filter((asset) => asset !== undefined);
};

type Needs = "accounts" | "licenses" | "bus" | "outbox" | "log" | "now" | "random";

export const retireUsers: Handle<typeof RetireUsersInput, Needs, z.input<typeof RetireUsersReply>> = async (
  { caller, input: { locationId, clientUserIds } },
  ports,
) => {
  const { licenses, now, random } = ports;
  /** One posting; answers what of the user's was posted, nothing when nothing is left. */
  const retireSome = (clientUserId: string): Promise<readonly Asset[]> =>
    judgedAgain(async () => {
      assertMay(await callerNow(caller, ports), "license:assign", locationId);
      const held = await heldBy(locationId, clientUserId, ports);
      if (held.length === 0) return held;
      const at = now();
      const traces = held.map((asset) =>
        eventOf(asset.revocable ? "LicensesUnassigned" : "LicensesRetired", { ...keyOf(asset), quantity: 1 }, { at, random }),
      );
      if (!(await licenses.post(retiring(clientUserId, held), traces))) return undefined;
      await announce(traces, ports);
      return held;
    });

  const gone: Asset[] = [];
  for (const clientUserId of new Set(clientUserIds))
    for (let some = await retireSome(clientUserId); some.length > 0; some = await retireSome(clientUserId)) gone.push(...some);
  const unassigned = gone.filter(({ revocable }) => revocable).length;
  return ok({ unassigned, retired: gone.length - unassigned });
};
