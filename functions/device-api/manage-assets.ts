// POST /assets/associate and /assets/disassociate: licenses for devices and users, or back from them. What can be told at once is refused at once; all else is
// done by the worker.
import * as z from "zod";
import type { JobLimits } from "../../domain/device-api/job.ts";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { MDM_LIMITS } from "../../domain/device-api/mdm-limits.ts";
import { AssetsRequest, assertAssociable, assertRevocable, assetsAsked, targetsAsked } from "../../domain/device-api/work-request.ts";
import { type Asset, isDevice, type Target } from "../../domain/licenses/licenses.ts";
import type { MdmHandle, TokenBearer } from "../middleware/mdm-handler.ts";
import type { Ports } from "../ports/ports.ts";
import { type OrderingPorts, ordered } from "./enqueue-job.ts";

export const ManageAssetsInput = AssetsRequest;
export const EventReply = z.object({ eventId: z.string().describe("What the work is known by: ask for it with GET /status.") });

type Needs = keyof OrderingPorts | "licenses" | "clientUsers";
type Manage = MdmHandle<typeof ManageAssetsInput, Needs, z.input<typeof EventReply>>;

const LIMITS = { clientUserIds: MDM_LIMITS.maxClientUserIds, serialNumbers: MDM_LIMITS.maxSerialNumbers };

type What = { readonly type: "ASSOCIATE" | "DISASSOCIATE"; readonly assertPossible: typeof assertAssociable };

/** Client users in one read of the table: usually the first read finds an existing one. */
const USERS_AT_ONCE = 100;

/** The most pairs of a client user and an asset that are read before the answer. A request with more is left to the job, which finds the same. */
const MAX_PAIRS = 1000;

/**
 * Refuses with 9609 a request for client users only, none of whom exists or has a license of one of the assets. Without it a client such as Fleet, which
 * takes 9609 in this answer as its signal to register the user, would count the request as done. People assign to users whom no MDM server created, so
 * having a license counts as well.
 */
const assertAnyUserKnown = async (
  targets: readonly Target[],
  assets: readonly Asset[],
  { location }: TokenBearer,
  { licenses, clientUsers }: Pick<Ports, "licenses" | "clientUsers">,
): Promise<void> => {
  const clientUserIds = targets.flatMap((target) => (isDevice(target) ? [] : [target.clientUserId]));
  if (clientUserIds.length < targets.length) return;
  for (let start = 0; start < clientUserIds.length; start += USERS_AT_ONCE)
    if ((await clientUsers.getAll(location.id, clientUserIds.slice(start, start + USERS_AT_ONCE))).size > 0) return;
  const assigned = assets.filter((asset) => asset.assigned > 0);
  if (assigned.length * clientUserIds.length > MAX_PAIRS) return;
  for (const asset of assigned) if ((await licenses.holding(asset, targets)).length > 0) return;
  throw new MdmRefusal(9609, { info: { clientUserIds } });
};

const manage =
  ({ type, assertPossible }: What) =>
  (limits: JobLimits): Manage =>
  async ({ caller, input }, ports) => {
    const assets = assetsAsked(input);
    const targets = targetsAsked(input, LIMITS);
    const known = await ports.licenses.getAll(assets.map((asset) => ({ ...asset, locationId: caller.location.id })));
    assertPossible(known, targets);
    await assertAnyUserKnown(targets, known, caller, ports);
    return ordered({ type, assets, targets }, caller, ports, limits);
  };

export const associateAssets = manage({ type: "ASSOCIATE", assertPossible: assertAssociable });
export const disassociateAssets = manage({ type: "DISASSOCIATE", assertPossible: assertRevocable });
