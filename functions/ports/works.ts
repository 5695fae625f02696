// Jobs of MDM servers: their records, progress and failures.
import type { JobLimits } from "../../domain/device-api/job.ts";
import type { Failure, Outcome, Part, Work, WorkId } from "../../domain/device-api/work.ts";
import type { Effect, Preconditions } from "./shared.ts";

/** The progress of a job by an act that is one of its steps. The act is recorded only if the job is still at the step that was read. */
export type Progress = { readonly work: Work; readonly outcome: Outcome; readonly at: Date };

export interface Works {
  /** Strongly consistent. */
  get(id: WorkId): Promise<Work | undefined>;
  /**
   * Writes the whole job at once. Writes nothing when the location would have more pending than `limits` ("full"), or when the id is taken or a precondition
   * changed ("changed").
   */
  add(
    work: Work,
    parts: readonly Part[],
    limits: JobLimits,
    effects?: readonly Effect[],
    preconditions?: Preconditions,
  ): Promise<"added" | "full" | "changed">;
  part(id: WorkId, index: number): Promise<Part>;
  /** Strongly consistent, whole. */
  failures(id: WorkId): Promise<readonly Failure[]>;
  /** A step that changed nothing else. False when the work is not where it was read, or a precondition changed. */
  advance(progress: Progress, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
  /** Ends the job before its last step, at any step. False when it ended already. */
  stop(work: Work, stopped: NonNullable<Work["stopped"]>, effects?: readonly Effect[]): Promise<boolean>;
}
