// What an MDM server asked for and is told of later: a piece of work on the licenses or the users of one location. The protocol calls it an event. It is
// written down whole, in parts, and done in steps, each of which is one transaction that also says how far the work has come: so a step that is given
// twice is done once.
import * as z from "zod";
import { RequestUser } from "../licenses/client-user.ts";
import { AssetKey, isDevice, Target, targetText } from "../licenses/licenses.ts";
import { ContentTokenId, LocationId } from "../shared/ids.ts";
import { type ErrorInfo, MdmError, type MdmErrorNumber, mdmErrorOf } from "./mdm-error.ts";

export const WorkId = z.uuid().brand<"WorkId">();
export type WorkId = z.infer<typeof WorkId>;

/** As the protocol spells them. */
export const WorkType = z.enum(["ASSOCIATE", "DISASSOCIATE", "REVOKE", "CREATE", "UPDATE", "RETIRE"]);
export type WorkType = z.infer<typeof WorkType>;

export const WorkAsset = AssetKey.pick({ adamId: true, pricingParam: true });
export type WorkAsset = z.infer<typeof WorkAsset>;

/** The request: its targets, and its assets where the type has some. Each is named once. */
export type Asked =
  | { readonly type: "ASSOCIATE" | "DISASSOCIATE"; readonly assets: readonly WorkAsset[]; readonly targets: readonly Target[] }
  | { readonly type: "REVOKE"; readonly targets: readonly Target[] }
  | { readonly type: "CREATE" | "UPDATE" | "RETIRE"; readonly users: readonly RequestUser[] };

/** One part of what is asked, in a record of its own: a record holds 400 KB, and a request may have megabytes. */
export const Part = z.object({ targets: z.array(Target).default([]), users: z.array(RequestUser).default([]) });
export type Part = z.infer<typeof Part>;

export const Work = z.object({
  id: WorkId,
  locationId: LocationId,
  tokenId: ContentTokenId,
  type: WorkType,
  assets: z.array(WorkAsset),
  parts: z.int().min(1),
  requested: z.int().min(1),
  /** The number of completed steps. */
  step: z.int().min(0),
  completed: z.int().min(0),
  requestedAt: z.date(),
  /** The time of the last recorded step; `requestedAt` before the first one. */
  progressedAt: z.date(),
  /** Set when the job ended before all its steps were done: the error that stands for the rest. */
  stopped: z.object({ at: z.date(), errorNumber: MdmError.shape.errorNumber }).optional(),
});
export type Work = z.infer<typeof Work>;

/**
 * Targets of one step of ASSOCIATE and DISASSOCIATE, less than one notification may name.
 * Invariant: a step of so many targets, three kinds of failures and the preconditions fits into a transaction of 100 items, also when it ends the job.
 */
const TARGETS_AT_ONCE = 85;
/** Users of one step of CREATE and UPDATE. */
const USERS_AT_ONCE = 20;
/** Targets or users of whom everything is to come back: each may take many transactions, within the time of one run. */
const FEW_AT_ONCE = 5;

const inParts = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

export const partsOf = (asked: Asked): readonly Part[] => {
  if ("users" in asked)
    return inParts(asked.users, asked.type === "RETIRE" ? FEW_AT_ONCE : USERS_AT_ONCE).map((users) => ({ targets: [], users }));
  return inParts(asked.targets, asked.type === "REVOKE" ? FEW_AT_ONCE : TARGETS_AT_ONCE).map((targets) => ({ targets, users: [] }));
};

const requestedBy = (asked: Asked): number => {
  if ("users" in asked) return asked.users.length;
  return asked.type === "REVOKE" ? asked.targets.length : asked.assets.length * asked.targets.length;
};

/** The work as it is before anything is done. Of REVOKE, what each target has is known only when it is done: its targets are counted. */
export const workOf = (asked: Asked, known: Pick<Work, "id" | "locationId" | "tokenId" | "requestedAt">): Work => ({
  ...known,
  type: asked.type,
  assets: "assets" in asked ? [...asked.assets] : [],
  parts: partsOf(asked).length,
  requested: requestedBy(asked),
  step: 0,
  completed: 0,
  progressedAt: known.requestedAt,
});

const assetsAPart = ({ assets }: Pick<Work, "assets">): number => Math.max(1, assets.length);

export const stepsOf = (work: Pick<Work, "assets" | "parts">): number => work.parts * assetsAPart(work);

/** True once nothing more of the job will be done. */
export const isEnded = (work: Pick<Work, "assets" | "parts" | "step" | "stopped">): boolean =>
  work.stopped !== undefined || work.step >= stepsOf(work);

/**
 * The part and the asset of the next step; `undefined` when the job ended. All assets of a part come one after the other, so that consecutive steps
 * write to different assets, and a device has all of its own before the next ones have any.
 */
export const nextStep = (work: Work): { readonly part: number; readonly asset: WorkAsset | undefined } | undefined => {
  if (isEnded(work)) return undefined;
  const each = assetsAPart(work);
  return { part: Math.floor(work.step / each), asset: work.assets[work.step % each] };
};

export const Failure = z.object({
  step: z.int().min(0),
  errorNumber: MdmError.shape.errorNumber,
  asset: WorkAsset.optional(),
  targets: z.array(Target),
});
export type Failure = z.infer<typeof Failure>;

/** The targets or users of a step. */
export const targetsIn = ({ targets, users }: Part): readonly Target[] =>
  targets.length > 0 ? targets : users.map(({ clientUserId }) => ({ clientUserId }));

/** The outcome of a step. */
export type Outcome = { readonly completed: number; readonly failures: readonly Omit<Failure, "step">[] };

export type WorkStatus = "PENDING" | "COMPLETE" | "FAILED";

/** Computed from how far it has come. Whatever was not done in whole is FAILED. */
export const statusOf = (work: Work): WorkStatus => {
  if (!isEnded(work)) return "PENDING";
  if (work.stopped !== undefined) return "FAILED";
  return work.completed === work.requested ? "COMPLETE" : "FAILED";
};

const infoOf = (assets: readonly WorkAsset[], targets: readonly Target[]): ErrorInfo => {
  const serialNumbers = targets.flatMap((target) => (isDevice(target) ? [target.serialNumber] : []));
  const clientUserIds = targets.flatMap((target) => (isDevice(target) ? [] : [target.clientUserId]));
  return {
    ...(assets.length === 0 ? {} : { assets: [...assets] }),
    ...(clientUserIds.length === 0 ? {} : { clientUserIds }),
    ...(serialNumbers.length === 0 ? {} : { serialNumbers }),
  };
};

type Group = { readonly errorNumber: MdmErrorNumber; readonly assets: readonly WorkAsset[]; readonly targets: readonly Target[] };

/** Those of a user, whichever asset was to be theirs. */
const ABOUT_USERS: ReadonlySet<MdmErrorNumber> = new Set([9609]);

const distinct = (targets: readonly Target[]): Target[] => [...new Map(targets.map((target) => [targetText(target), target])).values()];

/** One group for the failures of one asset (or of none) with one number; then one for all assets that failed for the very same targets. */
const groupsOf = (failures: readonly Failure[]): readonly Group[] => {
  const about = failures.map((failure) => (ABOUT_USERS.has(failure.errorNumber) ? { ...failure, asset: undefined } : failure));
  const inOrder = about.toSorted((one, other) => one.step - other.step);
  const byAsset = Map.groupBy(inOrder, ({ errorNumber, asset }) => JSON.stringify([errorNumber, asset?.adamId, asset?.pricingParam]));
  const ofAssets = [...byAsset.values()].flatMap((group): Group[] => {
    const [first] = group;
    if (first === undefined) return [];
    const targets = distinct(group.flatMap((failure) => failure.targets));
    return [{ errorNumber: first.errorNumber, assets: first.asset === undefined ? [] : [first.asset], targets }];
  });
  const byTargets = Map.groupBy(ofAssets, ({ errorNumber, targets }) => JSON.stringify([errorNumber, targets]));
  return [...byTargets.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, assets: group.flatMap(({ assets }) => assets) }];
  });
};

/**
 * Lambda answers with 6 MB at most, the body as a JSON text within JSON. What is beyond is left out; the numbers of what was requested and completed tell
 * that there is more.
 */
const MAX_FAILURE_BYTES = 4_500_000;

const bytesOf = (error: MdmError): number => new TextEncoder().encode(JSON.stringify(JSON.stringify(error))).length;

/** The failures in the groups that MDM servers receive. A stopped job has one more, for all that was left. */
export const failuresOf = (work: Work, failures: readonly Failure[]): readonly MdmError[] => {
  const errors = groupsOf(failures).map(({ errorNumber, assets, targets }) => mdmErrorOf(errorNumber, infoOf(assets, targets)));
  // First, so that it is never the one that no longer fits.
  const all = work.stopped === undefined ? errors : [mdmErrorOf(work.stopped.errorNumber), ...errors];
  let bytes = 0;
  return all.filter((error) => {
    bytes += bytesOf(error);
    return bytes <= MAX_FAILURE_BYTES;
  });
};

/** Retention: MDM servers can read the status of a job this long. */
export const WORK_KEPT_DAYS = 30;
