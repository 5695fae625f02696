// GET /lookup: what the location's assets are called, as `contentMetadataLookup` of the service's configuration points to. It knows what people of the
// organization wrote down, and asks nobody else: Apple would be sent a token that is none of Apple's.
import * as z from "zod";
import { AdamId, AssetTraits, PricingParam } from "../../domain/licenses.ts";
import { MdmRefusal } from "../../domain/mdm-error.ts";
import type { MdmHandle } from "../handle-mdm.ts";

/** Besides, MDM servers send `version`, `p`, `caller`, `platform`, `cc` and `l`, which make no difference here. */
export const LookUpInput = z.object({ id: z.string().describe("Adam IDs, separated by commas: 200 at most.") });
export const LookUpReply = z.object({
  results: z
    .record(z.string(), z.object({ id: AdamId, name: AssetTraits.shape.name, bundleId: AssetTraits.shape.bundleId }))
    .describe("By Adam ID. What nobody wrote down is left out."),
  version: z.literal(2).describe("Of this answer's form."),
});

const MOST = 200;

export const lookUp: MdmHandle<typeof LookUpInput, "licenses", z.input<typeof LookUpReply>> = async (
  { caller: { location }, input },
  { licenses },
) => {
  const asked = [...new Set(input.id.split(",").map((id) => id.trim()))];
  if (asked.length > MOST) throw new MdmRefusal(9700, { detail: `Ask for at most ${MOST} at once.` });
  const ids = asked.filter((id) => AdamId.safeParse(id).success);
  const keys = ids.flatMap((adamId) => PricingParam.options.map((pricingParam) => ({ locationId: location.id, adamId, pricingParam })));
  const results: Record<string, { id: string; name?: string | undefined; bundleId?: string | undefined }> = {};
  // One store item may be there in two qualities: what is known of either counts, of the standard one first.
  for (const { adamId, name, bundleId } of (await licenses.getAll(keys)).toSorted((one) => (one.pricingParam === "STDQ" ? -1 : 1))) {
    const known = results[adamId];
    const found = { id: adamId, name: known?.name ?? name, bundleId: known?.bundleId ?? bundleId };
    if (found.name !== undefined || found.bundleId !== undefined) results[adamId] = found;
  }
  return { results, version: 2 };
};
