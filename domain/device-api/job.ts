// Rules of the jobs of MDM servers beside their steps: how many may be pending, why one is stopped, and when its queue message counts as lost.
import * as z from "zod";
import { type Account, isAllowed } from "../accounts/account.ts";
import type { Location } from "../organization/organization.ts";
import { isReserved } from "../organization/subscription.ts";
import { type AccountId, LocationId } from "../shared/ids.ts";
import { secondsSince } from "../shared/time.ts";
import { type ContentToken, causeByHolders } from "../tokens/content-token.ts";
import type { MdmErrorNumber } from "./mdm-error.ts";
import { type Work, WorkId } from "./work.ts";

/** The jobs of a location that have not ended. A job counts with all the assignments that it asked for until it ends. */
export const PendingCount = z.object({ jobs: z.int(), assignments: z.int() });
export type PendingCount = z.infer<typeof PendingCount>;

export const NOTHING_PENDING: PendingCount = { jobs: 0, assignments: 0 };

/** The most that may be pending at one location. */
export type JobLimits = PendingCount;

/** The largest count of pending jobs and assignments after which one more job fits. */
export const pendingLimit = ({ requested }: Pick<Work, "requested">, limits: JobLimits): PendingCount => ({
  jobs: limits.jobs - 1,
  assignments: limits.assignments - requested,
});

export const hasRoom = (pending: PendingCount, work: Pick<Work, "requested">, limits: JobLimits): boolean => {
  const room = pendingLimit(work, limits);
  return pending.jobs <= room.jobs && pending.assignments <= room.assignments;
};

type Grounds = {
  readonly location: Location;
  readonly token: ContentToken;
  /** Every account that was given the token. */
  readonly holders: ReadonlyMap<AccountId, Account>;
};

/** True while at least one account that was given the token may manage licenses at its location. */
export const mayHoldersManage = ({ location, holders }: Pick<Grounds, "location" | "holders">): boolean =>
  [...holders.values()].some((holder) => isAllowed(holder, "license:assign", location.id));

/**
 * The error that a job is stopped with, or `undefined` while it may continue: the error that the same request would be refused with now. A token that only
 * expired or was renewed meanwhile does not stop its jobs, since it was good when they were requested.
 */
export const whyStopped = ({ location, token, holders }: Grounds): MdmErrorNumber | undefined => {
  if (location.closedAt !== undefined) return 9634;
  if (isReserved(location)) return 9645;
  const isEnded = token.invalidation !== undefined && token.invalidation.cause !== "superseded";
  if (isEnded || causeByHolders(token, holders) !== undefined) return 9625;
  return mayHoldersManage({ location, holders }) ? undefined : 9637;
};

/** The last time a job was put back into the queue because it did not progress. */
export const Resumed = z.object({ at: z.date(), step: z.int().min(0), times: z.int().min(1) });
export type Resumed = z.infer<typeof Resumed>;

/** A job that has not ended, in the list by which lost jobs are found. */
export const PendingJob = z.object({ id: WorkId, locationId: LocationId, requestedAt: z.date(), resumed: Resumed.optional() });
export type PendingJob = z.infer<typeof PendingJob>;

/** A job without progress for this time counts as one whose queue message was lost. */
export const RESUMED_AFTER_SECONDS = 5 * 60;
const LONGEST_PAUSE_SECONDS = 60 * 60;

/** The number of times that the job was put back since its last step. */
const timesAt = (step: number, resumed: Resumed | undefined): number => (resumed?.step === step ? resumed.times : 0);

/**
 * True when a job is to be put back into the queue. The pause doubles with each time that did not help, up to an hour: a job that only waits behind others
 * fills the queue with few duplicates, each of which is harmless.
 */
export const isResumeDue = (
  { progressedAt, step }: Pick<Work, "progressedAt" | "step">,
  resumed: Resumed | undefined,
  now: Date,
  afterSeconds = RESUMED_AFTER_SECONDS,
): boolean => {
  const pause = Math.min(afterSeconds * 2 ** timesAt(step, resumed), Math.max(afterSeconds, LONGEST_PAUSE_SECONDS));
  const since = resumed !== undefined && resumed.at > progressedAt ? resumed.at : progressedAt;
  return secondsSince(since, now) >= pause;
};

export const countResumption = ({ step }: Pick<Work, "step">, resumed: Resumed | undefined, now: Date): Resumed => ({
  at: now,
  step,
  times: timesAt(step, resumed) + 1,
});

/** A job that is older is given up: MDM servers repeat a request that was not done after ten minutes. */
const GIVEN_UP_AFTER_SECONDS = 24 * 60 * 60;

export const isOverdue = ({ requestedAt }: Pick<Work, "requestedAt">, now: Date): boolean =>
  secondsSince(requestedAt, now) >= GIVEN_UP_AFTER_SECONDS;
