// POST /v1/assignments/retirements: client users who are gone. What of theirs can come back does, the rest (books above all) is retired with them.
import * as z from "zod";
import { type Account, assertMay } from "../../domain/account.ts";
import { LocationId } from "../../domain/ids.ts";
import { type Asset, ClientUserId, keyOf } from "../../domain/licenses.ts";
import { retiring } from "../../domain/postings.ts";
import { announce, eventOf } from "../announce.ts";
import { callerNow } from "../caller.ts";
import { existing, type Handle, judgedAgain, ok } from "../handle.ts";
import type { Ports } from "../ports.ts";

export const RetireUsersInput = z.strictObject({ locationId: LocationId, clientUserIds: z.array(ClientUserId).min(1).max(25) });
export const RetireUsersReply = z.object({
  unassigned: z.int().min(0).describe("How many licenses came back."),
  retired: z.int().min(0).describe("How many never will."),
});

/** Assets of one posting: of each the counts, an assignment and an event, in a transaction that takes 100 items. */
const ASSETS_AT_ONCE = 25;

/** Some of what the user has at the location, as it is now. */
const heldOf = async (locationId: LocationId, clientUserId: string, { licenses }: Pick<Ports, "licenses">): Promise<readonly Asset[]> => {
  const { items } = await licenses.assignments({ of: "target", locationId, target: { clientUserId } }, { limit: ASSETS_AT_ONCE });
  return licenses.getAll(items.map(({ asset }) => asset));
};

type Needs = "accounts" | "locations" | "licenses" | "bus" | "outbox" | "log" | "now" | "random";

/** One posting; answers what was posted. */
const retireSome = (caller: Account, locationId: LocationId, clientUserId: string, ports: Pick<Ports, Needs>) =>
  judgedAgain(async () => {
    const { licenses, now, random } = ports;
    assertMay(await callerNow(caller, ports), "license:assign", locationId);
    const held = await heldOf(locationId, clientUserId, ports);
    if (held.length === 0) return held;
    const at = now();
    const traces = held.map((asset) =>
      eventOf(asset.revocable ? "LicensesUnassigned" : "LicensesRetired", { ...keyOf(asset), quantity: 1 }, { at, random }),
    );
    if (!(await licenses.post(retiring(clientUserId, held, at), traces))) return undefined;
    await announce(traces, ports);
    return held;
  });

export const retireUsers: Handle<typeof RetireUsersInput, Needs, z.input<typeof RetireUsersReply>> = async (
  { caller, input: { locationId, clientUserIds } },
  ports,
) => {
  assertMay(caller, "license:assign", locationId);
  existing(await ports.locations.get(locationId), "location");
  const gone: Asset[] = [];
  for (const clientUserId of new Set(clientUserIds)) {
    let some: readonly Asset[];
    do {
      some = await retireSome(caller, locationId, clientUserId, ports);
      gone.push(...some);
    } while (some.length === ASSETS_AT_ONCE);
  }
  const unassigned = gone.filter(({ revocable }) => revocable).length;
  return ok({ unassigned, retired: gone.length - unassigned });
};
