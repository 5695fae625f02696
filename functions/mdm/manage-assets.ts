// POST /assets/associate and /assets/disassociate: licenses for devices and users, or back from them. What can be told at once is refused at once; all else is
// done by the worker.
import * as z from "zod";
import type { JobLimits } from "../../domain/job.ts";
import { MDM_LIMITS } from "../../domain/mdm-limits.ts";
import { AssetsRequest, assertAssociable, assertRevocable, assetsAsked, targetsAsked } from "../../domain/work-request.ts";
import type { MdmHandle } from "../handle-mdm.ts";
import { type OrderingPorts, ordered } from "../ordered.ts";

export const ManageAssetsInput = AssetsRequest;
export const EventReply = z.object({ eventId: z.string().describe("What the work is known by: ask for it with GET /status.") });

type Needs = keyof OrderingPorts | "licenses";
type Manage = MdmHandle<typeof ManageAssetsInput, Needs, z.input<typeof EventReply>>;

const LIMITS = { clientUserIds: MDM_LIMITS.maxClientUserIds, serialNumbers: MDM_LIMITS.maxSerialNumbers };

type What = { readonly type: "ASSOCIATE" | "DISASSOCIATE"; readonly assertPossible: typeof assertAssociable };

const manage =
  ({ type, assertPossible }: What) =>
  (limits: JobLimits): Manage =>
  async ({ caller, input }, ports) => {
    const assets = assetsAsked(input);
    const targets = targetsAsked(input, LIMITS);
    const known = await ports.licenses.getAll(assets.map((asset) => ({ ...asset, locationId: caller.location.id })));
    assertPossible(known, targets);
    return ordered({ type, assets, targets }, caller, ports, limits);
  };

export const associateAssets = manage({ type: "ASSOCIATE", assertPossible: assertAssociable });
export const disassociateAssets = manage({ type: "DISASSOCIATE", assertPossible: assertRevocable });
