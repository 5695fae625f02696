// POST /assets/revoke: everything that can come back from devices and users.
import type * as z from "zod";
import type { JobLimits } from "../../domain/device-api/job.ts";
import { MDM_LIMITS } from "../../domain/device-api/mdm-limits.ts";
import { TargetsRequest, targetsAsked } from "../../domain/device-api/work-request.ts";
import type { MdmHandle } from "../middleware/mdm-handler.ts";
import { type OrderingPorts, ordered } from "./enqueue-job.ts";
import type { EventReply } from "./manage-assets.ts";

export const RevokeAssetsInput = TargetsRequest;

const LIMITS = { clientUserIds: MDM_LIMITS.maxRevokeClientUserIds, serialNumbers: MDM_LIMITS.maxRevokeSerialNumbers };

type Revoke = MdmHandle<typeof RevokeAssetsInput, keyof OrderingPorts, z.input<typeof EventReply>>;

export const revokeAssets =
  (limits: JobLimits): Revoke =>
  async ({ caller, input }, ports) =>
    ordered({ type: "REVOKE", targets: targetsAsked(input, LIMITS) }, caller, ports, limits);
