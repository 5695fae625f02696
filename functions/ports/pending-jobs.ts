// The jobs that are pending, and their count at each location.
import type { PendingCount, PendingJob, Resumed } from "../../domain/device-api/job.ts";
import type { LocationId } from "../../domain/shared/ids.ts";

/** Jobs that have not ended. One is listed and counted from the transaction that adds it until the one that ends it. */
export interface PendingJobs {
  /** Jobs that were requested at `last` or before, the earliest first, strongly consistent. */
  requestedUntil(last: Date): AsyncIterable<PendingJob>;
  /** Notes that the job was put back into the queue; nothing when it ended meanwhile. */
  noteResumed(job: PendingJob, resumed: Resumed): Promise<void>;
  /** Strongly consistent. */
  countAt(location: LocationId): Promise<PendingCount>;
}
