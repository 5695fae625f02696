// POST /v1/license-transfers: unassigned licenses of an asset from one location to another, whole or not at all; or, as a dry run, what would be possible.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { LicenseCounts, NO_LICENSES, PricingParam, Transfer } from "../../domain/licenses/licenses.ts";
import { assertTwoLocations, mostTransferable, transferring, whyNotTransferable } from "../../domain/licenses/postings.ts";
import { assertOpen, type Location } from "../../domain/organization/organization.ts";
import { IDENTIFIER_BYTES, identifierText, TransferId } from "../../domain/shared/ids.ts";
import { REASONS } from "../../domain/shared/refusal.ts";
import { madeBefore, useIn } from "../lib/idempotency.ts";
import { createEvent, publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { created, getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import { ShownTransfer } from "./shown.ts";

const { fromLocationId, toLocationId, adamId, quantity } = Transfer.shape;
export const TransferLicensesInput = z.strictObject({
  fromLocationId,
  toLocationId,
  adamId,
  pricingParam: PricingParam.default("STDQ"),
  quantity,
  dryRun: z.boolean().default(false).describe("Says what would be possible, and changes nothing."),
});

const Preview = z.object({
  dryRun: z.literal(true),
  possible: z.boolean(),
  most: z.int().min(0).describe("How many could be transferred now, at most."),
  reason: z.enum(REASONS).optional().describe("What it would be refused for."),
  detail: z.string().optional(),
  from: LicenseCounts.describe("What there is at the location that gives."),
  to: LicenseCounts,
});
export const TransferLicensesReply = z.union([ShownTransfer, Preview]);

type Needs = "accounts" | "locations" | "licenses" | "requests" | "bus" | "outbox" | "log" | "now" | "random";

export const transferLicenses: Handle<
  typeof TransferLicensesInput,
  Needs,
  z.input<typeof TransferLicensesReply>,
  200 | 201,
  "idempotencyKey"
> = ({ caller, input, idempotencyKey }, ports) =>
  retryOnConflict(async () => {
    const { locations, licenses, now, random } = ports;
    const { dryRun, ...asked } = input;
    const asset = { adamId: asked.adamId, pricingParam: asked.pricingParam };
    const use = useIn(caller, idempotencyKey, asked);
    const currentCaller = await loadCurrentCaller(caller, ports);
    assertTwoLocations(asked);
    const both: Location[] = [];
    for (const id of [asked.fromLocationId, asked.toLocationId]) {
      assertMay(currentCaller, "license:transfer", id);
      both.push(getOrThrow(await locations.get(id), "location"));
    }
    if (!dryRun) {
      const earlier = await madeBefore(use, ports);
      if (earlier !== undefined) return created(getOrThrow(await licenses.transfer(TransferId.parse(earlier)), "transfer"));
    }
    both.forEach(assertOpen);
    const from = getOrThrow(await licenses.asset({ ...asset, locationId: asked.fromLocationId }), "asset at the location to transfer from");
    const to = await licenses.asset({ ...asset, locationId: asked.toLocationId });
    if (dryRun) {
      const why = whyNotTransferable(from, to, asked.quantity);
      const counts = { from: LicenseCounts.parse(from), to: LicenseCounts.parse(to ?? NO_LICENSES) };
      const refused = why === undefined ? {} : { reason: why.reason, detail: why.message };
      return ok({ dryRun, possible: why === undefined, most: mostTransferable(from, to), ...refused, ...counts });
    }
    const at = now();
    const transfer = { id: TransferId.parse(`tr_${identifierText(random(IDENTIFIER_BYTES))}`), ...asked, at, by: caller.id };
    const { id: transferId, at: _, by: accountId, ...moved } = transfer;
    const effects = [createEvent("LicensesTransferred", { transferId, accountId, ...moved }, { at, random })];
    const idempotency = use === undefined ? undefined : { ...use, made: transferId, at };
    if (!(await licenses.post(transferring(from, to, transfer), effects, { idempotency, preconditions: { accounts: [currentCaller] } })))
      return undefined;
    await publishEffects(effects, ports);
    return created(transfer);
  });
