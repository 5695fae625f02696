// GET /status: how far a piece of work has come, and what of it failed.
import * as z from "zod";
import { MdmError, MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { failuresOf, statusOf, WORK_KEPT_DAYS, WorkId, WorkType } from "../../domain/device-api/work.ts";
import { addDays } from "../../domain/shared/time.ts";
import type { MdmHandle } from "../middleware/mdm-handler.ts";

export const ShowStatusInput = z.object({ eventId: z.string() });
export const ShowStatusReply = z.object({
  eventStatus: z
    .enum(["PENDING", "COMPLETE", "FAILED"])
    .describe("FAILED when anything of it failed: `numCompleted` tells how much was done."),
  eventType: WorkType,
  numCompleted: z.int(),
  numRequested: z.int().describe("Assets times users and devices; of REVOKE, users and devices."),
  failures: z.array(MdmError).optional(),
});

export const showStatus: MdmHandle<typeof ShowStatusInput, "works" | "now", z.input<typeof ShowStatusReply>> = async (
  { caller: { location }, input: { eventId } },
  { works, now },
) => {
  const { data: id } = WorkId.safeParse(eventId.toLowerCase());
  const work = id === undefined ? undefined : await works.get(id);
  // Another location's is none of the caller's business, and what is to be cleaned up is gone, whenever that happens.
  if (work === undefined || work.locationId !== location.id || addDays(work.requestedAt, WORK_KEPT_DAYS) <= now())
    throw new MdmRefusal(9708);
  const eventStatus = statusOf(work);
  const failures = eventStatus === "FAILED" ? failuresOf(work, await works.failures(work.id)) : [];
  return {
    eventStatus,
    eventType: work.type,
    numCompleted: work.completed,
    numRequested: work.requested,
    ...(failures.length === 0 ? {} : { failures: [...failures] }),
  };
};
