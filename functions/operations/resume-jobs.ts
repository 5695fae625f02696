// Puts jobs back into the queue whose message was lost: by a crash, a purge, or a restart of the local run, which keeps its queues in memory. A job whose message
// is still there is delivered twice, which is harmless: each of its steps is recorded once.
import { countResumption, isResumeDue, type PendingJob, RESUMED_AFTER_SECONDS } from "../../domain/device-api/job.ts";
import { isEnded } from "../../domain/device-api/work.ts";
import { inBatches } from "../lib/in-batches.ts";
import { workOrderOf } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";

export type ResumePorts = Pick<Ports, "works" | "pendingJobs" | "bus" | "log" | "now" | "random">;

/** Jobs that are evaluated concurrently. */
const BATCH = 25;

type Options = { readonly afterSeconds: number };

/** Sent before it is noted: a crash in between sends it twice instead of never. */
const resume = async (pending: PendingJob, { afterSeconds }: Options, ports: ResumePorts): Promise<void> => {
  const { works, pendingJobs, bus, log, now, random } = ports;
  const at = now();
  const job = await works.get(pending.id);
  if (job === undefined) throw new Error(`the record of the pending job ${pending.id} is missing`);
  if (isEnded(job) || !isResumeDue(job, pending.resumed, at, afterSeconds)) return;
  const sent = await bus.publish([workOrderOf(job, { at, random })]);
  if (sent.length === 0) throw new Error(`the job ${job.id} could not be put back into the queue`);
  await pendingJobs.noteResumed(pending, countResumption(job, pending.resumed, at));
  log.info("a job was put back into the queue", { workId: job.id, locationId: job.locationId, step: job.step });
};

/** A job that can't be evaluated keeps back none of the others, and makes the run fail at the end, so that the alarm goes off. */
export const resumeJobs = async (
  ports: ResumePorts,
  isTimeUp: () => boolean,
  options: Options = { afterSeconds: RESUMED_AFTER_SECONDS },
): Promise<void> => {
  const last = new Date(ports.now().getTime() - options.afterSeconds * 1000);
  let failed = 0;
  const resumeAll = async (jobs: readonly PendingJob[]): Promise<void> => {
    const settled = await Promise.allSettled(jobs.map((job) => resume(job, options, ports)));
    for (const one of settled) {
      if (one.status === "fulfilled") continue;
      failed += 1;
      ports.log.error("a job could not be put back into the queue", one.reason);
    }
  };
  for await (const batch of inBatches(ports.pendingJobs.requestedUntil(last), BATCH)) {
    await resumeAll(batch);
    if (isTimeUp()) break;
  }
  if (failed > 0) throw new Error(`${failed} jobs could not be put back into the queue`);
};
