// POST /v1/assignments/removals: takes licenses back from serial numbers and client users; from all of them, or from none.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { targetsOf } from "../../domain/licenses/licenses.ts";
import { unassigning } from "../../domain/licenses/postings.ts";
import { AssetInput, TargetsInput } from "../lib/inputs.ts";
import { createEvent, publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import { actEventId, assignmentNotifications } from "./act-notifications.ts";
import { ShownLicense, shownLicense } from "./shown.ts";

export const UnassignLicensesInput = z.strictObject({ ...AssetInput, ...TargetsInput });
export const UnassignLicensesReply = z.object({
  unassigned: z.int().min(0).describe("How many licenses came back by this request."),
  notAssigned: z.int().min(0).describe("How many had none."),
  license: ShownLicense.describe("What there is now."),
});

type Needs = "accounts" | "licenses" | "clientConfigs" | "bus" | "outbox" | "log" | "now" | "random";

export const unassignLicenses: Handle<typeof UnassignLicensesInput, Needs, z.input<typeof UnassignLicensesReply>> = async (
  { caller, input },
  ports,
) => {
  const { licenses, now, random } = ports;
  const { serialNumbers, clientUserIds, ...key } = input;
  const targets = targetsOf(serialNumbers, clientUserIds);
  const unassigned = await retryOnConflict(async () => {
    assertMay(await loadCurrentCaller(caller, ports), "license:assign", key.locationId);
    const asset = getOrThrow(await licenses.asset(key), "asset at this location");
    const holding = await licenses.holding(key, targets);
    if (holding.length === 0) return 0;
    const at = now();
    const posting = unassigning(asset, holding, at);
    const act = { id: actEventId(ports), type: "DISASSOCIATE", locationId: key.locationId } as const;
    const effects = [
      createEvent("LicensesUnassigned", { ...key, quantity: holding.length }, { at, random }),
      ...(await assignmentNotifications(act, posting.unassigned ?? [], ports)),
    ];
    if (!(await licenses.post(posting, effects))) return undefined;
    await publishEffects(effects, ports);
    return holding.length;
  });
  const license = shownLicense(getOrThrow(await licenses.asset(key), "license"));
  return ok({ unassigned, notAssigned: targets.length - unassigned, license });
};
