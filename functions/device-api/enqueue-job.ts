// Taking an order for work: it is written down whole before it is answered, so that whoever holds its eventId can count on it.
import { hasRoom, type JobLimits, NOTHING_PENDING } from "../../domain/device-api/job.ts";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { DEFAULT_JOB_LIMITS } from "../../domain/device-api/mdm-limits.ts";
import { type Asked, partsOf, type Work, WorkId, workOf } from "../../domain/device-api/work.ts";
import { publishEffects, workOrderOf } from "../lib/publish.ts";
import { UUID_BYTES, uuidOf } from "../lib/uuid.ts";
import type { TokenBearer } from "../middleware/mdm-handler.ts";
import type { Ports } from "../ports/ports.ts";

export type OrderingPorts = Pick<Ports, "works" | "pendingJobs" | "bus" | "outbox" | "log" | "now" | "random">;

/** Jobs end within seconds, or within minutes where they are large. */
const RETRY_SECONDS = 30;

/** Refuses with 9646. The numbers are for people and decide nothing: jobs may have ended meanwhile. */
const refuseFull = async (work: Work, limits: JobLimits, { pendingJobs, log }: OrderingPorts): Promise<never> => {
  const { jobs, assignments } = await pendingJobs.countAt(work.locationId);
  const fitsAlone = hasRoom(NOTHING_PENDING, work, limits);
  log.info("a job was refused, since too much is pending", { locationId: work.locationId, jobs, assignments, requested: work.requested });
  throw new MdmRefusal(9646, {
    retrySeconds: RETRY_SECONDS,
    detail: fitsAlone
      ? `${jobs} jobs with ${assignments} assignments of this location are pending, and at most ${limits.jobs} with ${limits.assignments} may be. Wait until earlier ones have ended.`
      : `One request may ask for at most ${limits.assignments} assignments; this one asks for ${work.requested}.`,
  });
};

export const ordered = async (
  asked: Asked,
  { token, location }: Pick<TokenBearer, "token" | "location">,
  ports: OrderingPorts,
  limits: JobLimits = DEFAULT_JOB_LIMITS,
): Promise<{ readonly eventId: string }> => {
  const { works, now, random } = ports;
  const at = now();
  const id = WorkId.parse(uuidOf(random(UUID_BYTES)));
  const work = workOf(asked, { id, locationId: location.id, tokenId: token.id, requestedAt: at });
  const effects = [workOrderOf(work, { at, random })];
  const result = await works.add(work, partsOf(asked), limits, effects);
  if (result === "full") return refuseFull(work, limits, ports);
  if (result === "changed") throw new Error(`there is work with the id ${id} already`);
  await publishEffects(effects, ports);
  return { eventId: id };
};
