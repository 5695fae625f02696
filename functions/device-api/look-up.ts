// GET /lookup: what the location's assets are called, as `contentMetadataLookup` of the service's configuration points to. It knows what people of the
// organization wrote down, and asks nobody else: Apple would be sent a token that is none of Apple's.
import * as z from "zod";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { AdamId, AssetTraits, assetText, PricingParam } from "../../domain/licenses/licenses.ts";
import type { MdmHandle } from "../middleware/mdm-handler.ts";

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
  const inEach = (adamId: string) => PricingParam.options.map((pricingParam) => ({ locationId: location.id, adamId, pricingParam }));
  const known = new Map((await licenses.getAll(ids.flatMap(inEach))).map((asset) => [assetText(asset), asset]));
  const found = ids.flatMap((id) => {
    // There may be two qualities of it: what is known of either counts, of the standard one first.
    const [standard, high] = inEach(id).map((key) => known.get(assetText(key)));
    const [name, bundleId] = [standard?.name ?? high?.name, standard?.bundleId ?? high?.bundleId];
    return name === undefined && bundleId === undefined ? [] : [[id, { id, name, bundleId }] as const];
  });
  return { results: Object.fromEntries(found), version: 2 };
};
