// POST /v1/assignments/retirements: client users who are gone. What of theirs can come back does, the rest (books above all) is retired with them, and so is
// what an MDM server keeps of them at the location.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { type Asset, ClientUserId } from "../../domain/licenses/licenses.ts";
import { evaluateUsers } from "../../domain/licenses/user-changes.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import { actEventId, assignmentNotifications, retirementNotifications } from "./act-notifications.ts";
import { askedUser, knownUsers } from "./known-users.ts";
import { type NotifyReleased, retireLicenses } from "./retire.ts";

export const RetireUsersInput = z.strictObject({ locationId: LocationId, clientUserIds: z.array(ClientUserId).min(1).max(25) });
export const RetireUsersReply = z.object({
  unassigned: z.int().min(0).describe("How many licenses came back."),
  retired: z.int().min(0).describe("How many never will."),
});

type Needs = "accounts" | "locations" | "licenses" | "clientUsers" | "clientConfigs" | "bus" | "outbox" | "log" | "now" | "random";

export const retireUsers: Handle<typeof RetireUsersInput, Needs, z.input<typeof RetireUsersReply>> = async (
  { caller, input: { locationId, clientUserIds } },
  ports,
) => {
  const { locations, clientUsers, now } = ports;
  assertMay(caller, "license:assign", locationId);
  getOrThrow(await locations.get(locationId), "location");
  const preconditions = <Value>(attempt: () => Promise<Value | undefined>): Promise<Value> =>
    retryOnConflict(async () => {
      assertMay(await loadCurrentCaller(caller, ports), "license:assign", locationId);
      return attempt();
    });
  const asked = [...new Set(clientUserIds)].map((clientUserId) => askedUser({ clientUserId }, ports));
  const gone: Asset[] = [];
  const act = { id: actEventId(ports), locationId };
  const notifyReleased: NotifyReleased = (released) => assignmentNotifications({ ...act, type: "DISASSOCIATE" }, released, ports);
  await preconditions(async () => {
    // Before their licenses: what work gives them afterwards is found out when they are retired.
    const known = await knownUsers(locationId, asked, ports);
    for (const { clientUserId } of asked)
      gone.push(...((await retireLicenses({ locationId, clientUserId }, ports, preconditions, notifyReleased)) ?? []));
    const retired = evaluateUsers("RETIRE", asked, known, now());
    // A user that was never created, or is retired, has no entry to change.
    if (retired.changes.length === 0) return true;
    const effects = await retirementNotifications(act, retired.done, ports);
    if (!(await clientUsers.record(retired, effects))) return undefined;
    await publishEffects(effects, ports);
    return true;
  });
  const unassigned = gone.filter(({ revocable }) => revocable).length;
  return ok({ unassigned, retired: gone.length - unassigned });
};
