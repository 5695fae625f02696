// The ledger of licenses as it is kept: each posting is recorded whole or not at all, and its own conditions are what protects the ledger.
import type { UsersVersion } from "../../domain/licenses/client-user.ts";
import type { Asset, AssetKey, Assignment, Target, Transfer } from "../../domain/licenses/licenses.ts";
import type { Posting } from "../../domain/licenses/postings.ts";
import type { Location } from "../../domain/organization/organization.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import type { Effect, Idempotency, Page, PageRequest, Preconditions } from "./shared.ts";
import type { Progress } from "./works.ts";

/** The scope of a list of assignments: a location, one of its assets, or one target at it. */
export type AssignmentList =
  | { readonly of: "location"; readonly locationId: LocationId }
  | { readonly of: "asset"; readonly asset: AssetKey }
  | { readonly of: "target"; readonly locationId: LocationId; readonly target: Target };

/**
 * An asset with its counts at one moment. `version` is the number of postings that touched it, `assignmentsVersion` the number of those that made or
 * ended an assignment of it. Each only grows, so the first identifies one state of the counts and the second one state of the assignments.
 * `changedAt` and `assignmentsChangedAt` are the times of the latest such posting; assets that changed before these were kept have none.
 */
export type AssetState = {
  readonly asset: Asset;
  readonly version: number;
  readonly changedAt?: Date | undefined;
  readonly assignmentsVersion: number;
  readonly assignmentsChangedAt?: Date | undefined;
};

export type Recording = {
  /** The use of a key, and what a repeated request finds as made. */
  readonly idempotency?: (Idempotency & { readonly made: string; readonly at: Date }) | undefined;
  readonly preconditions?: Preconditions;
  /** Progress of the job that this act is a step of. */
  readonly progress?: Progress;
  /** The version of the location's users that was read, if the posting assigns to users. A concurrent retirement conflicts with the posting. */
  readonly givenTo?: UsersVersion | undefined;
  /** Its location's next version, with what the posting is the first to tell of it. */
  readonly location?: Location | undefined;
};

export interface Licenses {
  /** Strongly consistent. */
  asset(key: AssetKey): Promise<Asset | undefined>;
  /** Those of `keys` that their locations have, strongly consistent, in no order. */
  getAll(keys: readonly AssetKey[]): Promise<readonly Asset[]>;
  /** Every asset that the location ever had, strongly consistent. */
  assets(location: LocationId): Promise<readonly Asset[]>;
  /**
   * The same with their versions, in the order of their assets' texts. They are read one after the other: only if they are the same when they are read
   * again was there a moment at which all of them were like this.
   */
  state(location: LocationId): Promise<readonly AssetState[]>;
  /** By Adam ID, strongly consistent. */
  listAssets(location: LocationId, page: PageRequest): Promise<Page<Asset>>;
  /** Which of `targets` have a license of the asset, strongly consistent. */
  holding(asset: AssetKey, targets: readonly Target[]): Promise<readonly Target[]>;
  /** Strongly consistent. */
  assignments(list: AssignmentList, page: PageRequest): Promise<Page<Assignment>>;
  /**
   * Those of an asset from the `offset`-th on, at most `limit`, in the order of their targets' texts, strongly consistent. They are right if the asset still
   * has that `assignmentsVersion` afterwards, which the caller has to check.
   */
  assignmentsAt(state: AssetState, offset: number, limit: number): Promise<readonly Assignment[]>;
  /** Those of an asset that were made after a moment, in the same order, strongly consistent. */
  assignmentsSince(asset: AssetKey, after: Date): Promise<readonly Assignment[]>;
  /** Which of the assets the target has, in their order, strongly consistent. */
  assignmentsTo(target: Target, assets: readonly AssetKey[]): Promise<readonly Assignment[]>;
  /**
   * False, and nothing changed, when a count would fall below 0, an assignment that is made exists or one that is ended does not, traits are not of the
   * version before, a location that licenses come to is closed, the idempotency key was used, the work is not where it was read, the users
   * are not of the version that was read, or a precondition changed. Refuses as `busy` when
   * conflicts with other writes outlast the attempts.
   */
  post(posting: Posting, effects?: readonly Effect[], more?: Recording): Promise<boolean>;
  /** Newest first, of all locations. Not strongly consistent. */
  transfers(page: PageRequest): Promise<Page<Transfer>>;
  transfer(id: Transfer["id"]): Promise<Transfer | undefined>;
}
