// POST /v1/licenses: takes note of licenses that were acquired for a location.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { Acquisition, assetText } from "../../domain/licenses/licenses.ts";
import { acquiring } from "../../domain/licenses/postings.ts";
import { assertOpen } from "../../domain/organization/organization.ts";
import { madeBefore, useIn } from "../lib/idempotency.ts";
import { AssetInput } from "../lib/inputs.ts";
import { createEvent, publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { created, getOrThrow, type Handle, retryOnConflict } from "../middleware/handler.ts";
import { ShownLicense, shownLicense } from "./shown.ts";

export const AcquireLicensesInput = z.strictObject({
  ...AssetInput,
  ...Acquisition.shape,
});
export const AcquireLicensesReply = ShownLicense;

type Needs = "accounts" | "locations" | "licenses" | "requests" | "bus" | "outbox" | "log" | "now" | "random";

export const acquireLicenses: Handle<
  typeof AcquireLicensesInput,
  Needs,
  z.input<typeof AcquireLicensesReply>,
  201,
  "idempotencyKey"
> = async ({ caller, input, idempotencyKey }, ports) => {
  const { locations, licenses, now, random } = ports;
  const { locationId, adamId, pricingParam, ...acquisition } = input;
  const key = { locationId, adamId, pricingParam };
  const use = useIn(caller, idempotencyKey, input);
  await retryOnConflict(async () => {
    const currentCaller = await loadCurrentCaller(caller, ports);
    assertMay(currentCaller, "license:acquire", locationId);
    const location = getOrThrow(await locations.get(locationId), "location");
    if ((await madeBefore(use, ports)) !== undefined) return true;
    assertOpen(location);
    const at = now();
    const posting = acquiring(key, await licenses.asset(key), acquisition, at);
    const detail = { ...key, quantity: acquisition.quantity, accountId: caller.id };
    const effects = [createEvent("LicensesAcquired", detail, { at, random })];
    const idempotency = use === undefined ? undefined : { ...use, made: assetText(key), at };
    if (!(await licenses.post(posting, effects, { idempotency, preconditions: { accounts: [currentCaller] } }))) return undefined;
    await publishEffects(effects, ports);
    return true;
  });
  return created(shownLicense(getOrThrow(await licenses.asset(key), "license")));
};
