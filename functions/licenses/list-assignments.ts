// GET /v1/assignments: who has licenses of a location: of one asset, of one serial number or client user, or of all.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { AdamId, ClientUserId, PricingParam, SerialNumber } from "../../domain/licenses/licenses.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { getOrThrow, type Handle, ok } from "../middleware/handler.ts";
import type { AssignmentList } from "../ports/licenses.ts";
import { ShownAssignment, shownAssignment } from "./shown.ts";

export const ListAssignmentsInput = z.strictObject({
  locationId: LocationId,
  adamId: AdamId.optional(),
  pricingParam: PricingParam.default("STDQ").describe("Of the asset that `adamId` names."),
  serialNumber: SerialNumber.optional(),
  clientUserId: ClientUserId.optional(),
  ...PageInput,
});
export const ListAssignmentsReply = pageOf(ShownAssignment);

const listOf = ({ locationId, adamId, pricingParam, serialNumber, clientUserId }: z.infer<typeof ListAssignmentsInput>): AssignmentList => {
  if ([adamId, serialNumber, clientUserId].filter((each) => each !== undefined).length > 1)
    throw new Refusal("invalid_input", "Ask for one of adamId, serialNumber or clientUserId, or for the whole location.");
  if (adamId !== undefined) return { of: "asset", asset: { locationId, adamId, pricingParam } };
  if (serialNumber !== undefined) return { of: "target", locationId, target: { serialNumber } };
  if (clientUserId !== undefined) return { of: "target", locationId, target: { clientUserId } };
  return { of: "location", locationId };
};

export const listAssignments: Handle<typeof ListAssignmentsInput, "locations" | "licenses", z.input<typeof ListAssignmentsReply>> = async (
  { caller, input },
  { locations, licenses },
) => {
  assertMay(caller, "license:read", input.locationId);
  getOrThrow(await locations.get(input.locationId), "location");
  const { items, ...rest } = await licenses.assignments(listOf(input), input);
  return ok({ items: items.map(shownAssignment), ...rest });
};
