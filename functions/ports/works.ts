// Jobs of MDM servers: their records, progress and failures.
import type { JobLimits } from "../../domain/device-api/job.ts";
import type { Failure, Outcome, Part, Work, WorkId } from "../../domain/device-api/work.ts";
import type { Effect, Preconditions } from "./shared.ts";

/** How far the work at hand comes by an act that is a part of it. The act is recorded only while the work is where it was read. */
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
