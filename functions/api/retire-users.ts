// POST /v1/assignments/retirements: client users who are gone. What of theirs can come back does, the rest (books above all) is retired with them, and so is
// what an MDM server keeps of them at the location.
import * as z from "zod";
import { type Account, assertMay } from "../../domain/account.ts";
import { LocationId } from "../../domain/ids.ts";
import { type Asset, ClientUserId } from "../../domain/licenses.ts";
import { judgedUsers } from "../../domain/user-changes.ts";
import { callerNow } from "../caller.ts";
import { existing, type Handle, judgedAgain, ok } from "../handle.ts";
import { askedUser, knownUsers } from "../known-users.ts";
import type { Ports } from "../ports.ts";
import { type Retiring, retireLicenses } from "../retire-licenses.ts";

export const RetireUsersInput = z.strictObject({ locationId: LocationId, clientUserIds: z.array(ClientUserId).min(1).max(25) });
export const RetireUsersReply = z.object({
  unassigned: z.int().min(0).describe("How many licenses came back."),
  retired: z.int().min(0).describe("How many never will."),
});

type Needs = "accounts" | "locations" | "licenses" | "clientUsers" | "bus" | "outbox" | "log" | "now" | "random";

/** Whoever was never created, or is retired already, has no entry to change. */
const retireEntries = async (locationId: LocationId, clientUserIds: readonly string[], ports: Pick<Ports, Needs>) => {
  const asked = clientUserIds.map((clientUserId) => askedUser({ clientUserId }, ports));
  const retired = judgedUsers("RETIRE", asked, await knownUsers(locationId, asked, ports), ports.now());
  return retired.changes.length === 0 || (await ports.clientUsers.record(retired)) || undefined;
};

export const retireUsers: Handle<typeof RetireUsersInput, Needs, z.input<typeof RetireUsersReply>> = async (
  { caller, input: { locationId, clientUserIds } },
  ports,
) => {
  assertMay(caller, "license:assign", locationId);
  existing(await ports.locations.get(locationId), "location");
  const judged = <Value>(caller: Account, attempt: () => Promise<Value | undefined>): Promise<Value> =>
    judgedAgain(async () => {
      assertMay(await callerNow(caller, ports), "license:assign", locationId);
      return attempt();
    });
  const users = [...new Set(clientUserIds)];
  const gone: Asset[] = [];
  for (const clientUserId of users) {
    const made = (posting: Retiring) => judged(caller, posting);
    gone.push(...((await retireLicenses({ locationId, clientUserId }, ports, made)) ?? []));
  }
  await judged(caller, () => retireEntries(locationId, users, ports));
  const unassigned = gone.filter(({ revocable }) => revocable).length;
  return ok({ unassigned, retired: gone.length - unassigned });
};
