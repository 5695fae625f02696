// POST /v1/assignments: the organization's own assigning, to serial numbers and client users; all of them are given a license, or none.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { targetsOf, targetText } from "../../domain/licenses/licenses.ts";
import { assigning } from "../../domain/licenses/postings.ts";
import { assertOpen } from "../../domain/organization/organization.ts";
import { madeBefore, useIn } from "../lib/idempotency.ts";
import { AssetInput, TargetsInput } from "../lib/inputs.ts";
import { createEvent, publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import { actEventId, assignmentNotifications } from "./act-notifications.ts";
import { ShownLicense, shownLicense } from "./shown.ts";

export const AssignLicensesInput = z.strictObject({ ...AssetInput, ...TargetsInput });
export const AssignLicensesReply = z.object({
  assigned: z.int().min(0).describe("How many were given a license by this request."),
  alreadyAssigned: z.int().min(0).describe("How many had one: that costs no second license."),
  license: ShownLicense.describe("What there is now."),
});

const Made = z.object({ assigned: z.int(), alreadyAssigned: z.int() });

type Needs = "accounts" | "locations" | "licenses" | "clientConfigs" | "requests" | "bus" | "outbox" | "log" | "now" | "random";

export const assignLicenses: Handle<typeof AssignLicensesInput, Needs, z.input<typeof AssignLicensesReply>, 200, "idempotencyKey"> = async (
  { caller, input, idempotencyKey },
  ports,
) => {
  const { locations, licenses, now, random } = ports;
  const { serialNumbers, clientUserIds, ...key } = input;
  const targets = targetsOf(serialNumbers, clientUserIds);
  const use = useIn(caller, idempotencyKey, input);
  const made = await retryOnConflict(async () => {
    // Read, and no condition of the write: it would make every writer of a location wait for every other one.
    assertMay(await loadCurrentCaller(caller, ports), "license:assign", key.locationId);
    const location = getOrThrow(await locations.get(key.locationId), "location");
    const earlier = await madeBefore(use, ports);
    if (earlier !== undefined) return Made.parse(JSON.parse(earlier));
    assertOpen(location);
    const asset = getOrThrow(await licenses.asset(key), "asset at this location");
    const holding = new Set((await licenses.holding(key, targets)).map(targetText));
    const without = targets.filter((target) => !holding.has(targetText(target)));
    const counted = { assigned: without.length, alreadyAssigned: holding.size };
    const at = now();
    const idempotency = use === undefined ? undefined : { ...use, made: JSON.stringify(counted), at };
    if (without.length === 0) {
      // A key stands for this answer too: told again after somebody's license was taken back, it must give nobody one.
      if (idempotency === undefined || (await licenses.post({ at, entries: [] }, [], { idempotency }))) return counted;
      return undefined;
    }
    const posting = assigning(asset, without, at);
    const act = { id: actEventId(ports), type: "ASSOCIATE", locationId: key.locationId } as const;
    const effects = [
      createEvent("LicensesAssigned", { ...key, quantity: without.length }, { at, random }),
      ...(await assignmentNotifications(act, posting.assigned ?? [], ports)),
    ];
    if (!(await licenses.post(posting, effects, { idempotency }))) return undefined;
    await publishEffects(effects, ports);
    return counted;
  });
  return ok({ ...made, license: shownLicense(getOrThrow(await licenses.asset(key), "license")) });
};
